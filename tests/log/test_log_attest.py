"""`custody log seal`, `attest` and `register`, with the tool that everybody has."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from cli.contract_check import differences
from log_material import LOG, begin, complete, happenings
from log_material import sign as sign_by

from ceremonies.errors import CeremonyError
from ceremonies.log import seal as seals
from ceremonies.log import signers as people
from ceremonies.log.verify import State, verify
from custody_cli import contract, main
from custody_cli.exits import failure_of

needs_ssh_keygen = pytest.mark.skipif(
    shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed"
)


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vault").mkdir()
    return tmp_path


def called(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
    try:
        assert main._call(["log", *arguments, "--json"]) == code
    except CeremonyError as error:
        failed = failure_of(error)
        assert failed.code == code, failed
        return {"error": asdict(failed)}
    return json.loads(capsys.readouterr().out)


def key_of(room: Path, name: str, *options: str) -> Path:
    """Make a key as people make theirs."""
    path = room / name
    kind = options or ("-t", "ed25519")
    subprocess.run(
        ["ssh-keygen", "-q", *kind, "-N", "", "-C", name, "-f", str(path)], check=True, timeout=60
    )
    return path


def enrolled(room: Path, monkeypatch: pytest.MonkeyPatch, **keys: Path) -> None:
    """Let the log material be of people who have these keys."""
    lines = [
        f"{name} {' '.join(path.with_suffix('.pub').read_text().split()[:2])}\n"
        for name, path in keys.items()
    ]
    data = "".join(lines).encode()
    monkeypatch.setattr("log_material.ALLOWED_SIGNERS", data)
    monkeypatch.setattr("log_material.SIGNERS", people.read(data))


def sealed_room(room: Path, **changes: Any) -> None:
    with begin(room / "vault", **changes) as journal:
        for fact in happenings(journal):
            journal.append(fact)


@needs_ssh_keygen
@pytest.mark.parametrize("kind", [("-t", "ed25519"), ("-t", "ecdsa"), ("-t", "rsa", "-b", "3072")])
def test_what_attest_prints_is_run_and_its_signature_counts(
    room: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    kind: tuple[str, ...],
) -> None:
    enrolled(room, monkeypatch, ana=key_of(room, "ana", *kind), ben=key_of(room, "ben"))
    sealed_room(room)
    made = called(capsys, "seal", "vault")
    assert [*differences(made, contract.LogSealAnswer)] == []
    assert made["log"] == LOG
    asked = called(capsys, "attest", "vault", "--as", "ana")
    assert [*differences(asked, contract.LogAttestAnswer)] == []
    assert (asked["seal"], asked["signed"], asked["signers"]) == (made["seal"], False, [])
    own = room / "own-machine"
    own.mkdir()
    shutil.copy(made["file"], own)
    command = asked["command"].replace("YOUR_KEY", str(room / "ana"))
    subprocess.run(["sh", "-c", command], cwd=own, check=True, capture_output=True, timeout=60)
    signature = str(own / f"{Path(made['file']).name}.sig")
    wrong = called(capsys, "attest", "vault", "--as", "ben", "--signature", signature, code=5)
    assert wrong["error"]["kind"] == "integrity"
    taken = called(capsys, "attest", "vault", "--as", "ana", "--signature", signature)
    assert (taken["signed"], taken["signers"]) == (True, ["ana"])
    found = verify(room / "vault")
    assert (found.state, found.signers) == (State.INCOMPLETE, ("ana",))


@needs_ssh_keygen
def test_a_key_on_the_machine_counts_in_a_rehearsal_alone(
    room: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    enrolled(room, monkeypatch, ana=key_of(room, "ana"), ben=key_of(room, "ben"))
    sealed_room(room)
    called(capsys, "seal", "vault")
    found = called(capsys, "attest", "vault", "--as", "ana", "--key", "ana")
    assert (found["signed"], found["key_exposed"]) == (False, True)
    verdict = verify(room / "vault")
    assert verdict.signers == ()
    assert any("the key of ana was on the machine" in problem for problem in verdict.problems)
    # under the name of a signature it is none either
    folder = room / "vault" / "seals"
    (exposed,) = folder.glob("*.key-exposed")
    shutil.copy(exposed, exposed.with_suffix(".sig"))
    assert verify(room / "vault").state is State.TAMPERED
    (room / "practice").mkdir()
    with begin(room / "practice", mode="rehearsal", log="REHEARSAL/small"):
        pass
    called(capsys, "seal", "practice")
    found = called(capsys, "attest", "practice", "--as", "ana", "--key", "ana")
    assert (found["signed"], found["key_exposed"]) == (True, False)


@needs_ssh_keygen
def test_a_key_that_is_somebody_elses_or_none_is_refused_and_not_quoted(
    room: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    enrolled(room, monkeypatch, ana=key_of(room, "ana"), ben=key_of(room, "ben"))
    sealed_room(room, mode="rehearsal", log="REHEARSAL/small")
    called(capsys, "seal", "vault")
    secret = (room / "ben").read_text().splitlines()[2]
    for path in ("ben", "ana.pub", "nowhere"):
        said = called(capsys, "attest", "vault", "--as", "ana", "--key", path, code=3)
        assert secret not in json.dumps(said)
    assert verify(room / "vault").signers == ()


def test_a_seal_that_does_not_hold_is_not_given_to_sign(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert called(capsys, "attest", "vault", "--as", "ana", code=3)["error"]["code"] == 3
    sealed_room(room)
    assert called(capsys, "attest", "vault", "--as", "ana", code=4)["error"]["code"] == 4
    made = called(capsys, "seal", "vault")
    assert called(capsys, "attest", "vault", "--as", "mallory", code=3)["error"]["code"] == 3
    path = Path(made["file"])
    path.write_bytes(path.read_bytes().replace(b"sha256 ", b"sha256 0")[:-1])
    assert called(capsys, "attest", "vault", "--as", "ana", code=5)["error"]["code"] == 5


def test_a_finished_ceremony_is_registered_and_missed(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seal = complete(room / "vault", mode="rehearsal", log="REHEARSAL/small")
    found = called(capsys, "register", "vault", "--registry", "all.jsonl")
    assert [*differences(found, contract.LogRegisterAnswer)] == []
    assert (found["seal"], found["number"]) == (seal.id, 0)
    (room / "other").mkdir()
    with begin(room / "other", mode="rehearsal", log="REHEARSAL/other"):
        pass
    called(capsys, "seal", "other")
    called(capsys, "register", "other", "--registry", "all.jsonl", code=4)
    # the script of these logs is none that can be read
    told = called(capsys, "verify", "other", "--registry", "all.jsonl", code=3)["logs"]
    assert "the registry has REHEARSAL/small" in told[-1]["problems"][0]


def test_a_seal_of_before_is_looked_at_again_when_a_log_is_gone_on_with(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sealed_room(room)
    made = called(capsys, "seal", "vault")
    sign_by(room / "vault", seals.read(room / "vault", made["size"]), ["ana"])
    called(capsys, "seal", "vault")
    path = Path(made["file"])
    path.write_bytes(path.read_bytes().replace(b"prev-seal 0", b"prev-seal 1"))
    assert called(capsys, "seal", "vault", code=5)["error"]["kind"] == "integrity"


@needs_ssh_keygen
def test_a_signature_comes_as_a_picture_too(
    room: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import qrcode

    enrolled(room, monkeypatch, ana=key_of(room, "ana"), ben=key_of(room, "ben"))
    sealed_room(room)
    made = Path(called(capsys, "seal", "vault")["file"])
    shutil.copy(made, room)
    sign = ["ssh-keygen", "-Y", "sign", "-n", "ceremony-seal-v1", "-f", "ana", made.name]
    subprocess.run(sign, cwd=room, check=True, capture_output=True, timeout=60)
    qrcode.make((room / f"{made.name}.sig").read_bytes()).save(room / "photo.png")
    taken = called(capsys, "attest", "vault", "--as", "ana", "--signature", "photo.png")
    assert taken["signers"] == ["ana"]
    qrcode.make(b"something else").save(room / "other.png")
    called(capsys, "attest", "vault", "--as", "ben", "--signature", "other.png", code=3)
