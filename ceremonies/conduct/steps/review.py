"""The review on screen, the intent compared, and the approval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ceremonies.conduct.actions import Action, Class, Expected, Params
from ceremonies.conduct.asks import Confirm, ShowReview, Steps, ask
from ceremonies.conduct.context import AnyContext, Context
from ceremonies.conduct.reviewed import log_review, signed_rival
from ceremonies.conduct.script import Script, Step
from ceremonies.conduct.slots import INTENT, POLICY, PSBT, REVIEW, WALLET, GivenPsbt
from ceremonies.conduct.steps.spoken_to import expects_two, two_of
from ceremonies.conduct.sweep import insist_swept
from ceremonies.log import facts
from ceremonies.spoken import in_fours, words

if TYPE_CHECKING:
    from ceremonies.signing.review import Review

_WORDS_A_LINE = 4


def _review(context: Context[Params]) -> Steps[None]:
    (reviewed,) = yield from reviewed_each(context, {"": context.table.take(PSBT)})
    context.table.put(REVIEW, reviewed)


def reviewed_each(context: AnyContext, given: Mapping[str, GivenPsbt]) -> Steps[tuple[Review, ...]]:
    """Review PSBTs and have each read to its end; each has a name, which is empty for one alone.

    Raises:
        Refused: a rule refuses one of them, or it is no sweep where there must be one.
    """
    from ceremonies.signing import review as judge

    reviews = []
    policy = context.table.take(POLICY) if context.table.has(POLICY) else None
    for name, one in given.items():
        reviewed = judge.review(one.psbt, context.table.take(WALLET), policy=policy)
        log_review(context.journal, reviewed)
        yield from ask(
            ShowReview(
                field=field_of(context, name, "seen"),
                by=context.actor,
                text=f"{said(name)}This is what signing would do, proved from the wallet. Read it "
                "to the end; read the amounts and addresses aloud.",
                review=reviewed,
            )
        )
        judge.insist(reviewed)
        insist_swept(context, one.psbt)
        yield from _rival_allowed(context, name, reviewed)
        reviews.append(reviewed)
    return tuple(reviews)


def _rival_allowed(context: AnyContext, name: str, reviewed: Review) -> Steps[None]:
    """Have two people agree where this ceremony signed another transaction of a coin it spends."""
    rival = signed_rival(context.journal, reviewed)
    if rival is None:
        return
    told = f"It spends a coin that transaction {rival} spends too, which was signed here before."
    persons = yield from two_of(context, said(name) + told, place=field_of(context, name, "agreed"))
    context.log(facts.ExceptionMade(step=context.step.id, why=told, persons=persons))


def field_of(context: AnyContext, name: str, what: str) -> str:
    """Name a field that is asked for each PSBT."""
    number = name.partition(" of ")[0]
    return context.field(f"psbt-{number}.{what}" if name else what)


def said(name: str) -> str:
    """Say which PSBT it is about, where it is not the only one."""
    return f"PSBT {name}. " if name else ""


def _approve(context: Context[Params]) -> Steps[None]:
    from ceremonies.signing import review as judge

    reviewed = context.table.take(REVIEW)
    yield from approved(context, "", (reviewed,), shown_intent(judge.insist(reviewed)))
    context.table.put(INTENT, judge.insist(reviewed))


def approved(
    context: AnyContext, name: str, reviews: Sequence[Review], shown: str, *, of: str = "intent"
) -> Steps[None]:
    """Have the intent of a PSBT, or one of several, compared and approved, and log it."""
    from ceremonies.signing import review as judge

    yield from ask(
        Confirm(
            field=field_of(context, name, "compared"),
            by=context.actor,
            text=f"{said(name)}This is the {of}: one hash of everything that signing does. Whoever "
            "reviewed the same elsewhere reads out theirs. Is every word the same?",
            shown=shown,
        )
    )
    yield from ask(
        Confirm(
            field=field_of(context, name, "approved"),
            by=context.actor,
            text=f"{said(name)}Do you approve that exactly this is signed?",
            shown=shown,
        )
    )
    for reviewed in reviews:
        context.log(
            facts.IntentApproved(
                intent=judge.insist(reviewed).hex(),
                person=context.actor.name,
                role=context.actor.role,
            )
        )


def shown_intent(intent: bytes) -> str:
    """Lay an intent out in hex and in words."""
    spoken = words(intent).split()
    rows = [spoken[at : at + _WORDS_A_LINE] for at in range(0, len(spoken), _WORDS_A_LINE)]
    digits = [in_fours(intent.hex()[at : at + 32]) for at in (0, 32)]
    return "\n".join((*digits, "", *(" ".join(row) for row in rows)))


def _expects_seen(_script: Script, step: Step) -> Iterator[Expected]:
    yield from expects_seen(step, "", "")


def expects_seen(step: Step, place: str, sometimes: str) -> Iterator[Expected]:
    """Yield what is asked about one PSBT: that it is read, and what it competes with."""
    field = f"{step.id}.{place}"
    yield Expected(field=f"{field}seen", ask=ShowReview, role=step.role, sometimes=sometimes)
    yield from expects_two(f"{field}agreed", "only when a rival of it was signed in this ceremony")


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
    judges=(PSBT, WALLET),
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
    judges=(PSBT,),
)
