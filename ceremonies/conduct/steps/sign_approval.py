"""Approvals as signatures: as many people as the policy asks for sign the intent, under it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ceremonies.conduct.actions import Action, Class, Expected, Params
from ceremonies.conduct.asks import Choose, Mistyped, SignSeal, Steps, ask
from ceremonies.conduct.context import Context
from ceremonies.conduct.people import Person
from ceremonies.conduct.script import FileName, Script, Step
from ceremonies.conduct.slots import APPROVALS, INTENT, POLICY
from ceremonies.errors import InputError, IntegrityError, Refused
from ceremonies.log import facts, signers
from ceremonies.log.signers import Signers
from ceremonies.log.sshsig import INTENT_NAMESPACE

if TYPE_CHECKING:
    from ceremonies.signing.policy import Demand


class SignApproval(Params, frozen=True, kw_only=True):
    """The name of the text that is signed; each signature is beside it, as `NAME.PERSON.sig`."""

    output: FileName = "approval.txt"


def _run(context: Context[SignApproval]) -> Steps[None]:
    from ceremonies.signing.approval import Approval, text_of

    policy, intent = context.table.take(POLICY), context.table.take(INTENT)
    approvals: list[Approval] = []
    if policy.approvals is not None:
        text = text_of(intent, policy.sha256)
        context.keep(context.params.output, text, kind="approval")
        known = _known(context, policy.approvals)
        able = _able(context, policy.approvals, known)
        while len(approvals) < policy.approvals.needed:
            there = [one for one in able if one.name not in {a.person for a in approvals}]
            who = yield from _signed(context, text, known, there, len(approvals) + 1)
            approvals.append(Approval(who, intent, policy.sha256))
    context.table.put(APPROVALS, tuple(approvals))


def _known(context: Context[SignApproval], asked: Demand) -> Signers:
    if asked.signers:
        return signers.read("".join(f"{line}\n" for line in asked.signers).encode())
    if asked.signers_sha256 not in (None, context.signers.sha256):
        raise Refused(
            "the policy's list of signers is another one than this ceremony's",
            hint="write the signers into the policy, or begin with their list",
        )
    return context.signers


def _able(context: Context[SignApproval], asked: Demand, known: Signers) -> list[Person]:
    """Return whoever is present and may approve, each once."""
    present = {one.name: one for one in reversed(context.people.present)}
    may = [name for name in known.names if not asked.people or name in asked.people]
    able = [present[name] for name in may if name in present]
    if len(able) < asked.needed:
        raise Refused(
            f"the policy asks for {asked.needed} approvals, and {len(able)} of those who may are "
            "here",
            hint=f"resume when enough of these are in the room: {', '.join(may)}",
        )
    return able


def _signed(
    context: Context[SignApproval], text: bytes, known: Signers, there: list[Person], number: int
) -> Steps[str]:
    field = context.field(f"signer-{number}")
    name = yield from ask(
        Choose(
            field=field,
            by=context.actor,
            text=f"The policy asks for signed approvals, of which this is number {number}. "
            "Who signs next?",
            options=[one.name for one in there],
        )
    )
    person = next(one for one in there if one.name == name)

    def holds(armored: bytes) -> None:
        try:
            known.insist(name, armored, text, namespace=INTENT_NAMESPACE)
        except (InputError, IntegrityError) as error:
            raise Mistyped(f"{error.cause}; {error.hint}") from None

    file = f"{context.params.output}.{name}.sig"
    if not (context.folder / file).exists():
        armored = yield from ask(
            SignSeal(
                field=f"{field}.signature",
                by=person,
                text="Sign your approval of this intent under this policy, on your own machine.",
                seal=text,
                file=str(context.folder / context.params.output),
                namespace=INTENT_NAMESPACE,
                check=holds,
            )
        )
    else:
        # another signature by the same key may have other bytes
        armored = context.kept(file)
        holds(armored)
    context.keep(file, armored, kind="approval")
    context.log(
        facts.IntentApproved(intent=context.table.take(INTENT).hex(), person=name, role=person.role)
    )
    return name


def _expects(_script: Script, step: Step) -> Iterator[Expected]:
    for number in (1, 2):
        field, sometimes = f"{step.id}.signer-{number}", "as often as the policy asks for"
        yield Expected(field=field, ask=Choose, role=step.role, sometimes=sometimes)
        yield Expected(field=f"{field}.signature", ask=SignSeal, role="signer", sometimes=sometimes)


SIGN_APPROVAL = Action(
    name="sign-approval",
    about="As many people as the policy asks for sign their approval of the intent.",
    cls=Class.IDEMPOTENT,
    run=_run,
    expects=_expects,
    params=SignApproval,
    needs=(INTENT, POLICY),
    gives=(APPROVALS,),
    outputs=lambda params: (params.output,),
    writes=(APPROVALS,),
)
