"""The review on screen, the intent compared, and the approval."""

from __future__ import annotations

from collections.abc import Iterator

from ceremonies.conduct.actions import Action, Class, Expected, Params
from ceremonies.conduct.asks import Confirm, ShowReview, Steps, ask
from ceremonies.conduct.context import AnyContext, Context
from ceremonies.conduct.reviewed import log_review
from ceremonies.conduct.script import Script, Step
from ceremonies.conduct.slots import INTENT, POLICY, PSBT, REVIEW, WALLET
from ceremonies.conduct.sweep import insist_swept
from ceremonies.log import facts
from ceremonies.signing import review as judge
from ceremonies.signing.policy import Policy
from ceremonies.signing.review import Review
from ceremonies.spoken import in_fours, words

_WORDS_A_LINE = 4


def _review(context: Context[Params]) -> Steps[None]:
    reviewed = _reviewed(context)
    yield from seen(context, reviewed, "seen")
    judge.insist(reviewed)
    insist_swept(context, reviewed.facts.psbt)
    context.table.put(REVIEW, reviewed)


def seen(context: AnyContext, reviewed: Review, place: str) -> Steps[None]:
    """Log a review and have it read to its end."""
    log_review(context.journal, reviewed)
    yield from ask(
        ShowReview(
            field=context.field(place),
            by=context.actor,
            text="This is what signing would do, proved from the wallet. Read it to the end; "
            "read the amounts and addresses aloud.",
            review=reviewed,
        )
    )


def _reviewed(context: Context[Params]) -> Review:
    return judge.review(
        context.table.take(PSBT).psbt, context.table.take(WALLET), policy=policy_of(context)
    )


def policy_of(context: AnyContext) -> Policy | None:
    """Return the policy that this ceremony read, if any."""
    return context.table.take(POLICY) if context.table.has(POLICY) else None


def _approve(context: Context[Params]) -> Steps[None]:
    intent = yield from approved(context, context.table.take(REVIEW), "")
    context.table.put(INTENT, intent)


def approved(context: AnyContext, reviewed: Review, place: str) -> Steps[bytes]:
    """Have an intent compared and approved; return it. `place` parts it from others."""
    intent = judge.insist(reviewed)
    spoken = words(intent).split()
    rows = [spoken[at : at + _WORDS_A_LINE] for at in range(0, len(spoken), _WORDS_A_LINE)]
    digits = [in_fours(intent.hex()[at : at + 32]) for at in (0, 32)]
    shown = "\n".join((*digits, "", *(" ".join(row) for row in rows)))
    yield from ask(
        Confirm(
            field=context.field(f"{place}compared"),
            by=context.actor,
            text="This is the intent: one hash of everything that signing does. Whoever reviewed "
            "the same PSBT elsewhere reads out theirs. Is every word the same?",
            shown=shown,
        )
    )
    yield from ask(
        Confirm(
            field=context.field(f"{place}approved"),
            by=context.actor,
            text="Do you approve that exactly this is signed?",
            shown=shown,
        )
    )
    context.log(
        facts.IntentApproved(
            intent=intent.hex(), person=context.actor.name, role=context.actor.role
        )
    )
    return intent


def _expects_seen(_script: Script, step: Step) -> Iterator[Expected]:
    yield Expected(field=f"{step.id}.seen", ask=ShowReview, role=step.role)


def _expects_approval(_script: Script, step: Step) -> Iterator[Expected]:
    yield Expected(field=f"{step.id}.compared", ask=Confirm, role=step.role)
    yield Expected(field=f"{step.id}.approved", ask=Confirm, role=step.role)


REVIEW_PSBT = Action(
    name="review-psbt",
    about="What the transaction does is proved from the wallet, and judged by every rule.",
    cls=Class.PURE,
    run=_review,
    expects=_expects_seen,
    params=Params,
    needs=(PSBT, WALLET),
    gives=(REVIEW,),
)
APPROVE_INTENT = Action(
    name="approve-intent",
    about="The intent is compared with the one read elsewhere, and approved.",
    cls=Class.PURE,
    run=_approve,
    expects=_expects_approval,
    params=Params,
    needs=(REVIEW,),
    gives=(INTENT,),
)
