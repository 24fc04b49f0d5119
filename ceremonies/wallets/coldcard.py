"""Coldcard's multisig text: written and read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ceremonies import strict
from ceremonies.errors import InputError
from ceremonies.wallets.found import Found
from ceremonies.wallets.multisig import (
    Cosigner,
    SortedMultisig,
    insist_count,
    sorted_multisig,
)
from ceremonies.wallets.wallet import Wallet

_WHAT = "the coldcard file"
_FORMATS = {"P2SH": "sh", "P2WSH": "wsh", "P2SH-P2WSH": "sh-wsh", "P2WSH-P2SH": "sh-wsh"}
_NAME_LENGTH = 20
"""As much of a name as a Coldcard keeps."""

_POLICY = re.compile(r"([0-9]{1,3}) *(?:of|/) *([0-9]{1,3})")
_FINGERPRINT = re.compile(r"[0-9A-Fa-f]{8}")


def write(wallet: Wallet) -> str:
    """Write the file that Settings, Multisig Wallets, Import takes.

    Raises:
        Refused: it is no sorted multisig of branches 0 and 1.
    """
    found = sorted_multisig(wallet, "coldcard")
    formats = {script: name for name, script in reversed(_FORMATS.items())}
    lines = [
        "# Coldcard multisig setup file",
        f"Name: {wallet.name[:_NAME_LENGTH]}",
        f"Policy: {found.threshold} of {len(found.cosigners)}",
        f"Format: {formats[found.script]}",
    ]
    path = None
    for cosigner in found.cosigners:
        if cosigner.path != path:
            path = cosigner.path
            lines += ["", f"Derivation: {path.replace('h', chr(39))}"]
        lines.append(f"{cosigner.fingerprint.upper()}: {cosigner.xpub}")
    return "\n".join(lines) + "\n"


@dataclass
class _Reading:
    policy: tuple[int, int] | None = None
    script: str | None = None
    path: str | None = None
    keys: list[Cosigner] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)


def read(data: bytes) -> Found:
    """Read it strictly; the derivation that stands above a key is that key's.

    Raises:
        InputError: a line is not known, or something is missing or said twice.
    """
    reading = _Reading()
    for number, line in enumerate(strict.text_lines(data, what=_WHAT), start=1):
        if line and not line.startswith("#"):
            name, colon, value = (part.strip() for part in line.partition(":"))
            if not colon:
                raise _bad(number)
            _take(reading, number, name, value)
    if reading.policy is None or reading.script is None:
        missing = "policy" if reading.policy is None else "format"
        raise InputError(f"{_WHAT} has no {missing}", hint="ask the coordinator for the whole file")
    threshold, total = reading.policy
    insist_count(total, reading.keys)
    made = SortedMultisig(reading.script, threshold, tuple(reading.keys))
    return Found(peer="coldcard", descriptors=(made.descriptor(),))


def _take(reading: _Reading, number: int, name: str, value: str) -> None:
    known = name.lower()
    if known in ("name", "policy", "format"):
        if known in reading.seen:
            raise InputError(f"{_WHAT} says its {known} twice", hint="ask which one is meant")
        reading.seen.add(known)
    if known == "name":
        return
    if known == "policy" and (found := _POLICY.fullmatch(value)):
        reading.policy = int(found[1]), int(found[2])
    elif known == "format" and value.upper() in _FORMATS:
        reading.script = _FORMATS[value.upper()]
    elif known == "derivation":
        reading.path = value
    elif _FINGERPRINT.fullmatch(name):
        if reading.path is None:
            raise InputError(
                f"line {number} of {_WHAT} has a key without a derivation",
                hint="ask the coordinator where every key comes from",
            )
        reading.keys.append(Cosigner(name, reading.path, value))
    else:
        raise _bad(number)


def _bad(number: int) -> InputError:
    return InputError(
        f"line {number} of {_WHAT} is not understood",
        hint="it has Name, Policy, Format, Derivation, and a FINGERPRINT: XPUB for each key",
    )
