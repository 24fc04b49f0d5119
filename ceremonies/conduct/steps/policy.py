"""The policy: read, compared with the hash that the script pins, and said in words."""

from __future__ import annotations

from collections.abc import Iterator

from ceremonies.conduct.actions import Action, Class, Expected, Params
from ceremonies.conduct.asks import Acknowledge, GiveFile, Steps, ask, retyped
from ceremonies.conduct.context import Context
from ceremonies.conduct.script import FileName, Script, Step
from ceremonies.conduct.slots import POLICY
from ceremonies.errors import Refused
from ceremonies.log import facts
from ceremonies.log.promised import Promise


class ReadPolicy(Params, frozen=True, kw_only=True):
    """The name under which the policy is kept."""

    keep: FileName = "policy.toml"


def _read(context: Context[ReadPolicy]) -> Steps[None]:
    from ceremonies.signing import policy_file
    from ceremonies.signing.policy_words import words

    content = yield from ask(
        GiveFile(
            field=context.field("file"),
            by=context.actor,
            text="Under which policy may be signed? Name its file.",
            what="the policy",
            limit=policy_file.MAX_SIZE,
            check=lambda content: retyped(lambda: _insist_pinned(context, content)),
        )
    )
    policy = policy_file.read(content)
    context.keep(context.params.keep, content, kind="policy")
    yield from ask(
        Acknowledge(
            field=context.field("seen"),
            by=context.actor,
            text="This is what the policy lets be signed. Read it aloud.",
            shown="\n".join(words(policy)),
        )
    )
    context.table.put(POLICY, policy)


def _insist_pinned(context: Context[ReadPolicy], content: bytes) -> None:
    from ceremonies.signing import policy_file

    policy, pinned = policy_file.read(content), context.script.policy
    if pinned not in (None, policy.sha256):
        raise Refused(
            f"the script pins the policy {str(pinned)[:16]}…, and this is "
            f"{str(policy.sha256)[:16]}…",
            hint="bring the policy that was reviewed with the script",
        )


def _restore(context: Context[ReadPolicy]) -> None:
    from ceremonies.signing import policy_file

    context.table.put(POLICY, policy_file.read(context.kept(context.params.keep)))


def _expects(_script: Script, step: Step) -> Iterator[Expected]:
    yield Expected(field=f"{step.id}.file", ask=GiveFile, role=step.role)
    yield Expected(field=f"{step.id}.seen", ask=Acknowledge, role=step.role)


def _promises(script: Script, step: Step) -> Iterator[Promise]:
    name, pinned = step.params.keep, script.policy
    yield Promise(
        step=step.id,
        kind=facts.FileKept,
        what="the policy" if pinned is None else "the policy that the script pins",
        # under its name: what is beside the log there says whose approvals were needed
        holds=lambda fact: (
            (fact.name, fact.kind) == (name, "policy") and pinned in (None, fact.sha256)
        ),
    )


READ_POLICY = Action(
    name="read-policy",
    about="The policy is read, as it was reviewed; every review after it is held to it.",
    cls=Class.IDEMPOTENT,
    run=_read,
    expects=_expects,
    params=ReadPolicy,
    gives=(POLICY,),
    restore=_restore,
    outputs=lambda params: (params.keep,),
    writes=(POLICY,),
    promises=_promises,
)
