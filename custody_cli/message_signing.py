"""Signing a message as commands do it: which address, whose key, what is asked, what came of it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from ceremonies.bitcoin import script
from ceremonies.errors import InputError
from ceremonies.keys import account
from ceremonies.network import Network
from ceremonies.signing.message import Proposal, SignedMessage, insist
from ceremonies.strict import hex_bytes
from ceremonies.wallets.addresses import address_at, find
from ceremonies.wallets.wallet import CHANGE, RECEIVE, Place, Wallet, register
from custody_cli.exits import WrongUsage, findings_json
from custody_cli.messages import challenge_in, fund

if TYPE_CHECKING:
    from custody_cli.contract import MessageSignAnswer, SignedThingJson
    from custody_cli.given_key import Key

_BY_ADDRESS = {"pkh": "pkh", "sh": "sh-wpkh", "wpkh": "wpkh", "tr": "tr"}


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


def place_named(
    wallet: Wallet, address: str | None, index: int | None, *, change: bool, within: int
) -> Place:
    """Find the place that is to sign, by its address or by its index."""
    if (address is None) == (index is None):
        raise WrongUsage(
            "an address of the wallet is named by --address or by --index", hint="give one of them"
        )
    if address is not None:
        return place_of(wallet, address, within)
    assert index is not None, "one of the two was given"
    return address_at(wallet, Place(CHANGE if change else RECEIVE, index)).place


def approved(proposal: Proposal, approve: str | None, *, yes: bool) -> bytes:
    """Return the intent that may be signed: typed in, waved through, or approved by a person."""
    if approve is not None and yes:
        raise WrongUsage("--approve and --yes exclude each other", hint="give the intent alone")
    if approve is not None:
        typed = approve.replace(" ", "")
        return insist(proposal, hex_bytes(typed, what="the approved intent", size=32))
    intent = insist(proposal)
    if not yes:
        from custody_cli import terminal
        from custody_cli.show import message as drawn

        notes = findings_json(proposal.findings)
        shown = drawn.text(proposed(proposal), proposal.message, intent, notes)
        terminal.ask_yes("Approver: sign exactly this message?", shown=shown)
    return intent


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
    return {
        "address": proposal.address,
        "network": network.name,
        "path": None if place is None else facts.wallet.path(place),
        "message_sha256": hashlib.sha256(proposal.message).hexdigest(),
        "message_bytes": len(proposal.message),
        "challenge": challenge_in(proposal.message),
        "format": proposal.form.value,
        "funds": [
            fund(one.given.outpoint, one.spent, network, proved=one.is_vouched)
            for one in proposal.funds
            if one.spent is not None
        ],
        "funds_sat": proposal.funds_sat,
    }
