"""Sparrow: its output descriptor file, written and read; its JSON wallet, read."""

from __future__ import annotations

import re

import msgspec

from ceremonies import strict
from ceremonies.bitcoin import descriptor
from ceremonies.bitcoin.derivation import format_path, parse_path
from ceremonies.errors import InputError, IntegrityError
from ceremonies.wallets.found import Found
from ceremonies.wallets.multisig import Cosigner, SortedMultisig
from ceremonies.wallets.wallet import Wallet

_WHAT = "the descriptor file"
_BOTH = "# Receive and change descriptor (BIP389):"
_BRANCHES = ("# Receive descriptor (Bitcoin Core):", "# Change descriptor (Bitcoin Core):")
_LABEL = re.compile(r"(?:Receive|Change): *")
_SORTED = re.compile(r"(?:sh\()?(?:wsh\()?sortedmulti\((\d{1,3}),[^()]*\)+")
_SINGLE = {"P2PKH": "pkh", "P2SH_P2WPKH": "sh-wpkh", "P2WPKH": "wpkh", "P2TR": "tr"}
_MULTI = {"P2SH": "sh", "P2SH_P2WSH": "sh-wsh", "P2WSH": "wsh"}


class Derivation(msgspec.Struct, kw_only=True):
    """Where a key comes from."""

    masterFingerprint: str  # noqa: N815
    derivationPath: str  # noqa: N815


class Keystore(msgspec.Struct, kw_only=True):
    """One key."""

    keyDerivation: Derivation  # noqa: N815
    extendedPublicKey: str  # noqa: N815


class Script(msgspec.Struct, kw_only=True):
    """A policy's script, its keys named by their labels."""

    script: str


class Policy(msgspec.Struct, kw_only=True):
    """A wallet's policy."""

    miniscript: Script


class JsonWallet(msgspec.Struct, kw_only=True):
    """What of Sparrow's JSON wallet says which wallet it is."""

    policyType: str  # noqa: N815
    scriptType: str  # noqa: N815
    keystores: list[Keystore]
    defaultPolicy: Policy  # noqa: N815
    network: str | None = None


def write(wallet: Wallet) -> str:
    """Write the file that File, Import Wallet, Output Descriptor takes."""
    parts = [f"{_BOTH}\n{wallet.descriptor}\n"]
    if len(wallet.branches) == 2:
        named = zip(_BRANCHES, wallet.branches, strict=True)
        parts += [f"{comment}\n{branch.text}\n" for comment, branch in named]
    return "\n".join(parts)


def read(data: bytes) -> Found:
    """Read descriptors, one a line, comments passed over: one, a pair, or one and its pair.

    Raises:
        InputError: the lines are not descriptors.
        IntegrityError: the pair is not the branches of the one above it.
    """
    lines = [line for line in strict.text_lines(data, what=_WHAT) if line]
    texts = [_LABEL.sub("", line, count=1) for line in lines if not line.startswith("#")]
    if not texts:
        raise InputError("the file holds no wallet", hint="name the coordinator's export")
    if len(texts) > 3:
        raise InputError(
            f"the file holds {len(texts)} descriptors", hint="give the file of one wallet"
        )
    found = [descriptor.normalised(text) for text in texts]
    if len(found) == 3:
        if descriptor.branches(found[0]) != tuple(found[1:]):
            raise IntegrityError(
                "the three descriptors of the file are not one wallet's",
                hint="the file was changed: ask for another copy, and who changed this one",
            )
        found = found[:1]
    return Found(peer="descriptor", descriptors=tuple(found))


def read_json(data: bytes) -> Found:
    """Read a wallet that Sparrow saved as JSON: one key, or a sorted multisig.

    Raises:
        InputError: it is not that.
    """
    content = strict.json_value(data, JsonWallet, what="the sparrow wallet")
    keys = [
        Cosigner(
            one.keyDerivation.masterFingerprint,
            one.keyDerivation.derivationPath,
            one.extendedPublicKey,
        )
        for one in content.keystores
    ]
    if content.policyType == "SINGLE" and content.scriptType in _SINGLE and len(keys) == 1:
        text = _single(_SINGLE[content.scriptType], keys[0])
    elif content.policyType == "MULTI" and content.scriptType in _MULTI:
        named = _SORTED.fullmatch(content.defaultPolicy.miniscript.script.lower())
        if named is None:
            raise InputError(
                "the sparrow wallet's policy is not a sorted multisig",
                hint="export its output descriptor instead",
            )
        text = SortedMultisig(_MULTI[content.scriptType], int(named[1]), tuple(keys)).descriptor()
    else:
        raise InputError(
            "the sparrow wallet is of a kind that is not read",
            hint="export its output descriptor instead",
        )
    return Found(peer="sparrow", descriptors=(text,), network=content.network)


def _single(script: str, key: Cosigner) -> str:
    path = format_path(parse_path(key.path))
    inner = f"[{key.fingerprint}{path[1:]}]{key.xpub}/<0;1>/*"
    for function in reversed(script.split("-")):
        inner = f"{function}({inner})"
    return descriptor.normalised(descriptor.with_checksum(inner))
