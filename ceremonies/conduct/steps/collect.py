"""What people hold comes back: the cards of a quorum, or a phrase, typed by their holders."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ceremonies.conduct.actions import Action, Class, Expected, Params
from ceremonies.conduct.asks import (
    Acknowledge,
    Choose,
    Mistyped,
    Steps,
    TypePassphrase,
    TypeWords,
    ask,
    retyped,
)
from ceremonies.conduct.context import AnyContext, Context
from ceremonies.conduct.held import key_of
from ceremonies.conduct.people import Person
from ceremonies.conduct.script import Script, Step
from ceremonies.conduct.slots import RECORD, TYPED, WALLET, Typed
from ceremonies.errors import InputError, Refused
from ceremonies.keys.card import Card
from ceremonies.secret import Secret

_CARD_WORDS = (20, 33)
_AGAIN = "No wallet says which key this must be. Type the words of the phrase once more."


class CollectShares(Params, frozen=True, kw_only=True):
    """Whether a phrase may come in place of cards, and whether the key has a passphrase."""

    phrase: bool = True
    passphrase: bool = False


def _run(context: Context[CollectShares]) -> Steps[None]:
    way = "cards"
    if context.params.phrase:
        way = yield from ask(
            Choose(
                field=context.field("from"),
                by=context.actor,
                text="Does the key come from cards or from a phrase?",
                options=("cards", "phrase"),
            )
        )
    expected: Collection[str] = ()
    if context.table.has(WALLET):
        expected = context.table.take(WALLET).signers
    elif context.table.has(RECORD):
        expected = (context.table.take(RECORD).fingerprint,)
    yield from collect(context, way=way, expected=expected, passphrase=context.params.passphrase)


def collect(
    context: AnyContext,
    *,
    way: str,
    expected: Collection[str],
    passphrase: bool = False,
    fresh_set: str = "",
) -> Steps[None]:
    """Put on the table what gives a key with one of the `expected` fingerprints (any if none).

    What gives another key is told so, and asked for again. `fresh_set` is the set of cards that
    this ceremony handed out, where it must be those.
    """
    while True:
        words = (yield from _passphrase(context)) if passphrase else None
        if way == "cards":
            typed = yield from _cards(context, words, fresh_set)
        else:
            typed = yield from _phrase(context, words, known=bool(expected))
        objection = _objection(context, typed, expected)
        if objection is None:
            context.table.put(TYPED, typed)
            return
        yield from ask(
            Acknowledge(
                field=context.field("another-key"),
                by=context.actor,
                text=f"{objection} Check whose cards these are, and begin again.",
            )
        )


def _objection(context: AnyContext, typed: Typed, expected: Collection[str]) -> str | None:
    try:
        found = key_of(context, typed).fingerprint
    except (InputError, Refused) as error:
        # cards of two sets that have the same number, as all sets of rehearsals have; or a real
        # key in a rehearsal, or the reverse
        return f"This gives no key to use here: {error.cause}."
    if not expected or found in expected:
        return None
    return f"This gives the key {found}, and {' or '.join(expected)} is needed."


def _cards(context: AnyContext, passphrase: Secret | None, fresh_set: str) -> Steps[Typed]:
    from ceremonies.keys import quorum

    holders = context.people.of(context.step.role)
    cards: list[Card] = []
    persons: list[str] = []
    while not (enough := quorum.picked(cards)):
        holder = holders[min(len(cards), len(holders) - 1)]
        card = yield from _card(context, holder, cards, fresh_set)
        stray = _stray(cards, card)
        if not stray:
            cards.append(card)
            persons.append(holder.name)
        elif (yield from _all_anew(context, len(cards) + 1, stray)):
            cards.clear()
            persons.clear()
    return Typed(
        cards=enough,
        passphrase=passphrase,
        persons=tuple(dict.fromkeys(persons)),
        fresh=bool(fresh_set),
    )


def _stray(beside: list[Card], card: Card) -> str:
    """Say why a card does not go with those before; empty where it does."""
    from ceremonies.keys import quorum

    try:
        quorum.insist_together([*beside, card])
    except InputError as error:
        return error.cause
    return ""


def _all_anew(context: AnyContext, number: int, stray: str) -> Steps[bool]:
    """Ask whether an earlier card was the wrong one, so that all are typed anew."""
    which = yield from ask(
        Choose(
            field=context.field(f"card-{number}.wrong"),
            by=context.actor,
            text=f"The cards do not go together: {stray}. Which was wrong: the last one alone, or "
            "one before it? After an earlier one all are typed anew.",
            options=("last", "earlier"),
        )
    )
    return which == "earlier"


def _card(context: AnyContext, holder: Person, beside: list[Card], fresh_set: str) -> Steps[Card]:
    from ceremonies.keys import rehearsal, slip39
    from ceremonies.keys.card_check import insist_right_card

    def check(typed: Secret) -> None:
        retyped(lambda: slip39.read_card(typed))
        card = slip39.read_card(typed)
        if any(card.words == other.words for other in beside):
            raise Mistyped("this card was typed already: type the words of another one")
        if fresh_set and card.set_id != fresh_set:
            raise Mistyped(f"this is a card of set {card.set_id}, and {fresh_set} was handed out")
        if context.table.has(RECORD) and not (fresh_set or context.table.has(WALLET)):
            retyped(lambda: insist_right_card(card, context.table.take(RECORD)))

    number = len(beside) + 1
    missing = f"; {beside[0].needs} of group {beside[0].group} are needed" if beside else ""
    words = yield from ask(
        TypeWords(
            field=context.field(f"card-{number}"),
            by=holder,
            text=f"Type the words of your card: this is card number {number}{missing}.",
            wordlist="slip39",
            counts=_CARD_WORDS,
            about=f"card number {number}",
            check=check,
        )
    )
    card = slip39.read_card(words)
    if rehearsal.is_practice_set(card) and not context.is_rehearsal:
        yield from ask(
            Acknowledge(
                field=context.field(f"card-{number}.practice-set"),
                by=holder,
                text="This card has the number of a rehearsal's set. One real set in 32,768 has "
                "it too: make sure that it is not a card from a rehearsal.",
            )
        )
    return card


def _phrase(context: AnyContext, passphrase: Secret | None, *, known: bool) -> Steps[Typed]:
    from ceremonies.keys.seed import read_seed

    while True:
        words = yield from _words(context, "phrase", "Type the words of the phrase.")
        # one wrong word in 16, or in 256, makes another valid phrase
        if known or words == (yield from _words(context, "phrase-again", _AGAIN)):
            break
        yield from ask(
            Acknowledge(
                field=context.field("phrases-differ"),
                by=context.actor,
                text="The words were not the same both times. Begin again with the first word.",
            )
        )
    return Typed(phrase=read_seed(words), passphrase=passphrase, persons=(context.actor.name,))


def _words(context: AnyContext, field: str, text: str) -> Steps[Secret]:
    from ceremonies.keys import bip39
    from ceremonies.keys.seed import read_seed

    return (
        yield from ask(
            TypeWords(
                field=context.field(field),
                by=context.actor,
                text=text,
                wordlist="bip39",
                counts=bip39.WORD_COUNTS,
                about="the phrase",
                check=lambda typed: retyped(lambda: read_seed(typed)),
            )
        )
    )


def _passphrase(context: AnyContext) -> Steps[Secret]:
    return (
        yield from ask(
            TypePassphrase(
                field=context.field("passphrase"),
                by=context.actor,
                text="Type the passphrase of the key. A wrong one gives another key.",
            )
        )
    )


def _expects(script: Script, step: Step) -> Iterator[Expected]:
    either = "not when the key comes the other way"
    if step.params.phrase:
        yield Expected(field=f"{step.id}.from", ask=Choose, role=step.role)
    if step.params.passphrase:
        yield Expected(field=f"{step.id}.passphrase", ask=TypePassphrase, role=step.role)
    yield Expected(
        field=f"{step.id}.card-1",
        ask=TypeWords,
        role=step.role,
        sometimes=f"{either}; and again for each card that is needed",
    )
    if step.params.phrase:
        yield Expected(field=f"{step.id}.phrase", ask=TypeWords, role=step.role, sometimes=either)
        yield Expected(
            field=f"{step.id}.phrase-again",
            ask=TypeWords,
            role=step.role,
            sometimes=f"{either}, or a wallet says which key it must be",
        )


COLLECT_SHARES = Action(
    name="collect-shares",
    about="The holders of the key type it in: the cards of a quorum, or a phrase.",
    cls=Class.PURE,
    run=_run,
    expects=_expects,
    params=CollectShares,
    gives=(TYPED,),
)
