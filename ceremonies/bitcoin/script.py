"""Output scripts: what kind they are, and their addresses."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from btclib.hashes import hash160 as engine_hash160
from btclib.script import script_pub_key as engine

from ceremonies.bitcoin.bytestream import blob
from ceremonies.bitcoin.engine_psbt import ENGINE_ERRORS
from ceremonies.bitcoin.transaction import tagged_hash
from ceremonies.errors import InputError
from ceremonies.network import Network

PAY_TO_ANCHOR = bytes.fromhex("51024e73")

_FIRST_LONG_PUSH, _LAST_PUSH = 0x4C, 0x4E
"""OP_PUSHDATA1 and OP_PUSHDATA4; what is below pushes as many bytes as it says."""


def hash160(data: bytes) -> bytes:
    """RIPEMD-160 of SHA-256, as P2SH and key hashes are made."""
    return bytes(engine_hash160(data))


def address(script: bytes, network: Network) -> str | None:
    """Return the address of an output script on that network, or None where it has none."""
    return engine.address(script, network.name) or None


def of_address(text: str, network: Network) -> bytes:
    """Return the output script of an address of that network.

    Raises:
        InputError: it is no address, or one of another network.
    """
    try:
        found = engine.ScriptPubKey.from_address(text)
    except ENGINE_ERRORS:
        raise InputError(
            "this is not a Bitcoin address", hint="compare it again, four characters at a time"
        ) from None
    written = address(found.script, network)
    if written is None or written != (text.lower() if text.isupper() else text):
        raise InputError(
            f"the address is not one of {network.name}", hint="ask for an address of this network"
        )
    return bytes(found.script)


def is_p2sh(script: bytes) -> bool:
    """Whether it is `OP_HASH160 <20> OP_EQUAL` (BIP-16)."""
    return len(script) == 23 and script[:2] == b"\xa9\x14" and script[22] == 0x87


def is_p2wpkh(script: bytes) -> bool:
    """Whether it is witness version 0 with 20 bytes (BIP-141)."""
    return len(script) == 22 and script[:2] == b"\x00\x14"


def is_p2wsh(script: bytes) -> bool:
    """Whether it is witness version 0 with 32 bytes (BIP-141)."""
    return len(script) == 34 and script[:2] == b"\x00\x20"


def is_p2tr(script: bytes) -> bool:
    """Whether it is witness version 1 with 32 bytes (BIP-341)."""
    return len(script) == 34 and script[:2] == b"\x51\x20"


def is_p2pkh(script: bytes) -> bool:
    """Whether it is the pay-to-public-key-hash script of legacy addresses."""
    return len(script) == 25 and script[:3] == b"\x76\xa9\x14" and script[23:] == b"\x88\xac"


def kind_of(script: bytes, redeem_script: bytes) -> str:
    """Name the kind of an output as descriptors do: `pkh`, `wpkh`, `wsh`, `tr`, `sh`, `other`.

    A wrapped segwit output is `sh-wpkh` or `sh-wsh` where its redeem script says so.
    """
    if is_p2sh(script):
        inner = kind_of(redeem_script, b"") if redeem_script else ""
        return f"sh-{inner}" if inner in ("wpkh", "wsh") else "sh"
    tests = (("pkh", is_p2pkh), ("wpkh", is_p2wpkh), ("wsh", is_p2wsh), ("tr", is_p2tr))
    return next((kind for kind, test in tests if test(script)), "other")


def is_data(script: bytes) -> bool:
    """Whether it is `OP_RETURN` and carries data."""
    return script[:1] == b"\x6a"


def data_of(script: bytes) -> bytes:
    """Return what an `OP_RETURN` script carries: its pushes, or all of it where it is no pushes."""
    body, pushed, read = script[1:], [], 0
    for start, end in instructions(body):
        code = body[start]
        if code > _LAST_PUSH:
            return body
        width = 1 << (code - _FIRST_LONG_PUSH) if code >= _FIRST_LONG_PUSH else 0
        pushed.append(body[start + 1 + width : end])
        read = end
    return b"".join(pushed) if read == len(body) else body


def instructions(script: bytes) -> Iterator[tuple[int, int]]:
    """Yield where each operation of a script begins and ends, what it pushes included.

    It ends before a push that is longer than the script.
    """
    at = 0
    while at < len(script):
        code, end = script[at], at + 1
        if code < _FIRST_LONG_PUSH:
            end += code
        elif code <= _LAST_PUSH:
            width = 1 << (code - _FIRST_LONG_PUSH)
            end += width + int.from_bytes(script[end : end + width], "little")
        if end > len(script):
            return
        yield at, end
        at = end


def dust_limit(script: bytes) -> int:
    """Return how many satoshi an output must have that nodes relay, as Bitcoin Core counts it.

    It is what it costs, at 3 sat/vB, to make it and to spend it.
    """
    if is_data(script):
        return 0
    output = 8 + len(blob(script))
    spending = 67 if witness_program(script) is not None else 148
    return 3 * (output + spending)


def witness_program(script: bytes) -> tuple[int, bytes] | None:
    """Return the version and program of a witness output, or None (BIP-141)."""
    if not 4 <= len(script) <= 42 or script[1] != len(script) - 2:
        return None
    if script[0] == 0:
        return 0, script[2:]
    return (script[0] - 0x50, script[2:]) if 0x51 <= script[0] <= 0x60 else None


def is_x_on_curve(x_only: bytes) -> bool:
    """Whether 32 bytes are the x coordinate of a point of secp256k1 (BIP-340)."""
    from btclib_secp256k1 import xonly

    return bool(xonly.pubkey_verify(x_only))


@lru_cache(maxsize=1 << 14)
def taproot_output_key(internal_key: bytes, merkle_root: bytes) -> bytes | None:
    """Return the x-only output key an internal key and Merkle root commit to (BIP-341).

    None where they are not a key and a root, and so commit to nothing.
    """
    from ceremonies.bitcoin import tweaking

    if len(merkle_root) not in (0, 32):
        return None
    tweak = tagged_hash("TapTweak", internal_key + merkle_root)
    try:
        return tweaking.plus_generator(tweaking.parsed(b"\x02" + internal_key), tweak)[1:]
    except ValueError:
        return None


def tapleaf_hash(leaf: bytes, version: int) -> bytes:
    """Return the hash that names a leaf script (BIP-341)."""
    return tagged_hash("TapLeaf", bytes([version]) + blob(leaf))


def leaf_is_proved(output_key: bytes, leaf: bytes, control: bytes) -> bool:
    """Whether a control block proves a leaf script against an output key (BIP-341)."""
    from btclib.script import taproot

    try:
        return bool(taproot.check_output_pubkey(output_key, leaf, control))
    except ENGINE_ERRORS:
        return False
