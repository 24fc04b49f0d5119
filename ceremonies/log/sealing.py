"""Sealing a log, and the signatures of people on a seal."""

from __future__ import annotations

import os
import re
from pathlib import Path

from ceremonies import disk
from ceremonies.errors import CeremonyError, InputError, IntegrityError, MachineError
from ceremonies.log import seal as seals
from ceremonies.log.chain import extent_of
from ceremonies.log.journal import Journal
from ceremonies.log.seal import EXPOSED, Seal
from ceremonies.log.signers import NAME, Signers
from ceremonies.log.sshsig import EXPOSED_NAMESPACE, MAX_SIZE, sign_ed25519

_SIGNATURE = re.compile(rf"(?P<seal>seal-[0-9]{{8,15}})\.(?P<name>{NAME.pattern})\.sig")
_EXAMINE = "keep the folder as it is, and find out what changed it"


def make(journal: Journal) -> Seal:
    """Seal every record so far; a seal that is there already and the same is fine.

    The log is read from the disk and compared with what was written: people sign what is there.

    Raises:
        IntegrityError: the log on the disk, or a seal of it, is not what this writer knows.
        MachineError: the disk failed.
    """
    folder, extent = journal.folder, journal.extent
    on_disk = extent_of(folder)
    if on_disk.tail or on_disk.extent != extent:
        raise IntegrityError("the log on the disk is not the one that was written", hint=_EXAMINE)
    earlier = seals.sizes(folder)
    if earlier and earlier[-1] > extent.size:
        raise IntegrityError(
            f"there is a seal of {earlier[-1]} records, and the log has {extent.size}",
            hint=_EXAMINE,
        )
    before = [size for size in earlier if size < extent.size]
    made = Seal(
        log=journal.genesis.log,
        size=extent.size,
        root=extent.root,
        bytes=extent.bytes,
        sha256=extent.sha256,
        prev_seal=seals.read(folder, before[-1]).id if before else seals.NO_SEAL,
    )
    if extent.size in earlier:
        if seals.read(folder, extent.size) != made:
            raise IntegrityError(f"there is another seal of {extent.size} records", hint=_EXAMINE)
        return made
    if not (folder / seals.FOLDER).is_dir():
        disk.make_folder(folder / seals.FOLDER)
    disk.create(seals.path_of(folder, extent.size), made.text())
    return made


def import_signature(folder: Path, seal: Seal, name: str, armored: bytes, signers: Signers) -> None:
    """Keep the signature of one person on a seal; the same one again is fine.

    Raises:
        InputError: there is no such signer, or it is no signature that counts.
        IntegrityError: it is not this person's on this seal.
        MachineError: the person's name has another signature already, or the disk failed.
    """
    signers.insist(name, armored, seal.text())
    path = _signature_path(folder, seal, name)
    if not os.path.lexists(path):
        disk.create(path, armored)
    elif _read_signature(path) != armored:
        raise MachineError(
            f"there is another signature of {name} on this seal",
            hint="one is enough; move the other away if it does not hold",
        )


def record_exposed(folder: Path, seal: Seal, name: str, private: bytes) -> None:
    """Record that somebody's private key was on the machine of a ceremony in earnest.

    The signature is made for another namespace, so that under no file name it counts.

    Raises:
        MachineError: it is recorded already, or the disk failed.
    """
    armored = sign_ed25519(private, seal.text(), EXPOSED_NAMESPACE)
    path = seals.path_of(folder, seal.size)
    disk.create(path.with_name(f"{path.name}.{name}.{EXPOSED}"), armored)


def signatures(folder: Path, seal: Seal) -> dict[str, bytes]:
    """Read every signature beside a seal, good or not, by the name of its file, in order of names.

    Raises:
        InputError: one cannot be read.
    """
    path = seals.path_of(folder, seal.size)
    try:
        matches = [_SIGNATURE.fullmatch(name) for name in sorted(os.listdir(path.parent))]
    except OSError as error:
        raise InputError(
            f"cannot read the folder of seals: {(error.strerror or 'unknown error').lower()}",
            hint="check the medium",
        ) from None
    names = [match["name"] for match in matches if match and match["seal"] == path.name]
    return {name: _read_signature(_signature_path(folder, seal, name)) for name in names}


def signed_by(folder: Path, seal: Seal, signers: Signers) -> tuple[str, ...]:
    """Name the signers whose signature on the seal holds, in their order; others do not count."""
    kept = signatures(folder, seal)
    return tuple(
        name
        for name in signers.names
        if name in kept and _holds(name, kept[name], seal=seal, signers=signers)
    )


def _holds(name: str, armored: bytes, *, seal: Seal, signers: Signers) -> bool:
    try:
        signers.insist(name, armored, seal.text())
    except CeremonyError:
        return False
    return True


def _signature_path(folder: Path, seal: Seal, name: str) -> Path:
    path = seals.path_of(folder, seal.size)
    return path.with_name(f"{path.name}.{name}.sig")


def _read_signature(path: Path) -> bytes:
    return disk.read(path, limit=MAX_SIZE, what="a signature")
