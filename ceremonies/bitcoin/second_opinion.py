"""The second road to keys and addresses: bip-utils, on pure Python curve arithmetic.

Its coincurve back end is switched off before it loads, so that nothing is shared with the engine's
libsecp256k1. Loading it takes a fifth of a second: callers import this module only when they need
it.
"""

from __future__ import annotations

import hashlib
import hmac
import importlib.util
import sys
from functools import cache
from typing import Any

from ceremonies.errors import IntegrityError
from ceremonies.network import Network
from ceremonies.secret import Secret

HRP = {"mainnet": "bc", "testnet4": "tb", "signet": "tb", "regtest": "bcrt"}


@cache
def _bip_utils() -> Any:
    """Load bip-utils with its configuration read first, and coincurve switched off in it."""
    name = "bip_utils.ecc.conf"
    package = importlib.util.find_spec("bip_utils")
    assert package is not None, "bip-utils is installed"
    assert package.submodule_search_locations is not None, "bip-utils is a package"
    path = f"{package.submodule_search_locations[0]}/ecc/conf.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None, "bip-utils has its configuration where it was"
    assert spec.loader is not None, "bip-utils has its configuration where it was"
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.EccConf.USE_COINCURVE = False
    sys.modules[name] = module
    import bip_utils
    from bip_utils.ecc.secp256k1.secp256k1_const import Secp256k1PublicKey

    if Secp256k1PublicKey.__name__ != "Secp256k1PublicKeyEcdsa":
        raise IntegrityError(
            "the second road to keys uses the first one's curve arithmetic",
            hint="reinstall the pinned packages",
        )
    return bip_utils


def account(seed: Secret, path: tuple[int, ...], network: Network) -> tuple[str, str]:
    """Return the master fingerprint (8 hex digits) and the extended public key at `path`."""
    lib = _bip_utils()
    versions = lib.Bip32KeyNetVersions(network.xpub_version, network.xprv_version)
    node = lib.Bip32Slip10Secp256k1.FromSeed(seed.reveal(), versions)
    fingerprint = node.FingerPrint().ToHex()
    for step in path:
        node = node.ChildKey(step)
    return fingerprint, node.PublicKey().ToExtended()


@cache
def _branch(xpub: str, steps: tuple[int, ...], network: Network) -> Any:
    lib = _bip_utils()
    versions = lib.Bip32KeyNetVersions(network.xpub_version, network.xprv_version)
    node = lib.Bip32Slip10Secp256k1.FromExtendedKey(xpub, versions)
    for step in steps:
        node = node.ChildKey(step)
    return node


@cache
def _parent(xpub: str, steps: tuple[int, ...], network: Network) -> tuple[Any, bytes, bytes]:
    """Return a parent's point, key and chain code, each of which bip-utils would convert anew."""
    key = _branch(xpub, steps, network).PublicKey()
    return key.Point(), key.RawCompressed().ToBytes(), key.ChainCode().ToBytes()


def child_key(xpub: str, steps: tuple[int, ...], network: Network) -> bytes:
    """Return the compressed public key `steps` below an extended public key."""
    point, key, chain_code = _parent(xpub, steps[:-1], network)
    if not steps:
        return key
    # BIP-32's public step on bip-utils' curve: what else its nodes do takes longer than that
    tweak = hmac.digest(chain_code, key + steps[-1].to_bytes(4, "big"), "sha512")[:32]
    child = point + _bip_utils().Secp256k1.Generator() * int.from_bytes(tweak, "big")
    return bytes(child.RawEncoded().ToBytes())


def single_key_address(kind: str, key: bytes, network: Network) -> str:
    """Return the address of one key: kind `pkh`, `sh-wpkh`, `wpkh` or `tr` (key path alone)."""
    lib = _bip_utils()
    if kind == "pkh":
        return str(lib.P2PKHAddrEncoder.EncodeKey(key, net_ver=_p2pkh_version(network)))
    if kind == "sh-wpkh":
        return str(lib.P2SHAddrEncoder.EncodeKey(key, net_ver=_p2sh_version(network)))
    encoder = lib.P2WPKHAddrEncoder if kind == "wpkh" else lib.P2TRAddrEncoder
    return str(encoder.EncodeKey(key, hrp=HRP[network.name]))


def multisig_address(
    kind: str, threshold: int, keys: list[bytes], *, sort: bool, network: Network
) -> str:
    """Return the address of an m-of-n: kind `wsh`, `sh-wsh` or `sh` (BIP-67 order with `sort`)."""
    lib = _bip_utils()
    ordered = sorted(keys) if sort else keys
    script = _count(threshold) + b"".join(bytes([len(key)]) + key for key in ordered)
    script += _count(len(keys)) + b"\xae"
    program = hashlib.sha256(script).digest()
    if kind == "wsh":
        return str(lib.SegwitBech32Encoder.Encode(HRP[network.name], 0, program))
    redeem = script if kind == "sh" else b"\x00\x20" + program
    payload = _p2sh_version(network) + lib.Hash160.QuickDigest(redeem)
    return str(lib.Base58Encoder.CheckEncode(payload))


def _count(number: int) -> bytes:
    return bytes([0x50 + number]) if number <= 16 else bytes([1, number])


def _p2pkh_version(network: Network) -> bytes:
    return b"\x00" if network.is_mainnet else b"\x6f"


def _p2sh_version(network: Network) -> bytes:
    return b"\x05" if network.is_mainnet else b"\xc4"


_COINS = {
    "eth": "ETHEREUM",
    "ltc": "LITECOIN",
    "doge": "DOGECOIN",
    "sol": "SOLANA",
    "dash": "DASH",
    "trx": "TRON",
    "xrp": "RIPPLE",
}


def coin_account(name: str, seed: Secret, number: int) -> tuple[str, str, str]:
    """Return another coin's master fingerprint, account public key and first address.

    The fingerprint is that of the seed's secp256k1 master key, whatever the coin's own curve is.
    """
    lib = _bip_utils()
    master = lib.Bip32Slip10Secp256k1.FromSeed(seed.reveal())
    context, coins = (lib.Bip84, lib.Bip84Coins) if name == "ltc" else (lib.Bip44, lib.Bip44Coins)
    coin = context.FromSeed(seed.reveal(), coins[_COINS[name]]).Purpose().Coin()
    account_node = coin.Account(number)
    change = account_node.Change(lib.Bip44Changes.CHAIN_EXT)
    if name == "sol":
        raw = account_node.PublicKey().RawCompressed().ToBytes()[1:]
        return master.FingerPrint().ToHex(), raw.hex(), str(change.PublicKey().ToAddress())
    address = change.AddressIndex(0).PublicKey().ToAddress()
    key = account_node.PublicKey().ToExtended()
    return master.FingerPrint().ToHex(), str(key), str(address)


def private_key(seed: Secret, path: tuple[int, ...]) -> Secret:
    """Return the private key at `path` below a BIP-32 seed, 32 bytes."""
    node = _bip_utils().Bip32Slip10Secp256k1.FromSeed(seed.reveal())
    for step in path:
        node = node.ChildKey(step)
    return Secret(node.PrivateKey().Raw().ToBytes())


def wif(key: Secret, network: Network) -> Secret:
    """Write a private key of 32 bytes as the WIF of a compressed key."""
    version = b"\x80" if network.is_mainnet else b"\xef"
    return Secret(_bip_utils().WifEncoder.Encode(key.reveal(), version).encode("ascii"))


def master_xprv(key: Secret, chain_code: Secret, network: Network) -> tuple[Secret, str]:
    """Write a master key as an extended private key, and return its fingerprint (8 hex digits)."""
    lib = _bip_utils()
    node = lib.Bip32Slip10Secp256k1.FromPrivateKey(
        key.reveal(),
        lib.Bip32KeyData(chain_code=lib.Bip32ChainCode(chain_code.reveal())),
        lib.Bip32KeyNetVersions(network.xpub_version, network.xprv_version),
    )
    written = node.PrivateKey().ToExtended().encode("ascii")
    return Secret(written), node.FingerPrint().ToHex()
