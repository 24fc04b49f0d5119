"""Coordinators: which of their files this is, and the file that each of them imports."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from ceremonies import strict
from ceremonies.errors import InputError, IntegrityError
from ceremonies.exchange import bsms as envelope
from ceremonies.exchange import ur
from ceremonies.secret import Secret
from ceremonies.wallets import bsms, caravan, coldcard, core, file, sparrow, specter, uniform
from ceremonies.wallets.found import Found
from ceremonies.wallets.registration import registered
from ceremonies.wallets.wallet import Wallet

MAX_SIZE = 1024 * 1024
"""The longest file of a coordinator that is read, in bytes."""

_WRITERS: dict[str, Callable[[Wallet], str]] = {
    "core": core.write,
    "sparrow": sparrow.write,
    "specter": specter.write,
    "coldcard": coldcard.write,
    "caravan": caravan.write,
    "bsms": bsms.write,
    "ur": uniform.write,
}
PEERS = tuple(_WRITERS)
CUSTODY = "custody"
"""Whose file a wallet file is."""

_BY_KEY: tuple[tuple[str, Callable[[bytes], Found]], ...] = (
    ("extendedPublicKeys", caravan.read),
    ("keystores", sparrow.read_json),
    ("descriptors", core.read),
    ("descriptor", specter.read),
    ("recv_descriptor", specter.read),
)
"""The key that tells whose JSON an object is."""


def read(data: bytes, token: Secret | None = None) -> Found:
    """Detect whose file it is by its content, then read it strictly.

    Raises:
        InputError: it is nobody's, or damaged.
        IntegrityError: what it says of itself does not agree, or a MAC is wrong.
    """
    if envelope.is_sealed(data):
        if token is None:
            raise InputError(
                "the file is an encrypted BSMS record", hint="give its token with --token"
            )
        return bsms.read(envelope.open_sealed(data, token).encode())
    if token is not None:
        raise InputError(
            "a token was given, and the file is not encrypted",
            hint="somebody may have put a plain file in its place: ask for the encrypted one",
        )
    begins = data.lstrip()[:1]
    if begins == b"[":
        return core.read(data)
    if begins == b"{":
        return _read_object(data)
    lines = strict.text_lines(data, what="the file")
    if ur.is_ur(lines[0]):
        return uniform.read(data)
    if lines[0].startswith("BSMS"):
        return bsms.read(data)
    if any(line.lower().startswith(("policy:", "format:", "derivation:")) for line in lines):
        return coldcard.read(data)
    return sparrow.read(data)


def _read_object(data: bytes) -> Found:
    plain = strict.json_value(data, dict, what="the file")
    if plain.get("format") == file.FORMAT:
        wallet = file.read(data)
        return Found(peer=CUSTODY, descriptors=(wallet.descriptor,), network=wallet.network.name)
    for key, reader in _BY_KEY:
        if key in plain:
            return reader(data)
    raise InputError(
        "the file is no coordinator's that is read here",
        hint=f"give a descriptor, or the file of one of {', '.join(PEERS)}",
    )


def write(wallet: Wallet, peer: str, token: Secret | None = None) -> str:
    """Write what a coordinator imports, and read it back with our own reader first.

    Raises:
        Refused: the coordinator's file cannot say what this wallet is.
        IntegrityError: what was written is not read back as the same wallet.
    """
    text = _WRITERS[peer](wallet)
    if token is not None:
        text = envelope.seal(text, token)
    try:
        again = registered(wallet.name, read(text.encode(), token), wallet.network, unsorted=True)
    except InputError:
        _differs(peer)
    if again.id != wallet.id:
        _differs(peer)
    return text


def _differs(peer: str) -> NoReturn:
    raise IntegrityError(
        f"the {peer} file is not read back as the wallet it was written from",
        hint="nothing was written; report the descriptor",
    ) from None
