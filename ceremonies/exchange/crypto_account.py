"""The registry's `crypto-account`: account keys under the scripts they are for (BCR-2020-015).

Its parts are `crypto-hdkey`, `crypto-keypath` and `crypto-coin-info` (BCR-2020-007); `use-info` is
left out for mainnet, as the example of the standard does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ceremonies.errors import InputError
from ceremonies.exchange import cbor
from ceremonies.exchange.cbor import Tagged, Value

_SCRIPTS = {
    "pkh": (403,),
    "sh-wpkh": (400, 404),
    "wpkh": (404,),
    "sh": (400,),
    "sh-wsh": (400, 401),
    "wsh": (401,),
    "tr": (409,),
}
_HDKEY, _KEYPATH, _COIN_INFO = 303, 304, 305
_HARDENED = 0x80000000


@dataclass(frozen=True, kw_only=True)
class AccountKey:
    """One account: its script, its path from the master key, and what its extended key holds."""

    script: str
    path: tuple[int, ...]
    key: bytes
    chain_code: bytes
    parent_fingerprint: bytes
    is_mainnet: bool


def write(fingerprint: bytes, keys: Sequence[AccountKey]) -> bytes:
    """Write the CBOR of a master fingerprint (4 bytes) and its accounts."""
    outputs = [_output(key) for key in keys]
    return cbor.encode({1: int.from_bytes(fingerprint, "big"), 2: outputs})


def read(data: bytes) -> tuple[bytes, tuple[AccountKey, ...]]:
    """Read a master fingerprint and its accounts, of the forms that are written here.

    Raises:
        InputError: it is another form.
    """
    match cbor.decode(data):
        case {1: int(fingerprint), 2: [*outputs]} if 0 <= fingerprint <= 0xFFFFFFFF:
            return fingerprint.to_bytes(4, "big"), tuple(_account(one) for one in outputs)
    raise _unknown()


def _output(key: AccountKey) -> Value:
    steps: list[Value] = []
    for step in key.path:
        steps += [step & ~_HARDENED, step >= _HARDENED]
    fields: dict[int | str, Value] = {3: key.key, 4: key.chain_code}
    if not key.is_mainnet:
        fields[5] = Tagged(_COIN_INFO, {2: 1})
    fields[6] = Tagged(_KEYPATH, {1: steps})
    fields[8] = int.from_bytes(key.parent_fingerprint, "big")
    made: Value = Tagged(_HDKEY, fields)
    for tag in reversed(_SCRIPTS[key.script]):
        made = Tagged(tag, made)
    return made


def _account(output: Value) -> AccountKey:
    tags: list[int] = []
    while isinstance(output, Tagged) and output.tag != _HDKEY:
        tags.append(output.tag)
        output = output.value
    script = next((name for name, of in _SCRIPTS.items() if list(of) == tags), None)
    if script is None or not isinstance(output, Tagged):
        raise _unknown()
    fields = output.value
    match fields:
        case {3: bytes(key), 4: bytes(chain), 6: Tagged(304, {1: [*steps]}), 8: int(parent)}:
            return AccountKey(
                script=script,
                path=_path(steps),
                key=key,
                chain_code=chain,
                parent_fingerprint=parent.to_bytes(4, "big"),
                is_mainnet=isinstance(fields, Mapping) and 5 not in fields,
            )
    raise _unknown()


def _path(steps: Sequence[Value]) -> tuple[int, ...]:
    found: list[int] = []
    for number, hardened in zip(steps[::2], steps[1::2], strict=False):
        if not isinstance(number, int) or not isinstance(hardened, bool) or number >= _HARDENED:
            raise _unknown()
        found.append(number + _HARDENED * hardened)
    return tuple(found)


def _unknown() -> InputError:
    return InputError(
        "the crypto-account is of a form that is not read here", hint="export the account again"
    )
