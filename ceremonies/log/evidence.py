"""What lies beside a log, judged against it: seals, signatures, and the files it names.

Each finder yields a sentence for what cannot be in a folder that nobody changed.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from ceremonies import disk
from ceremonies.errors import CeremonyError, InputError, MachineError
from ceremonies.log import facts, signers, sshsig
from ceremonies.log import seal as seals
from ceremonies.log.chain import Extent
from ceremonies.log.seal import Seal
from ceremonies.log.signers import Signers
from ceremonies.spoken import visible

SIGNERS_KIND = "signers"
"""The kind of file that a list of people who were enrolled is kept as."""

ENROLMENT_KIND = "enrolment"
"""The kind of file that each of them signed, of the name of the list, a dot and their own."""

_PREFIX = "seal-"
_NO_FILE = {errno.ELOOP, errno.ENXIO}  # a link, and the socket of a program
_NAME = re.compile(
    r"seal-(?P<size>[0-9]{8,15})(?:\.(?P<signer>.+)\.(?P<kind>sig|key-exposed))?", re.DOTALL
)


class Seals:
    """The seals in a folder, and the signatures on them.

    `holding` are those that fix the bytes of this log, by their size; `signed` names for each of
    them the people whose signatures hold, in the order of the list of signers. `exposed` are people
    whose keys were on the machine of the ceremony.
    """

    def __init__(self, folder: Path) -> None:
        self.problems: list[str] = []
        self.holding: dict[int, Seal] = {}
        self.signed: dict[int, tuple[str, ...]] = {}
        self.exposed: dict[str, None] = {}
        self._folder = folder / seals.FOLDER
        self._found: dict[int, Seal] = {}
        self._signatures: dict[int, dict[str, bytes]] = {}
        self._listing = self._names()
        names, reason = self._listing
        if reason:
            self.problems.append(f"the folder {seals.FOLDER} cannot be read: {reason}")
        for name in names:
            try:
                self._add(name)
            except InputError as error:
                self.problems.append(f"{_file(name)}: {error.cause}")

    @property
    def is_current(self) -> bool:
        """Tell whether the folder has the same seals and signatures as when it was read."""
        return self._names() == self._listing

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many records each seal covers, in order."""
        return tuple(sorted(self._found))

    @property
    def ids(self) -> frozenset[str]:
        """The SHA-256 of every seal that holds."""
        return frozenset(seal.id for seal in self.holding.values())

    def judge(self, extents: Mapping[int, Extent], *, log: str, records: int) -> None:
        """Compare each seal with the log as far as it covers it, and with the seal before it."""
        before = seals.NO_SEAL
        for size in self.sizes:
            seal = self._found[size]
            wrong = [*_differences(seal, extents.get(size), log=log, records=records)]
            if seal.prev_seal != before:
                wrong.append("it does not follow the seal before it")
            if not wrong:
                self.holding[size] = seal
            self.problems += [f"{_file(_name(size))}: {why}" for why in wrong]
            before = seal.id

    def judge_signatures(self, people: Signers) -> None:
        """Check each signature on each seal, whether or not the seal holds."""
        for size, signatures in sorted(self._signatures.items()):
            good = set()
            for name, armored in sorted(signatures.items()):
                try:
                    people.insist(name, armored, self._found[size].text())
                    good.add(name)
                except KeyError:
                    self.problems.append(f"{_file(_name(size, name))}: it is of no seal")
                except CeremonyError as error:
                    self.problems.append(f"{_file(_name(size, name))}: {error.cause}")
            if size in self.holding:
                self.signed[size] = tuple(name for name in people.names if name in good)

    def differ_from(self, fact: facts.Sealed, *, quorum: int) -> Iterator[str]:
        """Yield what a record of sealing says and the folder does not."""
        seal = self.holding.get(fact.size)
        if seal is None or seal.id != fact.seal_sha256:
            yield f"there is no such seal of {fact.size} records"
            return
        for name in fact.persons:
            if name not in self.signed.get(fact.size, ()):
                yield f"there is no signature of {visible(name)} that holds on {_name(fact.size)}"
        distinct = len(set(fact.persons))
        if distinct < len(fact.persons):
            yield "it names somebody twice"
        if distinct < quorum:
            yield f"it names {distinct} of the {quorum} people that a seal needs"

    def _names(self) -> tuple[list[str], str]:
        """List the folder, or say why it cannot be."""
        if self._folder.is_symlink():
            return [], "it is a link"
        try:
            names = os.listdir(self._folder)
        except FileNotFoundError:
            return [], ""
        except OSError as error:
            _insist_medium(error, seals.FOLDER)
            return [], _reason(error)
        return sorted(name for name in names if name.startswith(_PREFIX)), ""

    def _add(self, name: str) -> None:
        found = _NAME.fullmatch(name)
        if found is not None and found["kind"] == seals.EXPOSED:
            self.exposed[found["signer"]] = None
            return
        if found is None or _name(int(found["size"]), found["signer"]) != name:
            raise InputError("it has the name of no seal and no signature", hint="move it away")
        size, limit = int(found["size"]), seals.MOST_BYTES
        if found["signer"] is not None:
            data = read_plain(self._folder / name, limit=sshsig.MAX_SIZE)
            self._signatures.setdefault(size, {})[found["signer"]] = data
            return
        seal = seals.parse(read_plain(self._folder / name, limit=limit))
        if seal.size != size:
            raise InputError(f"it is the seal of {seal.size} records", hint="find out who named it")
        self._found[size] = seal


def read_plain(path: Path, *, limit: int) -> bytes:
    """Read a file that is one: no link, no folder, no pipe.

    Raises:
        InputError: it is not there, not a file, or longer than `limit` bytes.
        MachineError: the medium fails.
    """
    with _open_plain(path) as descriptor:
        return disk.read_stream(descriptor, limit=limit, what="it")


@contextlib.contextmanager
def _open_plain(path: Path) -> Iterator[int]:
    """Open a file to be read, and refuse what is none, and what only leads to one."""
    try:
        # what has no other end yet, such as a pipe, is not waited for
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise InputError("it is not a plain file", hint="use another copy")
            yield descriptor
        finally:
            os.close(descriptor)
    except OSError as error:
        _insist_medium(error, path.name)
        why = f"it cannot be read: {_reason(error)}"
        if error.errno in _NO_FILE:
            why = "it is not a plain file"
        raise InputError(why, hint="use another copy") from None


def altered(
    folder: Path, named: Iterable[tuple[int, facts.FileKept | facts.Recovered]]
) -> Iterator[str]:
    """Yield each file that is not what its record says it was; a kept file may have been moved."""
    digests: dict[str, str] = {}
    for seq, fact in named:
        name = fact.name if isinstance(fact, facts.FileKept) else fact.kept_as
        if not _is_beside(name):
            yield f"record {seq} ({fact.type}): it names a file outside of the folder"
            continue
        if isinstance(fact, facts.FileKept) and not os.path.lexists(folder / name):
            continue
        try:
            same = _is_same(folder / name, fact, digests)
        except (InputError, OSError, ValueError):  # a name with a zero byte is no file's
            same = False
        if not same:
            yield f"{visible(name)}: it is not the file that record {seq} ({fact.type}) names"


def unproved(
    folder: Path,
    named: Iterable[tuple[int, facts.FileKept | facts.Recovered]],
    enrolled: Collection[tuple[str, str]],
) -> Iterator[str]:
    """Yield whoever is in a list of signers that was kept, and proved to hold no such key."""
    for _, fact in named:
        if not isinstance(fact, facts.FileKept) or fact.kind != SIGNERS_KIND:
            continue
        try:
            known = signers.read(read_plain(folder / fact.name, limit=signers.MAX_SIZE))
        except (InputError, ValueError):  # `altered` and `moved` tell of a file that is not it
            continue
        for name, key in known.keys.items():
            if (name, hashlib.sha256(key.blob).hexdigest()) not in enrolled:
                yield f"{visible(fact.name)}: nobody saw {visible(name)} prove to hold that key"


def moved(folder: Path, named: Iterable[tuple[int, facts.FileKept | facts.Recovered]]) -> list[str]:
    """Name the kept files that are no longer in the folder."""
    return [
        f"{visible(fact.name)}: record {seq} kept it, and it is not in the folder"
        for seq, fact in named
        if isinstance(fact, facts.FileKept)
        and _is_beside(fact.name)
        and not os.path.lexists(folder / fact.name)
    ]


def _is_beside(name: str) -> bool:
    return Path(name).name == name and name not in ("", "..")


def _is_same(path: Path, fact: facts.FileKept | facts.Recovered, digests: dict[str, str]) -> bool:
    """Compare a file with its record; `digests` are those of the files that were read already."""
    with _open_plain(path) as descriptor:
        if os.fstat(descriptor).st_size != fact.bytes:
            return False
        if path.name not in digests:
            with open(descriptor, "rb", closefd=False) as stream:
                digests[path.name] = hashlib.file_digest(stream, "sha256").hexdigest()
        return digests[path.name] == fact.sha256


def _differences(seal: Seal, extent: Extent | None, *, log: str, records: int) -> Iterator[str]:
    if seal.log != log:
        yield f"it is of the log {seal.log}"
    if extent is None:
        yield f"it covers {seal.size} records, and the log has {records}"
        return
    same = {
        "the root": seal.root == extent.root,
        "the number of bytes": seal.bytes == extent.bytes,
        "the SHA-256": seal.sha256 == extent.sha256,
    }
    for what, holds in same.items():
        if not holds:
            yield f"{what} is not that of the first {seal.size} records as they are here"


def _name(size: int, signer: str | None = None) -> str:
    return f"{_PREFIX}{size:08d}" + ("" if signer is None else f".{signer}.sig")


def _file(name: str) -> str:
    return f"{seals.FOLDER}/{visible(name)}"


def _insist_medium(error: OSError, name: str) -> None:
    """Insist that it is not the medium that fails: that is no sign of somebody's hand."""
    if error.errno == errno.EIO:
        raise MachineError(
            f"{visible(name)} cannot be read: {_reason(error)}", hint="use another copy"
        ) from None


def _reason(error: OSError) -> str:
    return (error.strerror or "unknown error").lower()
