"""The registry's `crypto-output`: a descriptor in CBOR (BCR-2020-010).

A script is a tag around a key, or around a threshold and keys; `sh-wsh` is two tags.
"""

from __future__ import annotations

from ceremonies.errors import InputError
from ceremonies.exchange import cbor, crypto_hdkey
from ceremonies.exchange.cbor import Tagged, Value
from ceremonies.exchange.crypto_hdkey import HDKEY, HdKey
from ceremonies.frozen import Frozen

_SCRIPTS = {
    "pkh": (403,),
    "sh-wpkh": (400, 404),
    "wpkh": (404,),
    "sh": (400,),
    "sh-wsh": (400, 401),
    "wsh": (401,),
    "tr": (409,),
}
_MULTI, _SORTED_MULTI = 406, 407
_INNERMOST = (HDKEY, _MULTI, _SORTED_MULTI)


class Output(Frozen, kw_only=True):
    """A script such as `sh-wpkh` of one key, or with a threshold of several, sorted or not."""

    script: str
    keys: tuple[HdKey, ...]
    threshold: int | None = None
    is_sorted: bool = False


def write(output: Output) -> bytes:
    """Write its CBOR."""
    keys: list[Value] = [crypto_hdkey.tagged(key) for key in output.keys]
    if output.threshold is None:
        (inside,) = keys
    else:
        tag = _SORTED_MULTI if output.is_sorted else _MULTI
        inside = Tagged(tag, {1: output.threshold, 2: keys})
    return cbor.encode(under(output.script, inside))


def read(data: bytes) -> Output:
    """Read a single key or a multisig.

    Raises:
        InputError: it is another form.
    """
    script, inside = opened(cbor.decode(data))
    match inside:
        case Tagged(406 | 407 as tag, {1: int(threshold), 2: [_, *_] as keys}) if threshold > 0:
            return Output(
                script=script,
                keys=tuple(crypto_hdkey.read(key) for key in keys),
                threshold=int(threshold),
                is_sorted=tag == _SORTED_MULTI,
            )
        case Tagged(303):
            return Output(script=script, keys=(crypto_hdkey.read(inside),))
    raise unknown()


def under(script: str, inside: Value) -> Value:
    """Put a key or keys under the tags of a script."""
    for tag in reversed(_SCRIPTS[script]):
        inside = Tagged(tag, inside)
    return inside


def opened(output: Value) -> tuple[str, Value]:
    """Take the tags of a script off, and return its name and what is inside.

    Raises:
        InputError: it is no script that is read here.
    """
    tags: list[int] = []
    while isinstance(output, Tagged) and output.tag not in _INNERMOST:
        tags.append(output.tag)
        output = output.value
    script = next((name for name, of in _SCRIPTS.items() if list(of) == tags), None)
    if script is None:
        raise unknown()
    return script, output


def unknown() -> InputError:
    """Say that it is of a form that is not read."""
    return InputError(
        "the crypto-output is of a form that is not read here",
        hint="only single keys and multisigs are: give the descriptor itself",
    )
