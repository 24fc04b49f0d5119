"""Which program this is: its own hash and those of the packages it runs on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from ceremonies.conduct.actions import Action, Class, Expected, Params
from ceremonies.conduct.asks import Confirm, Steps, ask
from ceremonies.conduct.context import Context
from ceremonies.conduct.script import Script, Sha256, Step
from ceremonies.errors import IntegrityError
from ceremonies.log import facts
from ceremonies.log.promised import Promise
from ceremonies.spoken import in_fours, words

_WORDS_A_LINE = 4


class CheckProgram(Params, frozen=True, kw_only=True):
    """`sha256` pins the hash of program and libraries together, as the step shows it."""

    sha256: Sha256 | None = None


def _run(context: Context[CheckProgram]) -> Steps[None]:
    libraries = context.world.libraries()
    total = total_of(context.world.program_sha256, libraries)
    pinned = context.params.sha256
    if pinned not in (None, total) and not context.is_rehearsal:
        raise IntegrityError(
            f"the program and its libraries have the hash {total}, and the script pins {pinned}",
            hint="use the installation that was reviewed, or find out what changed",
        )
    spoken = words(bytes.fromhex(total)).split()
    rows = [spoken[at : at + _WORDS_A_LINE] for at in range(0, len(spoken), _WORDS_A_LINE)]
    yield from ask(
        Confirm(
            field=context.field("compared"),
            by=context.actor,
            text=f"Every file of the program and of {len(libraries)} libraries was hashed. Compare "
            "the hash with the one on the institution's record. Is every word the same?"
            + " In a rehearsal without a record, say yes."
            * context.is_rehearsal,
            shown="\n".join(
                (
                    *(in_fours(total[at : at + 32]) for at in (0, 32)),
                    "",
                    *(" ".join(row) for row in rows),
                )
            ),
        )
    )
    context.log(
        facts.ProgramChecked(program_sha256=context.world.program_sha256, libraries=libraries)
    )


def total_of(program_sha256: str, libraries: tuple[facts.CheckedLibrary, ...]) -> str:
    """Return SHA-256 over a line `SHA256  NAME` for the program, then `NAME VERSION` for each."""
    lines = [f"{program_sha256}  program"]
    lines += [f"{one.sha256}  {one.name} {one.version}" for one in libraries]
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def _expects(_script: Script, step: Step) -> Iterator[Expected]:
    yield Expected(field=f"{step.id}.compared", ask=Confirm, role=step.role)


def _promises(_script: Script, step: Step) -> Iterator[Promise]:
    pinned = step.params.sha256
    if pinned is not None:
        yield Promise(
            step=step.id,
            kind=facts.ProgramChecked,
            what="the program and the libraries that the script pins",
            holds=lambda fact: total_of(fact.program_sha256, fact.libraries) == pinned,
            in_earnest=True,
        )


CHECK_PROGRAM = Action(
    name="check-program",
    about="The program and every library it runs on are hashed, and the hash is compared.",
    cls=Class.PURE,
    run=_run,
    expects=_expects,
    params=CheckProgram,
    excusable=True,
    promises=_promises,
)
