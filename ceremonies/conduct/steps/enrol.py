"""Enrolment: people prove that they hold the keys they will sign with, and the machine gets a name.

The new list of signers is sealed with the ceremony's log by those who were enrolled before.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator

from ceremonies.conduct.actions import Action, Class, Expected, Params
from ceremonies.conduct.asks import (
    Confirm,
    GiveFile,
    Mistyped,
    SignSeal,
    Steps,
    TypeText,
    ask,
    retyped,
)
from ceremonies.conduct.context import AnyContext, Context
from ceremonies.conduct.people import NOBODY, Person
from ceremonies.conduct.practice import insist_earnest
from ceremonies.conduct.script import FileName, Script, Step
from ceremonies.conduct.slots import ENROLLED
from ceremonies.conduct.steps.typed import typed_line
from ceremonies.errors import InputError, IntegrityError
from ceremonies.log import facts, signers
from ceremonies.log.evidence import ENROLMENT_KIND, SIGNERS_KIND
from ceremonies.log.signers import Signer
from ceremonies.log.sshsig import NAMESPACE
from ceremonies.spoken import in_fours, words

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._@-]{0,62}[a-z0-9])?")
_SERIAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./-]{0,39}")
_KEY_LIMIT = 16 * 1024
_MOST = 64


class EnrolPeople(Params, frozen=True, kw_only=True):
    """The name of the new signers file."""

    output: FileName = "allowed_signers.new"


def _people(context: Context[EnrolPeople]) -> Steps[None]:
    lines: dict[str, Signer] = {}
    while len(lines) < _MOST:
        name = yield from _name(context, len(lines) + 1, lines)
        if name == NOBODY:
            break
        lines[name] = yield from _key(context, len(lines) + 1, name, lines)
    content = signers.write(lines.values())
    known = signers.read(content)
    yield from _compared(context, known.sha256)
    for name, line in lines.items():
        context.log(facts.PersonEnrolled(person=name, key_sha256=_key_sha256(line.key)))
    context.keep(context.params.output, content, kind=SIGNERS_KIND)
    context.table.put(ENROLLED, content)


def _restore(context: Context[EnrolPeople]) -> None:
    context.table.put(ENROLLED, context.kept(context.params.output))


def _name(context: AnyContext, number: int, lines: dict[str, Signer]) -> Steps[str]:
    may_end = len(lines) >= context.script.quorum

    def check(typed: str) -> str:
        if typed == NOBODY and may_end:
            return typed
        if typed == NOBODY:
            raise Mistyped(f"seals take {context.script.quorum} people: enrol so many at least")
        if typed in lines:
            raise Mistyped(f"{typed} is enrolled already: type the name of somebody else")
        if not _NAME.fullmatch(typed):
            raise Mistyped("type a name of small letters, digits, dots and dashes")
        return typed

    ending = f" (or {NOBODY}, when that was everybody)" if may_end else ""
    text = f"Under which name is person {number} enrolled{ending}?"
    return (yield from typed_line(context, f"person-{number}", text, check))


def _key(context: AnyContext, number: int, name: str, lines: dict[str, Signer]) -> Steps[Signer]:
    field = context.field(f"person-{number}.key")

    def check(content: bytes) -> None:
        _insist_public(content)
        retyped(lambda: _insist(context, (*lines.values(), _signer(name, content))))

    content = yield from ask(
        GiveFile(
            field=field,
            by=context.actor,
            text=f"{name} brings the public half of their own signing key, such as id_ed25519.pub. "
            "Name the file.",
            what="the public key",
            limit=_KEY_LIMIT,
            check=check,
        )
    )
    signer = _signer(name, content)
    file = f"{context.params.output}.{name}"
    statement = f"enrolment of {name} in {context.journal.genesis.log}\n{signer.line}".encode()
    context.keep(file, statement, kind=ENROLMENT_KIND)

    def holds(armored: bytes) -> None:
        try:
            signers.read(signer.line.encode()).insist(name, armored, statement)
        except (InputError, IntegrityError) as error:
            # a signature of another key is made good by another try, and is no broken log
            raise Mistyped(f"{error.cause}; {error.hint}") from None

    yield from ask(
        SignSeal(
            field=context.field(f"person-{number}.signature"),
            by=Person(name, "enrolled"),
            text="Sign this with that key, on your own machine: it proves that you hold it.",
            seal=statement,
            file=str(context.folder / file),
            namespace=NAMESPACE,
            check=holds,
        )
    )
    return signer


def _signer(name: str, content: bytes) -> Signer:
    text = content.decode("ascii", "replace").strip()
    return Signer(name=name, key=" ".join(text.split()[:2]))


def _insist_public(content: bytes) -> None:
    if b"PRIVATE KEY" in content:
        raise Mistyped("this is the private half, which stays with its owner: bring the .pub file")
    if len(content.split()) < 2 or len(content.strip().splitlines()) != 1:
        raise Mistyped("this is no public key, which is one line such as ssh-ed25519 AAAA…")


def _insist(context: AnyContext, people: Iterable[Signer]) -> None:
    known = signers.read(signers.write(people))
    if not context.is_rehearsal:
        insist_earnest(known)


def _key_sha256(key: str) -> str:
    return hashlib.sha256(base64.b64decode(key.rsplit(maxsplit=1)[-1])).hexdigest()


def _compared(context: AnyContext, sha256: str) -> Steps[None]:
    spoken = words(bytes.fromhex(sha256)).split()
    yield from ask(
        Confirm(
            field=context.field("hash"),
            by=context.actor,
            text="This is the hash of the new signers file. Everybody enrolled writes it down and "
            "takes it away: later nobody can slip another person in. Has everybody got it?",
            shown="\n".join(
                (
                    *(in_fours(sha256[at : at + 32]) for at in (0, 32)),
                    "",
                    *(" ".join(spoken[at : at + 4]) for at in range(0, len(spoken), 4)),
                )
            ),
        )
    )


def _machine(context: Context[Params]) -> Steps[None]:
    name = yield from typed_line(context, "name", "What is this machine called?", _checked_name)
    serial = yield from typed_line(
        context,
        "serial",
        f"Type the serial number on the case of {name}. The log gets a commitment to it.",
        _checked_serial,
    )
    context.log(
        facts.MachineEnrolled(
            name=name,
            serial_commitment=context.journal.withhold("serial", serial),
            program_sha256=context.world.program_sha256,
        )
    )


def _checked_name(typed: str) -> str:
    if not _NAME.fullmatch(typed):
        raise Mistyped("type a name of small letters, digits, dots and dashes")
    return typed


def _checked_serial(typed: str) -> str:
    if not _SERIAL.fullmatch(typed):
        raise Mistyped("type up to 40 letters, digits, dots, dashes and spaces")
    return typed


def _expects_people(script: Script, step: Step) -> Iterator[Expected]:
    for number in range(1, script.quorum + 2):
        again = "" if number <= script.quorum else "and again, until it is answered with none"
        field = f"{step.id}.person-{number}"
        yield Expected(field=field, ask=TypeText, role=step.role, sometimes=again)
        yield Expected(field=f"{field}.key", ask=GiveFile, role=step.role, sometimes=again)
        yield Expected(field=f"{field}.signature", ask=SignSeal, role="enrolled", sometimes=again)
    yield Expected(field=f"{step.id}.hash", ask=Confirm, role=step.role)


def _expects_machine(_script: Script, step: Step) -> Iterator[Expected]:
    yield Expected(field=f"{step.id}.name", ask=TypeText, role=step.role)
    yield Expected(field=f"{step.id}.serial", ask=TypeText, role=step.role)


ENROL_PEOPLE = Action(
    name="enrol-people",
    about="People bring their public keys, prove that they hold them, and become signers.",
    cls=Class.IDEMPOTENT,
    run=_people,
    expects=_expects_people,
    params=EnrolPeople,
    gives=(ENROLLED,),
    restore=_restore,
    outputs=lambda params: (params.output,),
    writes=(ENROLLED,),
)
ENROL_MACHINE = Action(
    name="enrol-machine",
    about="The machine gets a name; its serial number and its program are noted.",
    cls=Class.IDEMPOTENT,
    run=_machine,
    expects=_expects_machine,
    params=Params,
)
