"""BIP-85 on the first road: the engine's entropy, private key and extended key of a path."""

from __future__ import annotations

from btclib_wallet import bip85
from btclib_wallet.bip32 import rootxprv_from_seed_

from ceremonies.bitcoin.derivation import HARDENED
from ceremonies.bitcoin.engine_psbt import ENGINE_ERRORS
from ceremonies.errors import InputError
from ceremonies.frozen import Frozen
from ceremonies.network import Network
from ceremonies.secret import Secret


class Forms(Frozen, kw_only=True):
    """What BIP-85 makes of a path: 64 bytes, and where its application is theirs, two keys."""

    entropy: Secret
    wif: Secret | None
    xprv: Secret | None


def child(seed: Secret, path: tuple[int, ...], network: Network) -> Forms:
    """Derive the entropy of a path, `83696968h` first, from a BIP-32 seed (BIP-85).

    Raises:
        InputError: with a chance of 2^-127, the child has no key.
    """
    try:
        root = rootxprv_from_seed_(seed.reveal(), network.xprv_version)
        application, index = path[1] - HARDENED, path[-1] - HARDENED
        return Forms(
            entropy=Secret(bip85.entropy_from_der_path(root, list(path))),
            wif=_text(bip85.wif_from_root_key(root, index)) if application == 2 else None,
            xprv=_text(bip85.xprv_from_root_key(root, index)) if application == 32 else None,
        )
    except ENGINE_ERRORS:
        raise InputError("this child has no key", hint="take the next index") from None


def _text(written: str) -> Secret:
    return Secret(written.encode("ascii"))
