"""Going on after an interruption: what is repeated, brought back, done again, or void."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import combinations
from typing import Any

from ceremonies.conduct.actions import Action
from ceremonies.conduct.asks import Confirm, Steps, ask, placed
from ceremonies.conduct.attesting import attest
from ceremonies.conduct.ceremony import Ceremony
from ceremonies.conduct.left_behind import LEFT_BEHIND, account_for
from ceremonies.conduct.progress import LiveKey
from ceremonies.conduct.script import Script
from ceremonies.conduct.slots import PEOPLE, SEED, Slot
from ceremonies.conduct.steps.machine import CHECK_MACHINE
from ceremonies.errors import MachineError, Refused
from ceremonies.log import facts
from ceremonies.log.commitment import boot_mark

WHY_VOID = "interrupted before every card of it was verified"

_OF_THE_KEY = ("account", "wallet", LEFT_BEHIND)
"""Kinds of files that lead to a key's coins, or may."""

_LOST = (
    "The ceremony was interrupted, and {key} must never be used. What exists of it on paper is "
    "destroyed; a new key is made. Do you say so?"
)
_LOST_CARDS = (
    "The ceremony was interrupted while {key} was split again. The new cards written so far are "
    "destroyed; the key and its old cards stay good. Do you say so?"
)


def resumed(ceremony: Ceremony) -> Steps[int]:
    """Repeat the opening, bring back what can be, and return the index of the step to go on with.

    Raises:
        Refused: the ceremony was ended for good.
    """
    progress = ceremony.progress
    if progress.is_aborted:
        raise Refused("this ceremony was ended for good", hint="begin another one")
    if progress.is_given_up:
        raise Refused(
            "two people have ended this ceremony, and were interrupted",
            hint="abort it once more; its key is void",
        )
    if failed := fatal_step(ceremony):
        raise Refused(
            f"step {failed} failed, and by its script the ceremony ends there",
            hint="abort it, and begin another one",
        )
    if progress.is_closed:
        return len(ceremony.script.steps) - 1
    begin_session(ceremony)
    yield from reopen(ceremony)
    if progress.last_ended is not None:
        yield from attest(ceremony, ceremony.script.step(progress.last_ended))
    first = restart(ceremony.script, ended=progress.past, turned_down=progress.turned_down)
    yield from _let_go(ceremony, first)
    yield from _bring_back(ceremony, first)
    return first


def fatal_step(ceremony: Ceremony) -> str | None:
    """Return the step that failed and with which, by the script, the ceremony ends."""
    failed, steps = ceremony.progress.failed, ceremony.script.steps
    return next((one.id for one in steps if one.on_fail == "abort" and one.id in failed), None)


def begin_session(ceremony: Ceremony) -> None:
    """State that a ceremony goes on, and account for what its interrupted step left behind."""
    step = ceremony.progress.open_step
    ceremony.journal.append(_session(ceremony))
    if step is not None:
        account_for(ceremony.context(ceremony.script.step(step)))


def _session(ceremony: Ceremony) -> facts.Resumed:
    """State how long nothing was written, as far as the machine knows."""
    clock, genesis = ceremony.world.clock, ceremony.journal.genesis
    before = next(
        record
        for record in reversed(ceremony.journal.records)
        if not isinstance(record.fact, facts.Recovered)
    )
    same_boot = before.boot == boot_mark(clock.boot_id(), nonce=genesis.nonce)
    return facts.Resumed(
        gap_ms=clock.mono_ms() - before.mono_ms if same_boot else None,
        same_boot=same_boot,
        program_sha256=ceremony.world.program_sha256,
        wall_claimed=clock.wall(),
    )


def reopen(ceremony: Ceremony, *, to_end: bool = False) -> Steps[None]:
    """Repeat the machine check and the roll call, as far as they had been done.

    On a machine that is not fit a ceremony can only be ended (`to_end`).
    """
    for step in ceremony.script.steps:
        if step.action.opens and step.id in ceremony.progress.ended:
            try:
                yield from placed(step.action.run(ceremony.context(step)), ceremony.place(step))
            except MachineError:
                # the log says by now what is wrong with it; nothing secret will be on it any more
                if not to_end or step.action is not CHECK_MACHINE:
                    raise


def restart(script: Script, *, ended: Collection[str], turned_down: Collection[str] = ()) -> int:
    """Return the index of the first step to do: not done yet, or the giver of what was lost.

    What people brought, and what was `turned_down` in a step, is lost too: another may come.
    """
    first = next(index for index, step in enumerate(script.steps) if step.id not in ended)
    if script.steps[first].id in turned_down:
        first = min([first, *_brought_for(script, first)])
    while lost := [
        giver for giver, slot in _inherited(script, first) if _is_lost(script, giver, slot)
    ]:
        first = min(lost)
    return first


def _inherited(script: Script, first: int) -> Iterator[tuple[int, Slot[Any]]]:
    """Yield what the steps from `first` on need of those before it, and which of them gave it."""
    for index, step in enumerate(script.steps[first:], start=first):
        for slot in step.action.needs:
            giver = _giver(script, index, slot)
            if giver < first:
                yield giver, slot


def _brought_for(script: Script, index: int) -> Iterator[int]:
    """Yield the steps that bring what a step judges; none for which a key would be made again."""
    made = [at for at, step in enumerate(script.steps[:index]) if SEED in step.action.gives]
    for slot in script.steps[index].action.judges:
        giver = _giver(script, index, slot)
        if script.steps[giver].action.brings and giver > max(made, default=-1):
            yield giver


def _giver(script: Script, index: int, slot: Slot[Any]) -> int:
    """Return which step before the one at `index` gave a slot last."""
    return max(at for at, step in enumerate(script.steps[:index]) if slot in step.action.gives)


def _is_lost(script: Script, giver: int, slot: Slot[Any]) -> bool:
    action: Action[Any] = script.steps[giver].action
    if slot == PEOPLE:
        return False
    return (action.regain if slot.secret else action.restore) is None


def _let_go(ceremony: Ceremony, first: int) -> Steps[None]:
    """Declare a key void whose making is done again, once two people have said so."""
    key = lost_key(ceremony, first)
    if key is None:
        return
    if key.was_shown:
        text = (_LOST_CARDS if key.brought else _LOST).format(key=key.name)
        asked = two_people(ceremony, text=text, shown=to_destroy(key))
        persons = yield from placed(asked, ceremony.place(ceremony.script.steps[first]))
        ceremony.journal.append(
            facts.ExceptionMade(step=ceremony.script.steps[first].id, why=WHY_VOID, persons=persons)
        )
    ceremony.journal.append(void(key, WHY_VOID))


def lost_key(ceremony: Ceremony, first: int) -> LiveKey | None:
    """Return the key that is void when the ceremony goes on with step `first`; None without one."""
    key = ceremony.progress.key
    return key if key is not None and first <= _maker(ceremony.script) else None


def _maker(script: Script) -> int:
    return next(index for index, step in enumerate(script.steps) if SEED in step.action.gives)


def void(key: LiveKey, why: str) -> facts.KeyVoid | facts.SharesVoid:
    """State what must never be used: a key, or the new cards of one; and what to destroy."""
    if key.brought:
        return facts.SharesVoid(key=key.name, why=why, cards=tuple(key.cards))
    return facts.KeyVoid(
        key=key.name,
        why=why,
        parts=tuple(dict.fromkeys(key.parts)),
        phrases=tuple(key.phrases),
        cards=tuple(key.cards),
    )


def to_destroy(key: LiveKey) -> str:
    """List what exists of a key on paper and in devices, and who holds it."""
    parts = [
        f"destroy   the words of the machine's part of {key.name} that {who} wrote down"
        for who in dict.fromkeys(key.parts)
    ]
    phrases = [f"destroy   the phrase of {key.name} that {who} wrote down" for who in key.phrases]
    codes = [
        f"wipe      the device of {who} that read the SeedQR of {key.name}"
        for who in dict.fromkeys(key.codes)
    ]
    cards = [
        f"destroy   card {card.card} of set {card.set} that {card.person} wrote down"
        for card in key.cards
    ]
    return "\n".join((*parts, *phrases, *codes, *cards))


def never_to_use(ceremony: Ceremony, key: LiveKey) -> str:
    """List what exists of a key on paper, and the files of it that may have left the room."""
    kept = [r.fact for r in ceremony.journal.records if isinstance(r.fact, facts.FileKept)]
    files = [
        f"never use {name}, nor any copy of it: it is of {key.name}"
        for name in dict.fromkeys(one.name for one in kept if one.kind in _OF_THE_KEY)
        if not key.brought
    ]
    return "\n".join(filter(None, (to_destroy(key), *files)))


def two_people(ceremony: Ceremony, *, text: str, shown: str) -> Steps[tuple[str, ...]]:
    """Have two people of different roles say yes; return their names."""
    present = ceremony.table.take(PEOPLE).present
    # `check` proves that there are such two
    first, second = next(
        (one, other)
        for one, other in combinations(present, 2)
        if one.role != other.role and one.name != other.name
    )
    for person in (first, second):
        yield from ask(Confirm(field=f"exception.{person.role}", by=person, text=text, shown=shown))
    return first.name, second.name


def _bring_back(ceremony: Ceremony, first: int) -> Steps[None]:
    """Put back what earlier steps gave: the public from the folder, the secret from people."""
    wanted = {giver for giver, slot in _inherited(ceremony.script, first) if slot.secret}
    for index, step in enumerate(ceremony.script.steps[:first]):
        context = ceremony.context(step)
        if step.action.restore is not None:
            step.action.restore(context)
        if index in wanted and step.action.regain is not None:
            yield from placed(step.action.regain(context), ceremony.place(step))
