"""The plan: what of a script goes into its log, and what `show` prints before anything happens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from ceremonies.conduct.actions import Expected, everybody
from ceremonies.conduct.asks import Confirm
from ceremonies.conduct.script import Script, Step
from ceremonies.conduct.script_file import read
from ceremonies.conduct.steps.policy import READ_POLICY
from ceremonies.conduct.steps.sign_approval import SIGN_BATCH_APPROVAL
from ceremonies.log import signers
from ceremonies.log.facts import Fact, Plan, PlannedRole, PlannedStep
from ceremonies.log.promised import Demand, Planned
from ceremonies.log.script import Kept
from ceremonies.network import REGTEST


def plan_of(script: Script, *, rehearsal: bool) -> Plan:
    """Return the second record of the script's log."""
    network = REGTEST if rehearsal else script.network
    return Plan(
        ceremony=script.id,
        title=script.title,
        network=network.name if network else "",
        steps=tuple(
            PlannedStep(
                id=step.id,
                do=step.action.name,
                role=step.role,
                cls=step.action.cls.value,
                attest=step.attest,
                mandatory=step.is_mandatory,
            )
            for step in script.steps
        ),
        roles=tuple(
            PlannedRole(
                role=role.name, least=role.least, most=role.most, independent=role.independent
            )
            for role in script.roles
        ),
        conflicts=script.conflicts,
        quorum=script.quorum,
    )


def planned(data: bytes, *, rehearsal: bool, kept: Kept = lambda _: None) -> Planned:
    """Return what a script's bytes, and the policy that was kept, have a log say.

    Raises:
        InputError: it is not a script, or that is no policy.
    """
    said, policy, whole = _planned(data, rehearsal=rehearsal)
    content = None if policy is None else kept(policy)
    if content is None:
        return replace(said, unread=policy or "")
    return replace(said, demand=_demand(content, whole))


@lru_cache(maxsize=8)  # thousands of logs have the same script beside them
def _planned(data: bytes, *, rehearsal: bool) -> tuple[Planned, str | None, frozenset[str]]:
    """Return what a script alone has a log say, and the name of the policy that it keeps.

    The third are the steps in which one signature approves a whole batch.
    """
    script = read(data)
    if rehearsal:
        script = replace(script, network=REGTEST)
    promises = [one for step in script.steps for one in step.action.promises(script, step)]
    if rehearsal:
        # practice keeps to a script as far as the machine at hand does: it is asked, and may differ
        promises = [replace(one, holds=_any) if one.in_earnest else one for one in promises]
    said = Planned(
        plan=plan_of(script, rehearsal=rehearsal),
        promises=tuple(promises),
        by_key=script.presence == "key",
    )
    policies = [step.params.keep for step in script.steps if step.action is READ_POLICY]
    whole = frozenset(
        step.id
        for step in script.steps
        if step.action is SIGN_BATCH_APPROVAL and step.params.approval == "batch"
    )
    return said, policies[-1] if policies else None, whole


def _any(_: Fact) -> bool:
    return True


@lru_cache(maxsize=8)
def _demand(content: bytes, whole: frozenset[str]) -> Demand | None:
    """Return whose signed approvals a policy asks for; `whole` are steps that take one for all."""
    from ceremonies.signing import policy_file
    from ceremonies.signing.approval import text_of
    from ceremonies.signing.intent import batch_intent

    policy = policy_file.read(content)
    asked = policy.approvals
    if asked is None:
        return None

    def text(step: str, intents: Sequence[str]) -> bytes:
        approved = [bytes.fromhex(intent) for intent in intents]
        if step in whole:
            return text_of(batch_intent(approved), policy.sha256)
        return text_of(approved[0], policy.sha256) if len(approved) == 1 else b""

    lines = "".join(f"{line}\n" for line in asked.signers)
    return Demand(
        needed=asked.needed,
        people=frozenset(asked.people),
        signers=signers.read(lines.encode()) if lines else None,
        text=text,
    )


def expected(script: Script, step: Step) -> Iterator[Expected]:
    """Yield everything a step will ask, in order, attestation included."""
    yield from step.action.expects(script, step)
    roles = {role.name: role for role in script.roles}
    for name in step.attest:
        if name in roles:
            yield from everybody(roles[name], field=f"{step.id}.attest.{name}", ask=Confirm)
