"""What a script alone proves: that it can be run to its end, and that nobody is given too much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from ceremonies.conduct import key_rules, place_rules, positions
from ceremonies.conduct.context import of_kind
from ceremonies.conduct.people import fewest, is_manned
from ceremonies.conduct.plan import plan_of
from ceremonies.conduct.script import Script, Step
from ceremonies.conduct.slots import PEOPLE
from ceremonies.errors import Finding, InputError, Level
from ceremonies.log import records

_OURS = ("log.jsonl", "script.toml", "allowed_signers", "seals", "reveal.jsonl")
"""What a ceremony's folder holds besides its outputs."""

_OPENING = ("check-machine", "roll-call")
_AFTER_WIPING = ("seal-log", "close")

_Problems = Iterator[tuple[str, str]]
"""Where, and what is wrong."""


def check(script: Script) -> tuple[Finding, ...]:
    """List everything that is wrong with a script, each with the name of its rule."""
    lines = positions.lines_of(script.data)
    return tuple(
        Finding(
            rule=name,
            level=Level.REFUSE,
            where=_pointed(script, where, lines),
            message=message,
            hint=hint,
        )
        for name, (rule, hint) in RULES.items()
        for where, message in rule(script)
    )


def insist(script: Script) -> None:
    """Refuse a script that `check` finds anything wrong with.

    Raises:
        InputError: with every finding.
    """
    found = check(script)
    if found:
        raise InputError(
            f"the script is not sound: {found[0].where}: {found[0].message}",
            hint=found[0].hint,
            findings=found,
        )


def _pointed(script: Script, where: str, lines: Mapping[str, int]) -> str:
    """Add the line that a finding is about, as far as it is about one."""
    at = where
    if where.startswith("step "):
        ids = [step.id for step in script.steps]
        at = f"[[step]] {ids.index(where.removeprefix('step ')) + 1}"
    elif where == "[[entropy]]":
        at = "[[entropy]] 1"
    elif where == "the last step":
        at = f"[[step]] {len(script.steps)}"
    line = lines.get(at)
    return f"{where}, line {line}" if line else where


def _where(step: Step) -> str:
    return f"step {step.id}"


def _ids(script: Script) -> _Problems:
    for name, count in Counter(step.id for step in script.steps).items():
        if count > 1:
            yield f"step {name}", f"{count} steps have this id"


def _order(script: Script) -> _Problems:
    given: set[str] = set()
    for step in script.steps:
        for slot in step.action.needs:
            if slot.name not in given:
                yield _where(step), f"needs {slot.name}, which no step before it gives"
        given |= {slot.name for slot in step.action.gives}


def _declared(script: Script) -> _Problems:
    for step in script.steps:
        pairs = (("needs", step.needs, step.action.needs), ("gives", step.gives, step.action.gives))
        for word, said, slots in pairs:
            real = {slot.name for slot in slots}
            if not set(said or ()) <= real:
                listed = ", ".join(sorted(real)) or "nothing"
                yield _where(step), f"says what it {word}, and {step.action.name} {word} {listed}"


def _roles(script: Script) -> _Problems:
    known = {role.name for role in script.roles}
    for problem in is_manned(script.roles, script.conflicts):
        yield "[roles]", problem
    for step in script.steps:
        for name in (step.role, *step.attest):
            if name not in known:
                yield _where(step), f"names the role {name}, which this script does not have"


def _actors(script: Script) -> _Problems:
    independent = {role.name for role in script.roles if role.independent}
    for step in script.steps:
        action = step.action
        if action.roles and step.role not in action.roles:
            yield _where(step), f"is for {' or '.join(action.roles)}, and the {step.role} does it"
        has_secrets = any(slot.secret for slot in (*action.needs, *action.gives))
        if has_secrets and step.role in independent:
            yield _where(step), f"handles secrets, and the {step.role} must be independent"


def _attested(script: Script) -> _Problems:
    met = False
    for step in script.steps:
        met = met or PEOPLE in step.action.gives
        if step.attest and not met:
            yield _where(step), "is attested before the roll call has said by whom"
        if step.attest and step.action.name == "close":
            yield _where(step), "ends the log, and nothing can be attested after it"
        if len(set(step.attest)) < len(step.attest):
            yield _where(step), "is attested by one role twice"


def _quorum(script: Script) -> _Problems:
    people = fewest(script.roles, script.conflicts)
    if script.quorum > people:
        yield (
            "[rules]",
            f"{script.quorum} people must sign, and the roles may be held by {people}",
        )


def _opening(script: Script) -> _Problems:
    names = tuple(step.action.name for step in script.steps)
    if names[: len(_OPENING)] != _OPENING:
        yield "the first steps", f"must be {' and '.join(_OPENING)}, in this order"
    for name in _OPENING:
        if names.count(name) > 1:
            yield f"{name}", "is done once; resuming repeats it by itself"


def _ending(script: Script) -> _Problems:
    names = [step.action.name for step in script.steps]
    if names.count("close") != 1 or names[-1] != "close":
        yield "the last step", "must be close, once"
    has_secrets = any(
        slot.secret for step in script.steps for slot in (*step.action.gives, *step.action.needs)
    )
    if has_secrets and names.count("wipe") != 1:
        yield "the script", "handles secrets, and must wipe them once"
    if "wipe" in names:
        for step in script.steps[names.index("wipe") + 1 :]:
            if step.action.name not in _AFTER_WIPING:
                yield _where(step), "comes after wipe, which only seal-log and close may"


def _outputs(script: Script) -> _Problems:
    taken, others = set(_OURS), set[str]()
    for step in script.steps:
        own = set[str]()
        for name in step.action.outputs(step.params):
            low = name.lower()
            # a later file of another step's kind would have this name
            is_later = any(of_kind(one).fullmatch(low) for one in others)
            is_later |= any(map(of_kind(low).fullmatch, others))
            if low in taken or low.startswith("torn-") or is_later:
                yield _where(step), f"writes {name}, and that name is taken"
            taken.add(low)
            own.add(low)
        others |= own


def _secrets(script: Script) -> _Problems:
    for step in script.steps:
        action = step.action
        if not tuple(action.outputs(step.params)):
            continue
        for slot in action.writes:
            if slot.secret:
                yield _where(step), f"writes {slot.name} into a file, and that is a secret"
        if not action.writes or not {*action.writes} <= {*action.needs, *action.gives}:
            yield _where(step), "does not declare what it writes"


def _length(script: Script) -> _Problems:
    try:
        records.encode(
            plan_of(script, rehearsal=True),
            seq=1,
            prev=bytes(32),
            boot="0" * 16,
            mono_ms=2**53 - 1,
        )
    except InputError as error:
        yield "the script", error.cause


_Rule = Callable[[Script], _Problems]

RULES: dict[str, tuple[_Rule, str]] = {
    "ids": (_ids, "give every step an id of its own"),
    "order": (_order, "put the step that gives it before the step that needs it"),
    "declared": (_declared, "leave needs and gives out, or write what the action declares"),
    "roles": (_roles, "name every role in [roles], with how many people hold it"),
    "actors": (_actors, "give the step to another role"),
    "attested": (_attested, "have each role attest once, between the roll call and the end"),
    "quorum": (_quorum, "ask for more people, or for fewer signatures"),
    "opening": (_opening, "begin with the machine, then the people"),
    "ending": (_ending, "end with wipe, seal-log and close"),
    "outputs": (_outputs, "give every file a name of its own"),
    "secrets": (_secrets, "files hold what is public, and nothing else"),
    "entropy": (key_rules.entropy, "name each source once, with enough bits for the words"),
    "shares": (key_rules.shares, "one custodian for each card"),
    "sites": (place_rules.sites, "give each card a site, and no site a quorum"),
    "once": (key_rules.once, "make one key a ceremony, and show each of its papers once"),
    "verified": (key_rules.verified, "nothing may leave the room that was not typed back"),
    "papers": (key_rules.papers, "have those read a paper who wrote it"),
    "seedqr": (key_rules.codes, "leave seedqr out, or make a key of 12 or 24 words"),
    "released": (key_rules.released, "export when the key cannot be lost any more"),
    "network": (key_rules.network, 'write for example network = "mainnet"'),
    "on-fail": (place_rules.mishaps, "leave on-fail out, or say abort"),
    "policy": (place_rules.policy, "read the policy before the review, or pin none"),
    "length": (_length, "shorten the ids, or split the ceremony in two"),
}
"""Every rule by its name, with what to do about its findings."""
