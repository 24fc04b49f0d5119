"""The cards: split, each shown to its custodian alone, hidden, typed back."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from ceremonies.conduct.actions import Action, Class, Expected, Params
from ceremonies.conduct.asks import Mistyped, ShowSecret, Steps, TypeWords, ask, retyped
from ceremonies.conduct.context import Context
from ceremonies.conduct.people import Person
from ceremonies.conduct.place_rules import enumerated
from ceremonies.conduct.script import Script, Step
from ceremonies.conduct.slots import ENTROPY, FINGERPRINT, SEED, SHARES, TYPED, Typed
from ceremonies.conduct.steps.collect import collect
from ceremonies.conduct.steps.phrase import key_name
from ceremonies.keys.card import Card
from ceremonies.keys.wordlist import in_a_row
from ceremonies.log import facts
from ceremonies.log.promised import Promise
from ceremonies.secret import Secret


def _split(context: Context[Params]) -> Steps[None]:
    from ceremonies.keys import slip39

    yield from ()
    assert context.script.shares is not None, "`check` insists on [shares]"
    cards = slip39.split(
        context.table.take(SEED),
        context.script.groups,
        groups_needed=context.script.shares.groups_needed,
        pool=context.table.take(ENTROPY),
        rehearsal=context.is_rehearsal,
    )
    context.log(
        facts.SharesSplit(
            key=key_name(context),
            set=cards.set_id,
            groups=tuple(map(str, cards.groups)),
            groups_needed=cards.groups_needed,
            fingerprint=context.table.take(FINGERPRINT),
        )
    )
    context.table.put(SHARES, cards)


def card_name(card: Card) -> str:
    """Name a card as it is labelled: group and member, counted from 1."""
    return f"{card.group}-{card.member}"


def _hand_out(context: Context[Params]) -> Steps[None]:
    cards = list(chain.from_iterable(context.table.take(SHARES).cards))
    custodians = context.people.of(context.step.role)
    typed = []
    for card, custodian in zip(cards, custodians, strict=False):
        yield from _show(context, card, custodian)
        typed.append((yield from _type_back(context, card, custodian)))
    names = tuple(custodian.name for custodian in custodians[: len(cards)])
    context.table.put(TYPED, Typed(cards=tuple(typed), persons=names, fresh=True))


def _show(context: Context[Params], card: Card, custodian: Person) -> Steps[None]:
    key, name = key_name(context), card_name(card)
    # on the disk before the first word is: whoever resumes must know that a card may exist
    context.log(
        facts.CardShown(key=key, set=card.set_id, card=name, person=custodian.name),
    )
    yield from ask(
        ShowSecret(
            field=context.field(f"card-{name}.shown"),
            by=custodian,
            text=f"Card {name} of {key} is for {custodian.name} alone, and is shown once. "
            "Write down the words, and what stands beside them.",
            words=card.words,
            about=f"card {name} of {key}",
            beside=(
                *_kept_at(context, name),
                f"card {name} of set {card.set_id}, of which {card.needs} recover the key",
                f"fingerprint {context.table.take(FINGERPRINT)}",
            ),
        )
    )


def _kept_at(context: Context[Params], card: str) -> Iterator[str]:
    for name, site in enumerated(context.script):
        if name == card:
            yield f"kept at {site}: {context.script.sites[site]}"


def _type_back(context: Context[Params], card: Card, custodian: Person) -> Steps[Card]:
    from ceremonies.keys import slip39

    key, name = key_name(context), card_name(card)

    def check(typed: Secret) -> None:
        retyped(lambda: slip39.read_card(typed))
        found = slip39.read_card(typed)
        if card_name(found) != name or found.set_id != card.set_id:
            raise Mistyped(
                f"this is card {card_name(found)} of set {found.set_id}: bring card {name} "
                f"of set {card.set_id}"
            )
        if found.words != card.words:
            pairs = zip(found.words.reveal().split(), card.words.reveal().split(), strict=True)
            wrong = [str(at) for at, pair in enumerate(pairs, start=1) if pair[0] != pair[1]]
            raise Mistyped(f"words {in_a_row(wrong)} are not what was shown")

    words = yield from ask(
        TypeWords(
            field=context.field(f"card-{name}.typed"),
            by=custodian,
            text=f"Type the words of card {name} from your own paper. This proves it right.",
            wordlist="slip39",
            counts=(len(card.words.reveal().split()),),
            about=f"card {name} of {key}",
            check=check,
        )
    )
    context.log(
        facts.CardVerified(key=key, set=card.set_id, card=name, person=custodian.name),
    )
    return slip39.read_card(words)


def _regain(context: Context[Params]) -> Steps[None]:
    split = context.last(facts.SharesSplit)
    assert split is not None, "cards that were handed out were split"
    yield from collect(context, way="cards", expected=(split.fingerprint,), fresh_set=split.set)


def _expects(script: Script, step: Step) -> Iterator[Expected]:
    for number, group in enumerate(script.groups, start=1):
        for member in range(1, group.of + 1):
            field = f"{step.id}.card-{number}-{member}"
            yield Expected(field=f"{field}.shown", ask=ShowSecret, role=step.role)
            yield Expected(field=f"{field}.typed", ask=TypeWords, role=step.role)


def _promises_split(script: Script, step: Step) -> Iterator[Promise]:
    groups = tuple(map(str, script.groups))
    needed = script.shares.groups_needed if script.shares else 1
    yield Promise(
        step=step.id,
        kind=facts.SharesSplit,
        what=f"a split into {', '.join(groups)}, of which {needed} recover the key",
        holds=lambda fact: (fact.groups, fact.groups_needed) == (groups, needed),
    )


SPLIT_SHARES = Action(
    name="split-shares",
    about="The key is split into cards.",
    cls=Class.PURE,
    run=_split,
    expects=lambda script, step: iter(()),
    params=Params,
    needs=(SEED, ENTROPY, FINGERPRINT),
    gives=(SHARES,),
    promises=_promises_split,
)
HAND_OUT_SHARES = Action(
    name="hand-out-shares",
    about="Each custodian alone sees one card, writes it down, and types it back.",
    cls=Class.IRREVERSIBLE,
    run=_hand_out,
    expects=_expects,
    params=Params,
    needs=(SHARES, FINGERPRINT),
    gives=(TYPED,),
    roles=("custodian",),
    regain=_regain,
)
