"""What a script alone proves: that it can be run to its end, and that nobody is given too much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from ceremonies.conduct.people import is_manned
from ceremonies.conduct.script import Script, Step
from ceremonies.conduct.slots import EVERY_SLOT, PEOPLE
from ceremonies.errors import Finding, InputError, Level

_OURS = ("log.jsonl", "script.toml", "allowed_signers", "seals", "reveal.jsonl")
"""What a ceremony's folder holds besides its outputs."""

_OPENING = ("check-machine", "roll-call")
_AFTER_WIPING = ("seal-log", "close")
_BITS_A_WORD = 32 / 3
_SECRET = frozenset(slot.name for slot in EVERY_SLOT if slot.secret)

_Problems = Iterator[tuple[str, str]]
"""Where, and what is wrong."""


def check(script: Script) -> tuple[Finding, ...]:
    """List everything that is wrong with a script, each with the name of its rule."""
    return tuple(
        Finding(rule=name, level=Level.REFUSE, where=where, message=message, hint=hint)
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
        if not step.action.opens and PEOPLE.name not in given:
            yield _where(step), "comes before the roll call"
        given |= {slot.name for slot in step.action.gives}


def _declared(script: Script) -> _Problems:
    for step in script.steps:
        pairs = (("needs", step.needs, step.action.needs), ("gives", step.gives, step.action.gives))
        for word, said, slots in pairs:
            real = {slot.name for slot in slots}
            if said is not None and set(said) != real:
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


def _quorum(script: Script) -> _Problems:
    people = sum(role.least for role in script.roles)
    if script.quorum > people:
        yield "[rules]", f"{script.quorum} people must sign, and {people} are asked for"


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
    taken = set(_OURS)
    for step in script.steps:
        for name in step.action.outputs(step.params):
            if name.lower() in taken or name.startswith("torn-"):
                yield _where(step), f"writes {name}, and that name is taken"
            taken.add(name.lower())


def _entropy(script: Script) -> _Problems:
    names = [step.action.name for step in script.steps]
    kinds = Counter(form.kind for form in script.entropy)
    if "collect-entropy" in names and not script.entropy:
        yield "[[entropy]]", "is missing, and collect-entropy needs it"
    for kind, count in kinds.items():
        if count > 1:
            yield "[[entropy]]", f"names {kind} twice"
    if "make-seed" not in names:
        return
    if script.seed is None:
        yield "[seed]", "is missing, and make-seed needs it"
        return
    if script.seed.scheme != "bip39":
        yield "[seed]", "make-seed makes bip39 keys only"
    wanted = int(script.seed.words * _BITS_A_WORD)
    # the system's generator counts in full, and is never the only source of a key
    total = sum(form.bits for form in script.entropy)
    if total < wanted:
        yield "[[entropy]]", f"gives {total} bits, and {script.seed.words} words have {wanted}"


def _shares(script: Script) -> _Problems:
    if not any(step.action.name == "split-shares" for step in script.steps):
        return
    if script.shares is None:
        yield "[shares]", "is missing, and split-shares needs it"
        return
    cards = sum(group.of for group in script.groups)
    if not 1 <= script.shares.groups_needed <= len(script.groups):
        yield "[shares]", f"needs {script.shares.groups_needed} of {len(script.groups)} groups"
    if script.shares.no_site_reaches_threshold:
        yield "[shares]", "no-site-reaches-threshold needs sites, which scripts do not have yet"
    least = {role.name: role.least for role in script.roles}
    for step in script.steps:
        if step.action.name == "hand-out-shares" and least.get(step.role, cards) < cards:
            yield _where(step), f"hands {cards} cards to {least[step.role]} {step.role}s"


def _verified(script: Script) -> _Problems:
    """Every card that is split must be handed out, and so verified, before the end."""
    names = [step.action.name for step in script.steps]
    for first, then in (
        ("show-phrase", "confirm-phrase"),
        ("split-shares", "hand-out-shares"),
        ("hand-out-shares", "recover-seed"),
        ("recover-seed", "wipe"),
    ):
        if first in names and then not in names[names.index(first) :]:
            yield f"action {first}", f"must be followed by {then}"


def _network(script: Script) -> _Problems:
    names = {step.action.name for step in script.steps}
    if script.network is None and names & {"export-account", "register-wallet"}:
        yield "the script", "must name the network of the account it exports"
    kinds = {step.params.script for step in script.steps if step.action.name == "export-account"}
    if "register-wallet" in names and kinds & {"wsh", "sh-wsh"}:
        yield "register-wallet", "makes a wallet of one key, and the account is one of several"


_Rule = Callable[[Script], _Problems]

RULES: dict[str, tuple[_Rule, str]] = {
    "ids": (_ids, "give every step an id of its own"),
    "order": (_order, "put the step that gives it before the step that needs it"),
    "declared": (_declared, "leave needs and gives out, or write what the action declares"),
    "roles": (_roles, "name every role in [roles], with how many people hold it"),
    "quorum": (_quorum, "ask for more people, or for fewer signatures"),
    "opening": (_opening, "begin with the machine, then the people"),
    "ending": (_ending, "end with wipe, seal-log and close"),
    "outputs": (_outputs, "give every file a name of its own"),
    "entropy": (_entropy, "name each source once, with enough bits for the words"),
    "shares": (_shares, "one custodian for each card"),
    "verified": (_verified, "nothing may leave the room that was not typed back"),
    "network": (_network, 'write for example network = "mainnet"'),
}
"""Every rule by its name, with what to do about its findings."""
