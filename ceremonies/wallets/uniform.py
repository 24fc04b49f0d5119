"""A wallet as a UR: `crypto-output`, which Sparrow, Keystone and SeedSigner show as codes, and the
newer `output-descriptor`, which is read.
"""

from __future__ import annotations

from ceremonies.bitcoin import bip32, descriptor
from ceremonies.bitcoin.derivation import format_path
from ceremonies.bitcoin.descriptor import DescriptorKey
from ceremonies.errors import InputError, Refused
from ceremonies.exchange import crypto_output, detect, output_descriptor, ur
from ceremonies.exchange.crypto_hdkey import HdKey
from ceremonies.exchange.crypto_output import Output
from ceremonies.exchange.payload import Kind, Payload
from ceremonies.exchange.scan import Scan
from ceremonies.network import MAINNET, TESTNET4, Network
from ceremonies.wallets.found import Found
from ceremonies.wallets.wallet import Wallet

KINDS = (Kind.OUTPUT, Kind.DESCRIPTOR)
"""What a wallet comes as."""

_WHOLE = 1 << 20
_BOTH = "/<0;1>/*"
"""The children of a key that names none: receive and change, as every coordinator means it."""


def write(wallet: Wallet) -> str:
    """Write one UR in lower case, whose keys name no children.

    Raises:
        Refused: the wallet is no single key and no multisig, or has other branches than 0 and 1.
    """
    first = wallet.branches[0]
    multisig = first.multisig
    output = Output(
        script=first.kind,
        keys=tuple(_key(key, wallet.network) for key in first.keys),
        threshold=multisig.threshold if multisig else None,
        is_sorted=multisig is not None and multisig.sort,
    )
    if not _can_say(wallet) or _text(output) != wallet.descriptor:
        raise Refused(
            "a ur says a single key or a multisig on branches 0 and 1, and wallet "
            f"{wallet.name} is another",
            hint="export it for core or sparrow, which take descriptors",
        )
    payload = Payload(Kind.OUTPUT, crypto_output.write(output))
    return next(ur.encode(payload, longest=_WHOLE)).lower() + "\n"


def read(data: bytes) -> Found:
    """Read the lines of a UR.

    Raises:
        InputError: they are damaged, parts are missing, or they carry something else.
    """
    scan = Scan()
    for line in detect.parts_in(data) or ():
        scan.add(line)
    return carried(scan.result().payload)


def carried(payload: Payload) -> Found:
    """Read what a UR carried, whose checksum whoever scanned it has verified.

    Raises:
        InputError: it is no output, or one of a form that is not read.
    """
    if payload.kind not in KINDS:
        raise InputError(
            f"the ur carries {payload.kind.value}, and a wallet is {' or '.join(KINDS)}",
            hint="export the wallet's descriptor from the coordinator",
        )
    keys: tuple[HdKey, ...]
    if payload.kind is Kind.DESCRIPTOR:
        text, keys = output_descriptor.read(payload.data, _expression)
        text = text if "#" in text else descriptor.with_checksum(text)
    else:
        output = crypto_output.read(payload.data)
        text, keys = _text(output), output.keys
    if len({key.is_mainnet for key in keys}) > 1:
        raise InputError(
            "the keys of the ur are of several networks", hint="ask its maker for another one"
        )
    return Found(peer="ur", descriptors=(text,))


def _can_say(wallet: Wallet) -> bool:
    first = wallet.branches[0]
    return len(wallet.branches) == 2 and (first.multisig is not None or len(first.keys) == 1)


def _key(key: DescriptorKey, network: Network) -> HdKey:
    node = bip32.public_node(key.xpub)
    return HdKey(
        key=node.key,
        chain_code=node.chain_code,
        path=key.origin,
        parent_fingerprint=node.parent_fingerprint,
        is_mainnet=network.is_mainnet,
        source=bytes.fromhex(key.fingerprint),
    )


def _text(output: Output) -> str:
    keys = ",".join(map(_expression, output.keys))
    if output.threshold is not None:
        name = "sortedmulti" if output.is_sorted else "multi"
        keys = f"{name}({output.threshold},{keys})"
    for function in reversed(output.script.split("-")):
        keys = f"{function}({keys})"
    return descriptor.with_checksum(keys)


def _expression(key: HdKey, goes_on: bool = False) -> str:
    """Write a key and its children, or itself alone where what is around it goes on with them."""
    xpub = bip32.xpub_at(
        key.path,
        key=key.key,
        chain_code=key.chain_code,
        parent_fingerprint=key.parent_fingerprint,
        network=MAINNET if key.is_mainnet else TESTNET4,
    )
    origin = f"[{key.source.hex()}{format_path(key.path)[1:]}]" if key.source else ""
    return f"{origin}{xpub}{'' if goes_on else key.children or _BOTH}"
