"""Messages, addresses and signatures as commands name them, and in the form that scripts read."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from ceremonies.bitcoin import script
from ceremonies.bitcoin.bip322 import PREFIXES, Signature, read
from ceremonies.bitcoin.message_verify import Verified
from ceremonies.errors import InputError
from ceremonies.keys import account
from ceremonies.network import Network
from ceremonies.signing import challenge
from ceremonies.signing.message import MAX_MESSAGE, Proposal, SignedMessage
from ceremonies.wallets.addresses import find
from ceremonies.wallets.wallet import Place, Wallet, register
from custody_cli.exits import WrongUsage, findings_json
from custody_cli.sources import STANDARD, payload_from

if TYPE_CHECKING:
    from custody_cli.contract import (
        ChallengeJson,
        FundJson,
        MessageSignAnswer,
        MessageVerifyAnswer,
        SignedThingJson,
    )
    from custody_cli.keys import Key

MAX_SIGNATURE = 100 * 1024 * 1024
"""The longest signature that is read: a proof of funds carries previous transactions."""

_LONGEST_NAME = 256
_SHORTEST_BARE = 88
"""The Base64 digits of 65 bytes: no signature without a prefix is shorter."""
_BY_ADDRESS = {"pkh": "pkh", "sh": "sh-wpkh", "wpkh": "wpkh", "tr": "tr"}


def message_from(name: str | None, text: str | None) -> bytes:
    """Read the message: the exact bytes of a file or of standard input, or the text itself."""
    if (name is None) == (text is None):
        raise WrongUsage("the message is given by --message or --text", hint="give one of the two")
    if text is not None:
        return text.encode()
    assert name is not None, "one of the two was given"
    return payload_from(name, what="the message", limit=MAX_MESSAGE)


def signature_from(name: str) -> Signature:
    """Read a signature: a file, standard input, or its text itself."""
    if name != STANDARD and _is_text(name):
        return read(name)
    data = payload_from(name, what="the signature", limit=MAX_SIGNATURE)
    try:
        return read(data.decode("ascii"))
    except UnicodeDecodeError:
        raise InputError(
            "the signature is not text", hint="it is Base64, behind smp, ful, pof or nothing"
        ) from None


def _is_text(name: str) -> bool:
    """Whether it is no file's name, and looks like a signature."""
    if len(name) < _LONGEST_NAME and Path(name).exists():
        return False
    known = name.startswith(PREFIXES) or len(name) >= _SHORTEST_BARE
    return known and all(c.isascii() and (c.isalnum() or c in "+/=") for c in name)


def place_of(wallet: Wallet, address: str, within: int) -> Place:
    """Find where an address lies in a wallet, by both roads.

    Raises:
        InputError: it does not, within so many indices of each branch.
    """
    found = find(wallet, address, within)
    if found is None:
        raise InputError(
            f"the address is not in wallet {wallet.name} within {within} indices",
            hint="check the wallet and the address, or raise --within",
        )
    return found.place


def wallet_of_key(key: Key, address: str, number: int, network: Network) -> Wallet:
    """Make the wallet of one key, on its standard path, that an address would be of."""
    kind = script.kind_of(script.of_address(address, network), b"")
    if kind not in _BY_ADDRESS:
        raise InputError(
            "no key alone signs for this address", hint="give the wallet it belongs to: --wallet"
        )
    chosen = _BY_ADDRESS[kind]
    path = account.account_path(chosen, number, network)
    with key.seed.bip32_seed(key.passphrase) as bip32_seed:
        descriptor = account.derive(bip32_seed, path, network).descriptor(chosen)
    assert descriptor is not None, "these are single-key scripts"
    return register("key", [descriptor], network)


def sign_answer(
    proposal: Proposal, signed: SignedMessage, wallet: str | None, output: str
) -> MessageSignAnswer:
    """Put what signing a message gave into the form of `custody message sign`."""
    intent = proposal.intent
    assert intent is not None, "what is signed has an intent"
    return {
        **proposed(proposal),
        "intent": intent.hex(),
        "wallet": wallet,
        "findings": findings_json(proposal.findings),
        "signed_by": signed.signed_by,
        "signatures_added": signed.signatures_added,
        "complete": signed.signature is not None,
        "signature": signed.signature,
        "verified_by": list(signed.verified_by),
        "output": output,
    }


def proposed(proposal: Proposal) -> SignedThingJson:
    """Put what would be signed into the form that scripts read."""
    facts = proposal.facts
    place, network = facts.inputs[0].place, facts.wallet.network
    spent = [(str(one.given.outpoint), one.spent) for one in proposal.funds]
    return {
        "address": proposal.address,
        "network": network.name,
        "path": None if place is None else facts.wallet.path(place),
        "message_sha256": hashlib.sha256(proposal.message).hexdigest(),
        "message_bytes": len(proposal.message),
        "challenge": _challenge(proposal.message),
        "format": proposal.form.value,
        "funds": [
            _fund(where, output.value, output.script, network) for where, output in spent if output
        ],
        "funds_sat": proposal.funds_sat,
    }


def verify_answer(
    message: bytes, address: str, network: Network, path: str | None, found: Verified
) -> MessageVerifyAnswer:
    """Put a signature that holds into the form of `custody message verify`."""
    return {
        "valid": True,
        "address": address,
        "network": network.name,
        "path": path,
        "message_sha256": hashlib.sha256(message).hexdigest(),
        "message_bytes": len(message),
        "challenge": _challenge(message),
        "format": found.form.value,
        "funds": [
            _fund(str(where), output.value, output.script, network) for where, output in found.funds
        ],
        "funds_sat": sum(output.value for _, output in found.funds),
        "locktime": found.locktime,
        "sequence": found.sequence,
        "verified_by": list(found.verified_by),
    }


def _fund(outpoint: str, value: int, spent: bytes, network: Network) -> FundJson:
    return {
        "outpoint": outpoint,
        "value_sat": value,
        "address": script.address(spent, network),
    }


def _challenge(message: bytes) -> ChallengeJson | None:
    asked = challenge.read(message)
    return None if asked is None else challenge_json(asked)


def challenge_json(asked: challenge.Challenge) -> ChallengeJson:
    """Put a challenge into the form that scripts read."""
    return {
        "purpose": asked.purpose,
        "network": asked.network,
        "block": asked.block,
        "height": asked.height,
        "nonce": asked.nonce,
    }
