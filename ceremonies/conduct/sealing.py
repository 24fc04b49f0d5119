"""A seal and the people who sign it: asked one after the other until they are the quorum."""

from __future__ import annotations

from ceremonies.conduct.asks import Choose, Confirm, Mistyped, SignSeal, Steps, ask
from ceremonies.conduct.context import AnyContext
from ceremonies.conduct.people import Person
from ceremonies.conduct.slots import PEOPLE
from ceremonies.errors import InputError, IntegrityError
from ceremonies.log import seal, sealing
from ceremonies.log.seal import Seal
from ceremonies.log.sshsig import NAMESPACE
from ceremonies.spoken import in_fours, words

_WORDS_A_LINE = 4


def sealed(context: AnyContext, *, final: bool = False) -> Steps[tuple[Seal, tuple[str, ...]]]:
    """Seal the log as it is and have the quorum sign; return the seal and who signed it.

    Signatures that lie there already count. The `final` one is taken away by every witness.
    """
    made = sealing.make(context.journal)
    signed = sealing.signed_by(context.folder, made, context.signers)
    while len(signed) < _quorum(context):
        # what was checked and is on the disk needs no reading: that could only fail
        now = {*signed, (yield from _signature(context, made, signed))}
        signed = tuple(name for name in context.signers.names if name in now)
    if final:
        yield from ask(
            Confirm(
                field=context.field("taken"),
                by=_actor(context),
                text="This is the closing seal. Each witness writes it down or takes a copy of "
                "its file away: a log that is cut back later is found out by it alone. Has "
                "every witness got it?",
                shown=seal_text(made),
            )
        )
    return made, signed


def seal_text(made: Seal) -> str:
    """Lay out a seal to be read aloud: its SHA-256 in hex, and as 32 PGP words."""
    spoken = words(bytes.fromhex(made.id)).split()
    rows = [spoken[at : at + _WORDS_A_LINE] for at in range(0, len(spoken), _WORDS_A_LINE)]
    return "\n".join(
        (
            f"seal of {made.size} records of {made.log}",
            *(in_fours(made.id[at : at + 32]) for at in (0, 32)),
            "",
            *(" ".join(row) for row in rows),
        )
    )


def _quorum(context: AnyContext) -> int:
    return context.journal.genesis.quorum


def _signature(context: AnyContext, made: Seal, signed: tuple[str, ...]) -> Steps[str]:
    """Have one more person sign, and return who it was."""
    field = context.field(f"signer-{len(signed) + 1}")
    options = [name for name in _candidates(context) if name not in signed]
    name = yield from ask(
        Choose(
            field=field,
            by=_actor(context),
            text=f"The seal needs {_quorum(context)} signatures, and has {len(signed)}. "
            "Who signs next?",
            options=options,
        )
    )
    path = seal.path_of(context.folder, made.size)

    def check(armored: bytes) -> None:
        try:
            context.signers.insist(name, armored, made.text())
        except (InputError, IntegrityError) as error:
            raise Mistyped(f"{error.cause}; {error.hint}") from None

    armored = yield from ask(
        SignSeal(
            field=f"{field}.signature",
            by=_named(context, name),
            text="Sign the seal with your own key, on your own machine.",
            seal=made.text(),
            file=str(path),
            namespace=NAMESPACE,
            check=check,
        )
    )
    sealing.import_signature(context.folder, made, name, armored, context.signers)
    return name


def _candidates(context: AnyContext) -> tuple[str, ...]:
    """Return who may sign: whoever is present, or after the end every signer."""
    return context.people.names if context.table.has(PEOPLE) else context.signers.names


def _named(context: AnyContext, name: str) -> Person:
    present = context.people.present if context.table.has(PEOPLE) else ()
    return next((person for person in present if person.name == name), Person(name, "signer"))


def _actor(context: AnyContext) -> Person:
    return context.actor if context.table.has(PEOPLE) else Person("", context.step.role)
