"""Chance for the key: every source that the script names, mixed; the machine's committed first."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from ceremonies.conduct.actions import Action, Class, Expected, Params
from ceremonies.conduct.asks import (
    Acknowledge,
    Ask,
    Mistyped,
    ShowSecret,
    Steps,
    TypeDice,
    TypeWords,
    ask,
    retyped,
)
from ceremonies.conduct.context import Context
from ceremonies.conduct.script import EntropyForm, Script, Step
from ceremonies.conduct.slots import ENTROPY
from ceremonies.keys import by_hand
from ceremonies.log import facts
from ceremonies.log.promised import Promise
from ceremonies.secret import Secret

if TYPE_CHECKING:
    from ceremonies.keys.entropy import Source

_ABOUT = "opening of the machine's part"
_MAKE = {
    "coins": "Toss a coin {wanted} times, and type each side as it falls. ",
    "cards": "Shuffle a deck seven times or more, and type {wanted} cards from its top, shuffling "
    "again when it is through. ",
    "hex": "Make {wanted} hexadecimal digits with a die of 16 sides, and type them. ",
}
_ROLL = "Roll a {sides} die {wanted} times, and type each number as it falls. "
_ALONE = "Whoever knows all the {many} knows part of the key: let nobody else see them."
_KEPT = " Write every one of them down as well: another machine computes the key from them again."


class CollectEntropy(Params, frozen=True, kw_only=True):
    """`commit` has the machine show a hash of its part before people make theirs."""

    commit: bool = False


def _run(context: Context[CollectEntropy]) -> Steps[None]:
    from ceremonies.keys import entropy

    part = None
    if context.params.commit:
        part = yield from _committed(context)
    sources = []
    for form in context.script.entropy:
        if form.kind == "system":
            source = part or entropy.system(context.world.os_random)
        else:
            source = yield from _made(context, form)
        context.log(facts.EntropyCollected(kind=source.kind, bits=source.bits))
        sources.append(source)
    if part is not None:
        yield from _opened(context, part)
    context.table.put(ENTROPY, entropy.draw(sources))


def _committed(context: Context[CollectEntropy]) -> Steps[Source]:
    from ceremonies.keys import commitment

    part = commitment.draw_part(context.world.os_random)
    committed = commitment.commit(part)
    # on the disk before anybody makes chance of their own: that is what it is for
    context.log(facts.EntropyCommitted(commitment=committed))
    yield from ask(
        Acknowledge(
            field=context.field("commitment"),
            by=context.actor,
            text="The machine has drawn its part of the chance, and this is its commitment. "
            "Everybody who wants to check it writes it down, before anybody rolls.",
            shown=f"commitment\n{committed[:32]}\n{committed[32:]}",
        )
    )
    return part


def _opened(context: Context[CollectEntropy], part: Source) -> Steps[None]:
    from ceremonies.keys import commitment

    def check(typed: Secret) -> None:
        retyped(lambda: commitment.read_opening(typed))
        if commitment.read_opening(typed).data != part.data:
            raise Mistyped("these are other words than those that were shown")

    # on the disk before the first word is: whoever reads the log must know that a paper exists
    context.log(facts.EntropyOpened(person=context.actor.name))
    with commitment.opening(part) as words:
        yield from ask(
            ShowSecret(
                field=context.field("opening.shown"),
                by=context.actor,
                text="These words are the machine's part. Write them down: with the numbers that "
                "were typed they are the key, and `custody key recompute` makes it of them again.",
                words=words,
                about=_ABOUT,
                beside=("THE MACHINE'S PART, half of a key: no phrase of a wallet",),
            )
        )
        yield from ask(
            TypeWords(
                field=context.field("opening.typed"),
                by=context.actor,
                text="Type the words of the machine's part from the paper. This proves it right.",
                wordlist="bip39",
                counts=(commitment.OPENING_WORDS,),
                about=_ABOUT,
                check=check,
            )
        )


def _made(context: Context[CollectEntropy], form: EntropyForm) -> Steps[Source]:
    method = form.method
    wanted = method.needed(form.bits)

    def check(written: Secret) -> None:
        retyped(lambda: by_hand.source(method, written))
        if by_hand.source(method, written).bits < form.bits:
            raise Mistyped(f"{wanted} {method.many} are needed for {form.bits} bits")

    sides = "six-sided" if form.sides == by_hand.D6 else f"{form.sides}-sided"
    text = _MAKE.get(form.kind, _ROLL).format(wanted=wanted, sides=sides)
    text += _ALONE.format(many="numbers" if form.kind == "dice" else method.many)
    written = yield from ask(
        TypeDice(
            field=context.field(form.kind),
            by=context.actor,
            text=text + _KEPT if context.params.commit else text,
            wanted=wanted,
            method=method,
            check=check,
        )
    )
    return by_hand.source(method, written)


def _expects(script: Script, step: Step) -> Iterator[Expected]:
    def expected(field: str, kind: type[Ask[Any]]) -> Expected:
        return Expected(field=f"{step.id}.{field}", ask=kind, role=step.role)

    if step.params.commit:
        yield expected("commitment", Acknowledge)
    for form in script.entropy:
        if form.kind != "system":
            yield expected(form.kind, TypeDice)
    if step.params.commit:
        yield expected("opening.shown", ShowSecret)
        yield expected("opening.typed", TypeWords)


def _promises(script: Script, step: Step) -> Iterator[Promise]:
    if step.params.commit:
        for kind, what in (
            (facts.EntropyCommitted, "a commitment to the machine's part"),
            (facts.EntropyOpened, "showing anybody the machine's part"),
        ):
            yield Promise(step=step.id, kind=kind, what=what)
    for form in script.entropy:
        yield Promise(
            step=step.id,
            kind=facts.EntropyCollected,
            what=f"{form.bits} bits of {form.source}",
            holds=partial(_is_enough, form),
        )


def _is_enough(form: EntropyForm, fact: facts.EntropyCollected) -> bool:
    return fact.kind == form.source and fact.bits >= form.bits


COLLECT_ENTROPY = Action(
    name="collect-entropy",
    about="Chance is collected: by hand, and from the system's generator.",
    cls=Class.PURE,
    run=_run,
    expects=_expects,
    params=CollectEntropy,
    gives=(ENTROPY,),
    promises=_promises,
)
