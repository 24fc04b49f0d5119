"""The plain sorted multisig, which every coordinator knows, and its two branches 0 and 1."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ceremonies.bitcoin import slip132
from ceremonies.bitcoin.derivation import format_path, parse_path
from ceremonies.bitcoin.descriptor import with_checksum
from ceremonies.errors import InputError, Refused
from ceremonies.frozen import Frozen
from ceremonies.wallets.wallet import Wallet

_SHAPES = {"wsh": "wsh({})", "sh-wsh": "sh(wsh({}))", "sh": "sh({})"}
_FINGERPRINT = re.compile(r"[0-9a-fA-F]{8}")


class Cosigner(Frozen):
    """One key as coordinators list it: fingerprint of its master, path from there, and itself."""

    fingerprint: str
    path: str
    xpub: str


class SortedMultisig(Frozen):
    """An m-of-n of sorted keys (BIP-67): its script, `wsh`, `sh-wsh` or `sh`, and its keys."""

    script: str
    threshold: int
    cosigners: tuple[Cosigner, ...]

    def descriptor(self) -> str:
        """Write it with both branches and a checksum of our own.

        Raises:
            InputError: a fingerprint, path or key is none, or of another script (SLIP-132).
        """
        keys = ",".join(
            f"{_key(number, cosigner, self.script)}/<0;1>/*"
            for number, cosigner in enumerate(self.cosigners, start=1)
        )
        return with_checksum(_SHAPES[self.script].format(f"sortedmulti({self.threshold},{keys})"))


def _key(number: int, cosigner: Cosigner, script: str) -> str:
    if not _FINGERPRINT.fullmatch(cosigner.fingerprint):
        raise InputError(
            f"the fingerprint of key {number} is not 8 hexadecimal digits",
            hint="the coordinator must know where every key comes from",
        )
    try:
        path = format_path(parse_path(cosigner.path))
    except InputError as error:
        raise InputError(f"key {number}: {error.cause}", hint=error.hint) from None
    named = slip132.script_of(cosigner.xpub)
    if named not in (None, script):
        raise InputError(
            f"key {number} is a {cosigner.xpub[:4]}, which is for {named}, and the wallet is "
            f"{script}",
            hint="ask its owner for the key of this script, or for its xpub",
        )
    xpub = slip132.as_bip32(cosigner.xpub, what=f"key {number}")
    return f"[{cosigner.fingerprint.lower()}{path[1:]}]{xpub}"


def insist_count(said: int, keys: Sequence[object]) -> None:
    """Refuse a file that says another number of keys than it holds.

    Raises:
        InputError: it does.
    """
    if said != len(keys):
        raise InputError(
            f"the file says {said} keys, and holds {len(keys)}",
            hint="a key was added or taken away: ask the coordinator",
        )


def sorted_multisig(wallet: Wallet, peer: str) -> SortedMultisig:
    """Return a wallet as a sorted multisig, for a peer that knows nothing else.

    Raises:
        Refused: it is another wallet: the peer's file would silently describe a different one.
    """
    first = wallet.branches[0]
    found = first.multisig
    if found is None or first.kind not in _SHAPES:
        raise Refused(
            f"a {peer} file describes a multisig, and wallet {wallet.name} is none",
            hint="export it for core or sparrow, which take descriptors",
        )
    if not found.sort:
        raise Refused(
            f"a {peer} file means sorted keys, and those of wallet {wallet.name} are not",
            hint="export it for core or sparrow, which take descriptors",
        )
    made = SortedMultisig(
        first.kind,
        found.threshold,
        tuple(Cosigner(k.fingerprint, format_path(k.origin), k.xpub) for k in first.keys),
    )
    if made.descriptor() != wallet.descriptor:
        raise Refused(
            f"a {peer} file means branches 0 and 1 of keys with their origins, and those of "
            f"wallet {wallet.name} are others",
            hint="export it for core or sparrow, which take descriptors",
        )
    return made
