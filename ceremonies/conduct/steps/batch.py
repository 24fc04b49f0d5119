"""Several PSBTs of one wallet: each is reviewed and approved by itself; the key comes once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from ceremonies.conduct.actions import Action, Class, Expected, Params
from ceremonies.conduct.asks import (
    Choose,
    Confirm,
    GivePayload,
    Mistyped,
    Steps,
    ask,
)
from ceremonies.conduct.context import Context
from ceremonies.conduct.script import Script, Step
from ceremonies.conduct.slots import (
    BATCH,
    INTENTS,
    KEY,
    REVIEWS,
    SIGNED_BATCH,
    WALLET,
    GivenPsbt,
)
from ceremonies.conduct.steps.payload import CODES, brought_psbt, keep_psbt, kept_psbt, sent
from ceremonies.conduct.steps.review import approved, expects_seen, reviewed_each, shown_intent
from ceremonies.conduct.steps.sign import signed_one
from ceremonies.log import facts

if TYPE_CHECKING:
    from ceremonies.signing.review import Review

Most = Annotated[int, msgspec.Meta(ge=1, le=50)]


class ReadBatch(Params, frozen=True, kw_only=True):
    """How many PSBTs there may be; the copies are `unsigned-1.psbt` and so on."""

    most: Most = 10


class ApproveBatch(Params, frozen=True, kw_only=True):
    """Whether each PSBT is approved by itself, or the whole batch by one hash."""

    approval: Literal["each", "batch"] = "each"


class SendBatch(Params, frozen=True, kw_only=True):
    """How many PSBTs there may be; the files are `signed-1.psbt` and so on."""

    most: Most = 10


def _kept(number: int) -> str:
    return f"unsigned-{number}.psbt"


def _sent(number: int) -> str:
    return f"signed-{number}.psbt"


def _read(context: Context[ReadBatch]) -> Steps[None]:
    given: list[GivenPsbt] = []
    while len(given) < context.params.most:
        number = len(given) + 1
        one = yield from _one(context, number, given)
        given.append(one)
        if number == context.params.most:
            break
        more = yield from ask(
            Choose(
                field=context.field(f"psbt-{number}.more"),
                by=context.actor,
                text=f"{number} {'PSBT was' if number == 1 else 'PSBTs were'} read. "
                "Is there another one?",
                options=("yes", "no"),
            )
        )
        if more == "no":
            break
    context.table.put(BATCH, tuple(given))


def _one(context: Context[ReadBatch], number: int, before: list[GivenPsbt]) -> Steps[GivenPsbt]:
    from ceremonies.exchange import file

    def check(content: bytes) -> None:
        given = brought_psbt(content)
        coins = _coins(given)
        for earlier, other in enumerate(before, start=1):
            if coins & _coins(other):
                raise Mistyped(f"it spends a coin that psbt {earlier} spends: bring another one")

    content = yield from ask(
        GivePayload(
            field=context.field(f"psbt-{number}"),
            by=context.actor,
            text=f"Name the file of PSBT {number}, or its QR codes: {CODES}.",
            what="the psbt",
            limit=file.MAX_SIZE,
            check=check,
        )
    )
    return keep_psbt(context, _kept(number), content)


def _coins(given: GivenPsbt) -> set[str]:
    return {str(one.outpoint) for one in given.psbt.inputs}


def _restore(context: Context[ReadBatch]) -> None:
    names = [fact.name for fact in context.attempted(facts.FileKept)]
    context.table.put(BATCH, tuple(kept_psbt(context, name) for name in names))


def _review(context: Context[Params]) -> Steps[None]:
    batch = context.table.take(BATCH)
    named = dict(zip(_names(len(batch)), batch, strict=True))
    context.table.put(REVIEWS, (yield from reviewed_each(context, named)))


def _names(total: int) -> list[str]:
    return [f"{number} of {total}" for number in range(1, total + 1)]


def _approve(context: Context[ApproveBatch]) -> Steps[None]:
    from ceremonies.signing import review as judge
    from ceremonies.signing.intent import batch_intent

    reviews = context.table.take(REVIEWS)
    intents = tuple(map(judge.insist, reviews))
    if context.params.approval == "batch":
        shown = f"{_summed(reviews)}\n\n{shown_intent(batch_intent(intents))}"
        of = f"intent of all {len(reviews)} PSBTs"
        yield from approved(context, "", reviews, shown, of=of)
    else:
        for name, reviewed, intent in zip(_names(len(reviews)), reviews, intents, strict=True):
            yield from approved(context, name, (reviewed,), shown_intent(intent))
    context.table.put(INTENTS, intents)


def _summed(reviews: Sequence[Review]) -> str:
    paid = sum(one.facts.payments_sat for one in reviews)
    fees = sum(one.facts.fee_sat or 0 for one in reviews)
    return f"PSBTs     {len(reviews)}\npayments  {_btc(paid)}\nfees      {_btc(fees)}"


def _btc(amount_sat: int) -> str:
    return f"{amount_sat // 10**8}.{amount_sat % 10**8:08d} BTC"


def _sign(context: Context[Params]) -> Steps[None]:
    yield from ()
    reviews, intents = context.table.take(REVIEWS), context.table.take(INTENTS)
    pairs = zip(reviews, intents, strict=True)
    signed = tuple(signed_one(context, reviewed, intent) for reviewed, intent in pairs)
    context.table.put(SIGNED_BATCH, signed)


def _send(context: Context[SendBatch]) -> Steps[None]:
    yield from ()
    batch, done = context.table.take(BATCH), context.table.take(SIGNED_BATCH)
    for number, (given, signed) in enumerate(zip(batch, done, strict=True), start=1):
        sent(context, _sent(number), given, signed)


def _expects_read(_script: Script, step: Step) -> Iterator[Expected]:
    again = "again for each PSBT"
    yield Expected(field=f"{step.id}.psbt-1", ask=GivePayload, role=step.role)
    if step.params.most > 1:
        yield Expected(field=f"{step.id}.psbt-1.more", ask=Choose, role=step.role)
    for number in range(2, step.params.most + 1):
        field = f"{step.id}.psbt-{number}"
        yield Expected(field=field, ask=GivePayload, role=step.role, sometimes=again)
        if number < step.params.most:
            yield Expected(field=f"{field}.more", ask=Choose, role=step.role, sometimes=again)


def most_of(script: Script) -> int:
    """Return how many PSBTs the batch of a script may have."""
    return next((one.params.most for one in script.steps if one.action.name == "read-batch"), 1)


def _expects_seen(script: Script, step: Step) -> Iterator[Expected]:
    for number in range(1, most_of(script) + 1):
        again = "" if number == 1 else "again for each PSBT"
        yield from expects_seen(step, f"psbt-{number}.", again)


def _expects_approval(script: Script, step: Step) -> Iterator[Expected]:
    is_one = step.params.approval == "batch"
    for number in range(1, 2 if is_one else most_of(script) + 1):
        again = "" if number == 1 else "again for each PSBT"
        for what in ("compared", "approved"):
            field = f"{step.id}.{what}" if is_one else f"{step.id}.psbt-{number}.{what}"
            yield Expected(field=field, ask=Confirm, role=step.role, sometimes=again)


READ_BATCH = Action(
    name="read-batch",
    about="Every PSBT is brought in, read strictly, and kept as it came.",
    cls=Class.IDEMPOTENT,
    run=_read,
    expects=_expects_read,
    params=ReadBatch,
    gives=(BATCH,),
    brings=True,
    restore=_restore,
    outputs=lambda params: tuple(map(_kept, range(1, params.most + 1))),
    writes=(BATCH,),
)
REVIEW_BATCH = Action(
    name="review-batch",
    about="What each transaction does is proved from the wallet, and judged by every rule.",
    cls=Class.PURE,
    run=_review,
    expects=_expects_seen,
    params=Params,
    needs=(BATCH, WALLET),
    gives=(REVIEWS,),
    judges=(BATCH, WALLET),
)
APPROVE_BATCH = Action(
    name="approve-batch",
    about="Each intent is compared with the one read elsewhere, and approved; or one of them all.",
    cls=Class.PURE,
    run=_approve,
    expects=_expects_approval,
    params=ApproveBatch,
    needs=(REVIEWS,),
    gives=(INTENTS,),
    judges=(BATCH,),
)
SIGN_BATCH = Action(
    name="sign-batch",
    about="The key signs each transaction that was approved; every signature is verified twice.",
    cls=Class.IDEMPOTENT,
    run=_sign,
    expects=lambda script, step: iter(()),
    params=Params,
    needs=(REVIEWS, INTENTS, KEY),
    gives=(SIGNED_BATCH,),
)
SEND_BATCH = Action(
    name="send-batch",
    about="The signed PSBTs are written, to be carried back to the coordinator.",
    cls=Class.PROBE,
    run=_send,
    expects=lambda script, step: iter(()),
    params=SendBatch,
    needs=(BATCH, SIGNED_BATCH),
    outputs=lambda params: tuple(map(_sent, range(1, params.most + 1))),
    writes=(SIGNED_BATCH,),
)
