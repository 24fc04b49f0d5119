"""Approvals as signatures: as many people as the policy asks for sign an intent, under it.

Of a batch they sign each intent, or one hash of all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ceremonies import disk
from ceremonies.conduct.actions import Action, Class, Expected, Params
from ceremonies.conduct.asks import Choose, Mistyped, SignSeal, Steps, ask
from ceremonies.conduct.context import KEPT_LIMIT, AnyContext, Context
from ceremonies.conduct.people import Person
from ceremonies.conduct.script import FileName, Script, Step
from ceremonies.conduct.slots import APPROVALS, INTENT, INTENTS, POLICY
from ceremonies.conduct.steps.batch import Most, most_of
from ceremonies.errors import InputError, IntegrityError, Refused
from ceremonies.log import facts, signers
from ceremonies.log.signers import Signers
from ceremonies.log.sshsig import INTENT_NAMESPACE

if TYPE_CHECKING:
    from ceremonies.signing.policy import Demand

_WHOLE, _EACH = "approval.txt", "approval-{}.txt"


class SignApproval(Params, frozen=True, kw_only=True):
    """The name of the text that is signed; each signature is beside it, as `NAME.PERSON.sig`."""

    output: FileName = "approval.txt"


class SignBatchApproval(Params, frozen=True, kw_only=True):
    """Whether each PSBT is approved by itself, or the whole batch by one hash.

    The texts are `approval-1.txt` and so on, for at most so many PSBTs; or `approval.txt`.
    """

    approval: Literal["each", "batch"] = "each"
    most: Most = 10


@dataclass(frozen=True, kw_only=True)
class _Text:
    """A text to be signed: which intents it covers, and the one of them all that is in it."""

    file: str
    field: str
    said: str
    intent: bytes
    covers: Sequence[bytes]


def _run(context: Context[SignApproval]) -> Steps[None]:
    intent = context.table.take(INTENT)
    text = _Text(file=context.params.output, field="", said="", intent=intent, covers=(intent,))
    yield from _approved(context, (text,))


def _run_batch(context: Context[SignBatchApproval]) -> Steps[None]:
    from ceremonies.signing.intent import batch_intent

    intents = context.table.take(INTENTS)
    if context.params.approval == "batch":
        whole = batch_intent(intents)
        text = _Text(file=_WHOLE, field="", said="", intent=whole, covers=intents)
        yield from _approved(context, (text,))
        return
    texts = [
        _Text(
            file=_EACH.format(number),
            field=f"psbt-{number}.",
            said=f"PSBT {number} of {len(intents)}. ",
            intent=intent,
            covers=(intent,),
        )
        for number, intent in enumerate(intents, start=1)
    ]
    yield from _approved(context, texts)


def _approved(context: AnyContext, texts: Sequence[_Text]) -> Steps[None]:
    """Have each text signed by as many people as the policy asks for, if it asks for any."""
    from ceremonies.signing.approval import Approval

    policy = context.table.take(POLICY)
    approvals: list[Approval] = []
    if policy.approvals is not None:
        known = _known(context, policy.approvals)
        able = _able(context, policy.approvals, known)
        for text in texts:
            names: list[str] = []
            while len(names) < policy.approvals.needed:
                there = [one for one in able if one.name not in names]
                person = yield from _signer(context, text, there, len(names) + 1)
                yield from _signed(context, text, known, person, len(names) + 1)
                names.append(person.name)
            approvals += [
                Approval(name, intent, policy.sha256) for name in names for intent in text.covers
            ]
    context.table.put(APPROVALS, tuple(approvals))


def _known(context: AnyContext, asked: Demand) -> Signers:
    if asked.signers:
        return signers.read("".join(f"{line}\n" for line in asked.signers).encode())
    if asked.signers_sha256 not in (None, context.signers.sha256):
        raise Refused(
            "the policy's list of signers is another one than this ceremony's",
            hint="write the signers into the policy, or begin with their list",
        )
    return context.signers


def _able(context: AnyContext, asked: Demand, known: Signers) -> list[Person]:
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


def _signer(
    context: AnyContext, text: _Text, there: Sequence[Person], number: int
) -> Steps[Person]:
    name = yield from ask(
        Choose(
            field=context.field(f"{text.field}signer-{number}"),
            by=context.actor,
            text=f"{text.said}The policy asks for signed approvals, of which this is number "
            f"{number}. Who signs next?",
            options=[one.name for one in there],
        )
    )
    return next(one for one in there if one.name == name)


def _signed(
    context: AnyContext, text: _Text, known: Signers, person: Person, number: int
) -> Steps[None]:
    """Have a person sign a text, unless their signature is in the folder already; log it."""
    from ceremonies.signing.approval import text_of

    content = text_of(text.intent, context.table.take(POLICY).sha256)
    name = context.keep_brought(text.file, content, kind="approval")

    def holds(armored: bytes) -> None:
        try:
            known.insist(person.name, armored, content, namespace=INTENT_NAMESPACE)
        except (InputError, IntegrityError) as error:
            raise Mistyped(f"{error.cause}; {error.hint}") from None

    file = f"{name}.{person.name}.sig"
    armored = _left(context, file, holds)
    if armored is None:
        armored = yield from ask(
            SignSeal(
                field=context.field(f"{text.field}signer-{number}.signature"),
                by=person,
                text=f"{text.said}Sign your approval under this policy, on your own machine.",
                seal=content,
                file=str(context.folder / name),
                namespace=INTENT_NAMESPACE,
                check=holds,
            )
        )
    context.keep_brought(file, armored, kind="approval")
    for intent in text.covers:
        context.log(facts.IntentApproved(intent=intent.hex(), person=person.name, role=person.role))


def _left(context: AnyContext, file: str, holds: Callable[[bytes], None]) -> bytes | None:
    """Return the signature that a stop left in the folder, or None where there is none that holds.

    Raises:
        IntegrityError: what is there came from elsewhere, and holds not.
    """
    path = context.folder / file
    if not path.exists():
        return None
    # another signature by the same key may have other bytes
    armored = disk.read(path, limit=KEPT_LIMIT, what=file)
    try:
        holds(armored)
    except Mistyped:
        if not any(context.brought(file)):
            raise IntegrityError(
                f"{file} in the ceremony's folder is no signature of this approval",
                hint="find out who put it there; move it away, then resume",
            ) from None
        return None
    return armored


def _asks(step: Step, place: str) -> Iterator[Expected]:
    for number in (1, 2):
        field = f"{step.id}.{place}signer-{number}"
        sometimes = "as often as the policy asks for"
        yield Expected(field=field, ask=Choose, role=step.role, sometimes=sometimes)
        yield Expected(field=f"{field}.signature", ask=SignSeal, role="signer", sometimes=sometimes)


def _expects(_script: Script, step: Step) -> Iterator[Expected]:
    yield from _asks(step, "")


def _expects_batch(script: Script, step: Step) -> Iterator[Expected]:
    if step.params.approval == "batch":
        yield from _asks(step, "")
    else:
        for number in range(1, most_of(script) + 1):
            yield from _asks(step, f"psbt-{number}.")


def _batch_outputs(params: SignBatchApproval) -> Iterator[str]:
    if params.approval == "batch":
        yield _WHOLE
    else:
        yield from map(_EACH.format, range(1, params.most + 1))


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
SIGN_BATCH_APPROVAL = Action(
    name="sign-batch-approval",
    about="As many people as the policy asks for sign their approval of each intent, or of all.",
    cls=Class.IDEMPOTENT,
    run=_run_batch,
    expects=_expects_batch,
    params=SignBatchApproval,
    needs=(INTENTS, POLICY),
    gives=(APPROVALS,),
    outputs=_batch_outputs,
    writes=(APPROVALS,),
)
