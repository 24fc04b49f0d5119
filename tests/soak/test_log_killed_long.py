"""A writer of a log is killed thousands of times, at every call and at any moment."""

from __future__ import annotations

import os
import random
import signal
import threading
from hashlib import sha256
from pathlib import Path

import pytest
from log.crashing import BEGIN, Said, died, killed_at
from log.log_material import PRIVATE_KEYS, SIGNERS, begin, insist_sound, reopen

from ceremonies.log import seal, sealing, sshsig
from ceremonies.log.chain import read_chain

ROUNDS = 25
MOMENTS = 2000
LOGS = 20
"""Over how many logs the moments are divided: each grows with every one of its lives."""

pytestmark = [pytest.mark.soak, pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")]


@pytest.mark.parametrize("number", range(ROUNDS))
def test_killed_at_every_call_again_and_again(tmp_path: Path, number: int) -> None:
    chosen = random.Random(number)
    kills = 0
    for fatal in range(1, 200):
        folder = tmp_path / str(fatal)
        folder.mkdir()
        begin(folder).close()
        torn = b'{"v":1,"seq":2,"prev":"' + b"0" * chosen.randrange(60)
        with (folder / "log.jsonl").open("ab") as stream:
            stream.write(torn)
        if not killed_at(folder, fatal, half=chosen.random() < 0.5):
            break
        kills += 1
    assert kills > 60


def busy(folder: Path, said: Said) -> None:
    """Write, seal and attest without end."""
    with reopen(folder) as writer:
        while True:
            for _ in range(3):
                said(writer.append(BEGIN).id)
            made = sealing.make(writer)
            said(bytes.fromhex(made.id))
            armored = sshsig.sign_ed25519(PRIVATE_KEYS["ana"], made.text())
            sealing.import_signature(folder, made, "ana", armored, SIGNERS)
            said(sha256(armored).digest())


def insist_all_there(folder: Path, said: set[bytes]) -> None:
    beside = {sha256(path.read_bytes()).digest() for path in folder.glob("seals/seal-*")}
    assert said <= beside | {record.id for record in read_chain(folder).records}
    for size in seal.sizes(folder):
        seal.read(folder, size)


@pytest.mark.parametrize("number", range(LOGS))
def test_killed_at_any_moment_again_and_again(tmp_path: Path, number: int) -> None:
    begin(tmp_path).close()
    chosen = random.Random(number)
    known: set[bytes] = set()
    for _ in range(MOMENTS // LOGS):

        def short_life(said: Said) -> None:
            after = chosen.uniform(0.0, 0.03)
            threading.Timer(after, os.kill, (os.getpid(), signal.SIGKILL)).start()
            busy(tmp_path, said)

        chosen.random()
        was_killed, said = died(short_life)
        assert was_killed
        known.update(said)
        insist_all_there(tmp_path, known)
    reopen(tmp_path).close()
    insist_sound(tmp_path)
    insist_all_there(tmp_path, known)
