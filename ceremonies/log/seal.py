"""Seals, `ceremony-seal/1`: seven lines that fix every byte of a log up to a record.

Lines 2 to 4 without their labels are the body of a C2SP checkpoint.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ceremonies import disk
from ceremonies.errors import InputError, IntegrityError
from ceremonies.spoken import words
from ceremonies.strict import base64_bytes, hex_bytes

FOLDER = "seals"
NO_SEAL = "0" * 64
"""What the first seal has as the one before it."""

EXPOSED = "key-exposed"
"""How the name ends of a signature by a key that was on the ceremony's machine."""

MOST_BYTES = 1024
_WORDS_OF_A_HASH = 32
_SEVEN_LINES = re.compile(
    r"ceremony-seal/1\n"
    r"log (?P<log>[A-Za-z0-9][A-Za-z0-9._/-]{0,199})\n"
    r"size (?P<size>[1-9][0-9]{0,14})\n"
    r"root (?P<root>[A-Za-z0-9+/]{43}=)\n"
    r"bytes (?P<bytes>[1-9][0-9]{0,14})\n"
    r"sha256 (?P<sha256>[0-9a-f]{64})\n"
    r"prev-seal (?P<prev_seal>[0-9a-f]{64})\n"
)
_NAME = re.compile(r"seal-([0-9]{8,15})")
_ANOTHER_COPY = "compare it with the copy that a witness took away"


_Octets: TypeAlias = bytes  # a seal has a field of the name `bytes`


@dataclass(frozen=True, kw_only=True)
class Seal:
    """The first `size` records, `bytes` long, with the root of their tree and their SHA-256."""

    log: str
    size: int
    root: _Octets
    bytes: int
    sha256: str
    prev_seal: str

    def text(self) -> _Octets:
        """Write the seven lines that people sign."""
        return (
            f"ceremony-seal/1\n"
            f"log {self.log}\n"
            f"size {self.size}\n"
            f"root {base64.b64encode(self.root).decode()}\n"
            f"bytes {self.bytes}\n"
            f"sha256 {self.sha256}\n"
            f"prev-seal {self.prev_seal}\n"
        ).encode()

    @property
    def id(self) -> str:
        """Return the SHA-256 of the text: what is read aloud, and what the next seal names."""
        return hashlib.sha256(self.text()).hexdigest()


def parse(data: bytes) -> Seal:
    """Read a seal: exactly these seven lines, with canonical numbers and Base64.

    Raises:
        InputError: it is not that.
    """
    try:
        found = _SEVEN_LINES.fullmatch(data.decode("ascii"))
    except UnicodeDecodeError:
        found = None
    if found is None:
        raise InputError("a seal is not the seven lines of ceremony-seal/1", hint=_ANOTHER_COPY)
    return Seal(
        log=found["log"],
        size=int(found["size"]),
        root=base64_bytes(found["root"], what="the root of a seal"),
        bytes=int(found["bytes"]),
        sha256=found["sha256"],
        prev_seal=found["prev_seal"],
    )


def id_of(seal: bytes | str) -> str:
    """Return the SHA-256 of a seal, given as its seven lines, its hash, or its hash in words.

    Raises:
        InputError: it is none of them.
    """
    if isinstance(seal, bytes):
        return parse(seal).id
    heard = seal.lower().split()
    if len(heard) == _WORDS_OF_A_HASH:
        # both words of each byte: the one for even and the one for odd places
        pairs = [words(bytes((byte, byte))).lower().split() for byte in range(256)]
        tables = [{pair[side]: byte for byte, pair in enumerate(pairs)} for side in (0, 1)]
        known = [tables[place % 2].get(word, -1) for place, word in enumerate(heard)]
        if -1 in known:
            raise InputError(
                f"word {known.index(-1) + 1} of the seal is not a PGP word for its place",
                hint="listen again: words of two and of three syllables take turns",
            )
        return bytes(known).hex()
    return hex_bytes(seal.lower(), what="the SHA-256 of the seal", size=32).hex()


def path_of(folder: Path, size: int) -> Path:
    """Return where the seal of the first `size` records lies, below the folder of a ceremony."""
    return folder / FOLDER / name_of(size)


def name_of(size: int) -> str:
    """Return the one name that a seal of the first `size` records has."""
    return f"seal-{size:08d}"


def sizes(folder: Path) -> tuple[int, ...]:
    """List the seals in the folder of a ceremony, by their sizes, in order."""
    try:
        names = os.listdir(folder / FOLDER)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise InputError(
            f"cannot read the folder of seals: {(error.strerror or 'unknown error').lower()}",
            hint="check the medium",
        ) from None
    found = {name: int(match[1]) for name in names if (match := _NAME.fullmatch(name))}
    return tuple(sorted(size for name, size in found.items() if name == name_of(size)))


def read(folder: Path, size: int) -> Seal:
    """Read one seal of a folder.

    Raises:
        InputError: it cannot be read, or is no seal.
        IntegrityError: it is the seal of another number of records than its name says.
    """
    path = path_of(folder, size)
    seal = parse(disk.read(path, limit=MOST_BYTES, what=path.name))
    if seal.size != size:
        raise IntegrityError(f"{path.name} is the seal of {seal.size} records", hint=_ANOTHER_COPY)
    return seal
