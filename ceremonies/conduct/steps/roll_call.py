"""Who is here: every role taken by people whom the signers file knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ceremonies.conduct.actions import Action, Class, Expected, Params
from ceremonies.conduct.asks import Ask, Mistyped, SignSeal, Steps, TypeText, ask
from ceremonies.conduct.context import Context
from ceremonies.conduct.people import NOBODY, People, Person, Role, objection
from ceremonies.conduct.presence import TypePin
from ceremonies.conduct.script import Script, Step
from ceremonies.conduct.slots import PEOPLE, PINS
from ceremonies.errors import InputError, IntegrityError
from ceremonies.log import facts
from ceremonies.log.sshsig import NAMESPACE
from ceremonies.secret import Secret
from ceremonies.spoken import visible

_LONGEST_NAME = 100
_NONCE_BYTES = 16


def _run(context: Context[Params]) -> Steps[None]:
    present: list[Person] = []
    full_names: dict[str, str] = {}
    pins: dict[str, Secret] = {}
    for role in context.script.roles:
        count = 0
        while role.most is None or count < role.most:
            name = yield from _name(context, role, count + 1, present)
            if name == NOBODY:
                break
            person = Person(name, role.name)
            if name not in full_names:
                full_names[name] = yield from _full_name(context, person, count + 1)
                if context.script.presence == "key":
                    yield from _key(context, person, count + 1)
                if context.script.presence != "name":
                    pins[name] = yield from _pin(context, person, count + 1)
            present.append(person)
            _log(context, person, full_names[name])
            count += 1
    context.table.put(PEOPLE, People(tuple(present)))
    if pins:
        context.table.put(PINS, pins)


def _key(context: Context[Params], person: Person, number: int) -> Steps[None]:
    """Have somebody prove with the key of the signers file that they are who they say, today."""
    session = 1 + sum(isinstance(r.fact, facts.Resumed) for r in context.journal.records)
    log, nonce = context.journal.genesis.log, context.world.salts(_NONCE_BYTES).hex()
    statement = f"presence of {person.name} in {log}, session {session}, {nonce}\n".encode()
    file = f"present-{session}.{person.name}"
    context.keep(file, statement, kind="presence")

    def holds(armored: bytes) -> None:
        try:
            context.signers.insist(person.name, armored, statement)
        except (InputError, IntegrityError) as error:
            raise Mistyped(f"{error.cause}; {error.hint}") from None

    armored = yield from ask(
        SignSeal(
            field=context.field(f"{person.role}-{number}.key"),
            by=person,
            text="Sign this with your own key, on your own machine: it proves who you are.",
            seal=statement,
            file=str(context.folder / file),
            namespace=NAMESPACE,
            check=holds,
        )
    )
    context.keep(f"{file}.sig", armored, kind="presence")


def _pin(context: Context[Params], person: Person, number: int) -> Steps[Secret]:
    """Have somebody choose a PIN, typed twice: one that was mistyped would shut its owner out."""
    field, mistake = context.field(f"{person.role}-{number}.pin"), ""
    while True:
        pin = yield from ask(
            TypePin(
                field=field,
                by=person,
                text="Choose a PIN for this session. You type it whenever your turn comes; it is "
                "shown to nobody.",
                mistake=mistake,
            )
        )
        again = yield from ask(
            TypePin(field=f"{field}-again", by=person, text="Type the same PIN once more.")
        )
        if pin == again:
            return pin
        mistake = "the second PIN was another one: choose one again, and type it twice"


def _name(context: Context[Params], role: Role, number: int, present: list[Person]) -> Steps[str]:
    may_end = number > role.least
    known = context.signers.names

    def check(typed: str) -> str:
        if may_end and typed == NOBODY:
            return typed
        if typed not in known:
            raise Mistyped(f"the signers file knows {', '.join(known)}")
        if not context.signers.may_be(typed, role.name):
            raise Mistyped(f"the signers file does not let {typed} be {role.name}")
        objects = objection(
            Person(typed, role.name),
            present,
            roles=context.script.roles,
            conflicts=context.script.conflicts,
        )
        if objects:
            raise Mistyped(objects)
        return typed

    which = f"{role.name} {number}" if role.most != 1 else f"the {role.name}"
    ending = f" (or {NOBODY}, when everybody is here)" if may_end else ""
    return (
        yield from ask(
            TypeText(
                field=context.field(f"{role.name}-{number}"),
                by=Person("", context.step.role),
                text=f"Who is {which}? Type the name as the signers file has it{ending}.",
                check=check,
                offered=(*known, NOBODY) if may_end else known,
            )
        )
    )


def _full_name(context: Context[Params], person: Person, number: int) -> Steps[str]:
    def check(typed: str) -> str:
        if not 0 < len(typed) <= _LONGEST_NAME or visible(typed) != typed:
            raise Mistyped(f"type a name of up to {_LONGEST_NAME} letters")
        return typed

    return (
        yield from ask(
            TypeText(
                field=context.field(f"{person.role}-{number}.full-name"),
                by=Person("", context.step.role),
                text=f"Look at {person.name}'s identity document, and type the full name on it. "
                "The log gets a commitment to it, never the name.",
                check=check,
            )
        )
    )


def _log(context: Context[Params], person: Person, full_name: str) -> None:
    commitment = context.journal.withhold("name", full_name)
    context.log(
        facts.PersonPresent(person=person.name, role=person.role, name_commitment=commitment)
    )


def _expects(script: Script, step: Step) -> Iterator[Expected]:
    for role in script.roles:
        for number in range(1, role.least + 1):
            field = f"{step.id}.{role.name}-{number}"
            yield Expected(field=field, ask=TypeText, role=step.role)
            yield Expected(
                field=f"{field}.full-name",
                ask=TypeText,
                role=step.role,
                sometimes="not when the person has another role already",
            )
            proofs: dict[str, type[Ask[Any]]] = {
                "key": SignSeal,
                "pin": TypePin,
                "pin-again": TypePin,
            }
            for proof, kind in proofs.items():
                if script.presence == "key" or proof.startswith(script.presence):
                    yield Expected(
                        field=f"{field}.{proof}",
                        ask=kind,
                        role=role.name,
                        sometimes="not when the person has another role already",
                    )
        if role.most is None or role.most > role.least:
            yield Expected(
                field=f"{step.id}.{role.name}-{role.least + 1}",
                ask=TypeText,
                role=step.role,
                sometimes="and again, until it is answered with none",
            )


ROLL_CALL = Action(
    name="roll-call",
    about="Everybody in the room says who they are, and takes a role.",
    cls=Class.IDEMPOTENT,
    run=_run,
    expects=_expects,
    params=Params,
    gives=(PEOPLE,),
    opens=True,
)
