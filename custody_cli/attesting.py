"""Seals made and signed outside of a ceremony's own conversation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ceremonies import disk
from ceremonies.errors import InputError, IntegrityError, Refused
from ceremonies.log import registry, sealing, sshkey, sshsig
from ceremonies.log import seal as seals
from ceremonies.log import signers as people
from ceremonies.log.chain import told
from ceremonies.log.evidence import Seals, read_plain
from ceremonies.log.facts import Aborted, Closed, Genesis
from ceremonies.log.journal import Clock, Journal
from ceremonies.log.reading import Reading
from ceremonies.log.verify import SIGNERS
from ceremonies.machine import clock
from ceremonies.secret import Secret
from ceremonies.spoken import words

if TYPE_CHECKING:
    from ceremonies.log.seal import Seal
    from ceremonies.log.signers import Signers
    from custody_cli.contract import LogAttestAnswer, LogRegisterAnswer, LogSealAnswer

_MOST_BYTES = 16 * disk.MEBIBYTE
_EXAMINE = "keep the folder as it is, and compare the log with another copy"


def sealed(folder: Path) -> LogSealAnswer:
    """Seal a log as it is.

    Raises:
        CeremonyError: it is damaged, another process writes it, or the disk failed.
    """
    now = Clock(boot_id=clock.boot_id, mono_ms=clock.mono_ms, wall=clock.wall)
    with Journal.reopen(folder, clock=now) as journal:
        made = sealing.make(journal)
    return {
        "log": made.log,
        "size": made.size,
        "seal": made.id,
        "words": words(bytes.fromhex(made.id)),
        "file": str(seals.path_of(folder, made.size)),
    }


def attested(
    folder: Path, name: str, *, signature: Path | None, key: Path | None
) -> LogAttestAnswer:
    """Say how somebody signs the newest seal of a log, or take their signature in.

    Raises:
        CeremonyError: there is no seal that holds, no such signer, or no signature of theirs.
    """
    genesis, seal, signers = _signable(folder)
    if name not in signers.keys:
        raise InputError(
            "there is no signer of this name", hint=f"use one of: {', '.join(signers.names)}"
        )
    path = seals.path_of(folder, seal.size)
    exposed = False
    if signature is not None:
        armored = _signature(signature)
        sealing.import_signature(folder, seal, name, armored, signers)
    elif key is not None:
        exposed = genesis.mode == "production"
        data = read_plain(key, limit=sshkey.MAX_PRIVATE_SIZE)
        with Secret(sshkey.read_private(data)) as private:
            _sign(folder, seal, name, private, signers=signers, exposed=exposed)
    is_signed = name in sealing.signed_by(folder, seal, signers)
    return {
        "log": seal.log,
        "size": seal.size,
        "seal": seal.id,
        "words": words(bytes.fromhex(seal.id)),
        "file": str(path),
        "name": name,
        "command": f"ssh-keygen -Y sign -n {sshsig.NAMESPACE} -f YOUR_KEY {path.name}",
        "signed": is_signed,
        "key_exposed": exposed,
        "signers": list(sealing.signed_by(folder, seal, signers)),
        "quorum": genesis.quorum,
    }


def registered(folder: Path, path: Path) -> LogRegisterAnswer:
    """Add the closing seal of a log to a registry.

    Raises:
        Refused: the log has not ended, or is in the registry already.
        CeremonyError: the log or the registry is damaged, or the disk failed.
    """
    _, seal, _ = _signable(folder)
    *_, last = told(folder, size=seal.size)
    if not isinstance(last.fact, Closed | Aborted):
        raise Refused("the newest seal is not a closing one", hint="finish the ceremony first")
    number = registry.add(path, seal)
    return {"log": seal.log, "size": seal.size, "seal": seal.id, "number": number}


def _sign(
    folder: Path, seal: Seal, name: str, private: Secret, *, signers: Signers, exposed: bool
) -> None:
    key = private.reveal()
    if sshkey.public_key_of(key).identity != signers.keys[name].identity:
        raise InputError("this is not the key of this signer", hint="give the key they enrolled")
    if exposed:
        sealing.record_exposed(folder, seal, name, key)
    else:
        armored = sshsig.sign_ed25519(key, seal.text())
        sealing.import_signature(folder, seal, name, armored, signers)


def _signable(folder: Path) -> tuple[Genesis, Seal, Signers]:
    """Return the newest seal, once it is found to hold for the log as it is here."""
    genesis = next(told(folder, size=1)).fact
    assert isinstance(genesis, Genesis)
    found = Seals(folder)
    reading = Reading(found.sizes)
    reading.follow(folder)
    found.judge(reading.extents, log=genesis.log, records=reading.records)
    for problem in (*reading.problems, *found.problems):
        raise IntegrityError(problem, hint=_EXAMINE)
    if not found.sizes:
        raise Refused("there is no seal to sign", hint="make one: custody log seal")
    data = read_plain(folder / SIGNERS, limit=people.MAX_SIZE)
    signers = people.read(data)
    if signers.sha256 != genesis.signers_sha256:
        raise IntegrityError(
            f"{SIGNERS} is not the list of signers that genesis names", hint=_EXAMINE
        )
    return genesis, found.holding[found.sizes[-1]], signers


def _signature(path: Path) -> bytes:
    from ceremonies.exchange.pictures import Budget, codes_in, is_picture

    data = disk.read(path, limit=_MOST_BYTES, what="the signature")
    if not is_picture(data):
        return data
    codes = {code for frame in codes_in(data, Budget()) for code in frame}
    if len(codes) != 1:
        raise InputError(
            f"the picture shows {len(codes)} codes, and one is needed",
            hint="photograph the code alone, flat and in focus",
        )
    return codes.pop()
