"""Signing: only what was reviewed and approved, every signature verified twice."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from ceremonies.conduct.actions import Action, Class, Params
from ceremonies.conduct.asks import Steps
from ceremonies.conduct.context import AnyContext, Context
from ceremonies.conduct.slots import APPROVALS, INTENT, KEY, REVIEW, SIGNED
from ceremonies.log import facts

if TYPE_CHECKING:
    from ceremonies.signing.review import Review
    from ceremonies.signing.sign import Signed


def _run(context: Context[Params]) -> Steps[None]:
    yield from ()
    signed = signed_one(context, context.table.take(REVIEW), context.table.take(INTENT))
    context.table.put(SIGNED, signed)


def signed_one(context: AnyContext, reviewed: Review, intent: bytes) -> Signed:
    """Sign what was approved with the key on the table, and log it."""
    from ceremonies.signing import finish
    from ceremonies.signing import sign as signing
    from ceremonies.signing.review import with_signer
    from ceremonies.signing.signer import Signer

    key = context.table.take(KEY)
    with key.seed.bip32_seed(key.passphrase) as bip32_seed:
        signer = Signer(bip32_seed, reviewed.facts.wallet.network)
    approvals = context.table.take(APPROVALS) if context.table.has(APPROVALS) else ()
    signed = signing.sign(
        with_signer(reviewed, signer),
        approved=intent,
        approvals=approvals,
        os_random=context.world.os_random,
    )
    context.log(
        facts.PsbtSigned(
            txid=reviewed.facts.psbt.transaction.txid[::-1].hex(),
            intent=intent.hex(),
            fingerprint=signed.signed_by,
            signatures=signed.signatures_added,
            complete=finish.is_complete(signed.psbt, signed.verifier),
            psbt_sha256=hashlib.sha256(signed.data).hexdigest(),
        )
    )
    return signed


SIGN_PSBT = Action(
    name="sign-psbt",
    about="The key signs what was approved; every signature is verified twice.",
    cls=Class.IDEMPOTENT,
    run=_run,
    expects=lambda script, step: iter(()),
    params=Params,
    needs=(REVIEW, INTENT, KEY),
    gives=(SIGNED,),
)
