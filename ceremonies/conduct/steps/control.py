"""Control is proved: a message that could not be known before its block, signed (BIP-322)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import msgspec

from ceremonies import disk
from ceremonies.conduct.actions import Action, Class, Expected, Params
from ceremonies.conduct.asks import Confirm, Mistyped, Steps, TypeText, ask
from ceremonies.conduct.context import Context
from ceremonies.conduct.script import FileName, Script, Step
from ceremonies.conduct.slots import KEY, MESSAGE, PROOF, WALLET
from ceremonies.conduct.steps.typed import typed_line
from ceremonies.errors import Refused
from ceremonies.log import facts
from ceremonies.spoken import visible

if TYPE_CHECKING:
    from ceremonies.signing import message

_NONCE = re.compile(r"[0-9a-f]{32}")
_LIMIT = 1024 * 1024


class MakeChallenge(Params, frozen=True, kw_only=True):
    """The name of the file with the challenge."""

    output: FileName = "challenge.txt"


class SignMessage(Params, frozen=True, kw_only=True):
    """The number of the receive address that is proved, and the name of the file."""

    index: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] = 0
    output: FileName = "proof.txt"


def _challenge(context: Context[MakeChallenge]) -> Steps[None]:
    from ceremonies.signing import challenge

    bound = context.last(facts.TimeBound)
    if bound is None:
        raise Refused(
            "no block was typed in, and the challenge would bind no time",
            hint="put a step of bind-time before this one",
        )
    wallet = context.table.take(WALLET)
    if bound.chain != wallet.network.name:
        raise Refused(
            f"the block is of {bound.chain}, and the wallet of {wallet.network.name}",
            hint="put bind-time after the step that reads the wallet",
        )
    purpose = yield from typed_line(
        context,
        "purpose",
        "What is proved, and for whom? One line, which everybody may read.",
        _checked_purpose,
    )
    nonce = yield from typed_line(
        context,
        "nonce",
        "Type the 32 digits that the asker sent, so that no older proof answers.",
        _checked_nonce,
    )
    made = challenge.challenge(purpose, wallet.network, bound.block, bound.height, nonce)
    yield from ask(
        Confirm(
            field=context.field("read"),
            by=context.actor,
            text="This will be signed, to the last letter. Read it aloud. Is it what was asked?",
            shown=made.text.decode(),
        )
    )
    context.keep(context.params.output, made.text, kind="challenge")
    context.table.put(MESSAGE, made.text)


def _checked_purpose(typed: str) -> str:
    from ceremonies.signing import challenge

    if not 0 < len(typed) <= challenge.MAX_PURPOSE or visible(typed) != typed:
        raise Mistyped(f"type one line of up to {challenge.MAX_PURPOSE} letters")
    return typed


def _checked_nonce(typed: str) -> str:
    plain = "".join(typed.split()).lower()
    if not _NONCE.fullmatch(plain):
        raise Mistyped(f"a nonce has 32 digits from 0 to 9 and a to f, and this has {len(plain)}")
    return plain


def _restore(context: Context[MakeChallenge]) -> None:
    context.table.put(MESSAGE, context.kept(context.params.output))


def _sign(context: Context[SignMessage]) -> Steps[None]:
    from ceremonies.signing import message
    from ceremonies.signing.signer import Signer
    from ceremonies.wallets.wallet import RECEIVE, Place

    yield from ()
    wallet, text = context.table.take(WALLET), context.table.take(MESSAGE)
    key = context.table.take(KEY)
    proposal = message.propose(text, wallet, Place(RECEIVE, context.params.index))
    with key.seed.bip32_seed(key.passphrase) as bip32_seed:
        signer = Signer(bip32_seed, wallet.network)
    signed = message.sign(message.with_signer(proposal, signer), os_random=context.world.os_random)
    if signed.signature is None:
        raise Refused(
            f"address {context.params.index} needs the signatures of others too",
            hint="sign it with `custody message sign`, one signer after the other",
        )
    context.log(
        facts.MessageSigned(
            message_sha256=hashlib.sha256(text).hexdigest(),
            address_commitment=context.journal.withhold("address", proposal.address),
            fingerprint=signed.signed_by,
        )
    )
    proof = _proof(context, proposal, signed.signature)
    context.keep(context.params.output, proof, kind="proof")
    context.table.put(PROOF, proof)


def _proof(context: Context[SignMessage], proposal: message.Proposal, signature: str) -> bytes:
    """Return what is to be in the file: what an interrupted attempt left there, if it proves it."""
    from ceremonies.bitcoin import bip322
    from ceremonies.bitcoin.message_verify import verify

    name = context.params.output
    if not (context.folder / name).exists():
        return f"{signature}\n".encode()
    content = disk.read(context.folder / name, limit=_LIMIT, what=name)
    spent = proposal.facts.inputs[0].spent
    assert spent is not None, "what a message spends is made here"
    verify(
        proposal.message,
        proposal.address,
        spent.script,
        bip322.read(content.decode("ascii", "replace").strip()),
    )
    return content


def _expects_challenge(_script: Script, step: Step) -> Iterator[Expected]:
    yield Expected(field=f"{step.id}.purpose", ask=TypeText, role=step.role)
    yield Expected(field=f"{step.id}.nonce", ask=TypeText, role=step.role)
    yield Expected(field=f"{step.id}.read", ask=Confirm, role=step.role)


MAKE_CHALLENGE = Action(
    name="make-challenge",
    about="A challenge is made of the block, the asker's number and what is proved.",
    cls=Class.IDEMPOTENT,
    run=_challenge,
    expects=_expects_challenge,
    params=MakeChallenge,
    needs=(WALLET,),
    gives=(MESSAGE,),
    restore=_restore,
    outputs=lambda params: (params.output,),
    writes=(MESSAGE,),
)
SIGN_MESSAGE = Action(
    name="sign-message",
    about="The key signs the challenge for an address of the wallet (BIP-322).",
    cls=Class.PROBE,
    run=_sign,
    expects=lambda script, step: iter(()),
    params=SignMessage,
    needs=(MESSAGE, WALLET, KEY),
    gives=(PROOF,),
    outputs=lambda params: (params.output,),
    writes=(PROOF,),
)
