"""The packages this program runs on, every file of them compared with what was installed."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from ceremonies.errors import IntegrityError
from ceremonies.log.facts import CheckedLibrary

_ROOT = "custody-cli"
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def installed() -> tuple[CheckedLibrary, ...]:
    """Hash every file of every package that the program requires; in the order of their names.

    The hash of a package is SHA-256 of a line `SHA256  PATH` for each of its files, as
    `program_sha256` is of the program's own.

    Raises:
        IntegrityError: a file is not the one that was installed.
    """
    found = {dist.metadata["Name"].lower(): dist for dist in _required()}
    return tuple(
        CheckedLibrary(name=name, version=dist.version, sha256=_hashed(name, dist))
        for name, dist in sorted(found.items())
    )


def _required() -> Iterator[metadata.Distribution]:
    """Yield what the program requires, and what that requires, each once; extras left out."""
    left, seen = [*_requirements(metadata.distribution(_ROOT))], {_ROOT}
    while left:
        name = left.pop()
        if name in seen:
            continue
        seen.add(name)
        try:
            dist = metadata.distribution(name)
        except metadata.PackageNotFoundError:  # required on other systems alone
            continue
        yield dist
        left += _requirements(dist)


def _requirements(dist: metadata.Distribution) -> Iterator[str]:
    for line in dist.requires or ():
        name = _NAME.match(line)
        if name and "extra ==" not in line:
            yield re.sub(r"[-_.]+", "-", name[0]).lower()


def _hashed(name: str, dist: metadata.Distribution) -> str:
    lines = []
    for file in dist.files or ():
        if file.hash is None:
            continue  # compiled on this machine, or the list itself
        digest = hashlib.sha256(Path(str(file.locate())).read_bytes()).digest()
        if file.hash.mode == "sha256" and _urlsafe(digest) != file.hash.value:
            raise IntegrityError(
                f"{file} of {name} is not the file that was installed",
                hint="install the program again, from files whose hashes are pinned",
            )
        lines.append(f"{digest.hex()}  {file}\n")
    return hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()


def _urlsafe(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
