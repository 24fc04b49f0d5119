"""A seal is seven lines over the bytes on the disk, and a signature is one person's on one seal."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from log_material import (
    LOG,
    PRIVATE_KEYS,
    SIGNERS,
    begin,
    complete,
    happenings,
    reopen,
    sign,
)

from ceremonies import disk
from ceremonies.errors import InputError, IntegrityError, MachineError
from ceremonies.log import facts, sealing, sshsig
from ceremonies.log import seal as seals
from ceremonies.log.journal import Journal
from ceremonies.log.records import identity
from ceremonies.log.seal import NO_SEAL, Seal, parse
from ceremonies.log.tree import Tree

ARABIC_ONE = chr(0x661)
HASHES = st.binary(min_size=32, max_size=32)
NUMBERS = st.integers(1, 10**15 - 1)

EXAMPLE = Seal(
    log=LOG,
    size=300,
    root=bytes(range(32)),
    bytes=81_792,
    sha256="73df001b" * 8,
    prev_seal="1a38e2f3" * 8,
)
TEXT = (
    b"ceremony-seal/1\n"
    b"log vault.example/2026-0007\n"
    b"size 300\n"
    b"root AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
    b"bytes 81792\n"
    b"sha256 73df001b73df001b73df001b73df001b73df001b73df001b73df001b73df001b\n"
    b"prev-seal 1a38e2f31a38e2f31a38e2f31a38e2f31a38e2f31a38e2f31a38e2f31a38e2f3\n"
)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with begin(tmp_path) as journal:
        yield journal


def test_a_seal_is_seven_lines() -> None:
    assert EXAMPLE.text() == TEXT
    assert parse(TEXT) == EXAMPLE
    assert EXAMPLE.id == hashlib.sha256(TEXT).hexdigest()


def test_lines_2_to_4_without_labels_are_the_body_of_a_checkpoint() -> None:
    lines = TEXT.decode().split("\n")[1:4]
    origin, size, root = (line.split(" ", 1)[1] for line in lines)
    assert (origin, size) == (LOG, "300")
    assert base64.b64decode(root, validate=True) == EXAMPLE.root


@given(NUMBERS, NUMBERS, HASHES, HASHES, HASHES)
def test_every_seal_is_read_as_it_was_written(
    size: int, length: int, root: bytes, flat: bytes, before: bytes
) -> None:
    seal = Seal(
        log=LOG, size=size, root=root, bytes=length, sha256=flat.hex(), prev_seal=before.hex()
    )
    assert parse(seal.text()) == seal


@given(st.data())
def test_what_is_read_from_a_changed_seal_is_written_as_that_seal(data: st.DataObject) -> None:
    text = bytearray(TEXT)
    place = data.draw(st.integers(0, len(text) - 1))
    text[place] ^= data.draw(st.integers(1, 255))
    insist_on_one_spelling(bytes(text))


@given(st.binary(max_size=300))
def test_bytes_that_are_no_seal_are_refused(data: bytes) -> None:
    insist_on_one_spelling(data)


def insist_on_one_spelling(text: bytes) -> None:
    try:
        found = parse(text)
    except InputError:
        return
    assert found.text() == text


@pytest.mark.parametrize(
    "text",
    [
        b"",
        TEXT[:-1],
        TEXT + b"\n",
        TEXT + TEXT,
        TEXT.replace(b"\n", b"\r\n"),
        TEXT.replace(b"seal/1", b"seal/2"),
        TEXT.replace(b"size 300", b"size 0300"),
        TEXT.replace(b"size 300", b"size +300"),
        TEXT.replace(b"size 300", b"size 0"),
        TEXT.replace(b"size 300", b"size  300"),
        TEXT.replace(b"size 300", b"size 300 "),
        TEXT.replace(b"size 300", b"size 3e2"),
        TEXT.replace(b"size 300", f"size {ARABIC_ONE}".encode()),
        TEXT.replace(b"size 300", b"size 9999999999999999"),
        TEXT.replace(b"bytes 81792\n", b""),
        TEXT.replace(b"8=\n", b"9=\n"),  # the last digit has bits that no byte has
        TEXT.replace(b"8=\n", b"8\n"),
        TEXT.replace(b"AAEC", b"AA-C"),
        TEXT.replace(b"73df", b"73DF", 1),
        TEXT.replace(b"log vault", b"log  vault"),
        TEXT.replace(b"log vault.example/2026-0007", b"log "),
        b"\xff" + TEXT,
    ],
)
def test_another_spelling_of_a_seal_is_refused(text: bytes) -> None:
    assert text != TEXT
    with pytest.raises(InputError):
        parse(text)


def test_a_seal_is_over_the_bytes_that_head_and_sha256sum_see(tmp_path: Path) -> None:
    final = complete(tmp_path)
    for size in seals.sizes(tmp_path):
        seal = seals.read(tmp_path, size)
        head = subprocess.run(
            ["head", "-n", str(size), tmp_path / "log.jsonl"], capture_output=True, check=True
        ).stdout
        assert (seal.bytes, seal.sha256) == (len(head), hashlib.sha256(head).hexdigest())
        tree = Tree()
        for line in head.splitlines(keepends=True):
            tree.append(identity(line))
        assert (seal.root, seal.log) == (tree.root(), LOG)
    assert final.bytes == (tmp_path / "log.jsonl").stat().st_size


def test_each_seal_names_the_one_before_it(tmp_path: Path) -> None:
    complete(tmp_path)
    first, second = (seals.read(tmp_path, size) for size in seals.sizes(tmp_path))
    assert first.prev_seal == NO_SEAL == "0" * 64
    written = (tmp_path / "seals" / f"seal-{first.size:08d}").read_bytes()
    assert second.prev_seal == first.id == hashlib.sha256(written).hexdigest()


def test_sealing_again_is_the_same_seal(journal: Journal) -> None:
    first = sealing.make(journal)
    assert sealing.make(journal) == first
    assert sorted(os.listdir(journal.folder / "seals")) == ["seal-00000002"]
    journal.append(facts.Begin(step="people", attempt=1))
    assert sealing.make(journal).prev_seal == first.id


def test_a_log_that_changed_on_the_disk_is_not_sealed(journal: Journal) -> None:
    path = journal.folder / "log.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"mono_ms":1010', b'"mono_ms":1011'))
    with pytest.raises(IntegrityError, match="not the one that was written"):
        sealing.make(journal)
    assert seals.sizes(journal.folder) == ()


def test_a_log_with_half_a_record_is_not_sealed(journal: Journal) -> None:
    with (journal.folder / "log.jsonl").open("ab") as stream:
        stream.write(b'{"v":1')
    with pytest.raises(IntegrityError, match="not the one that was written"):
        sealing.make(journal)


def test_another_seal_of_the_same_records_is_not_replaced(journal: Journal) -> None:
    made = sealing.make(journal)
    path = seals.path_of(journal.folder, made.size)
    path.write_bytes(path.read_bytes().replace(b"prev-seal 0", b"prev-seal 1"))
    with pytest.raises(IntegrityError, match="another seal of 2 records"):
        sealing.make(journal)


def test_a_log_shorter_than_its_newest_seal_is_not_sealed(journal: Journal) -> None:
    sealing.make(journal)
    seals.path_of(journal.folder, 2).rename(seals.path_of(journal.folder, 3))
    with pytest.raises(IntegrityError, match="a seal of 3 records, and the log has 2"):
        sealing.make(journal)
    with pytest.raises(IntegrityError, match="seal-00000003 is the seal of 2 records"):
        seals.read(journal.folder, 3)


def test_only_names_as_seals_have_them_are_seals(journal: Journal) -> None:
    sealing.make(journal)
    for name in ("seal-2", "seal-000000002", "seal-00000002.bak", f"seal-0000000{ARABIC_ONE}", "x"):
        (journal.folder / "seals" / name).write_bytes(b"")
    assert seals.sizes(journal.folder) == (2,)


def test_a_folder_without_seals_has_none(tmp_path: Path) -> None:
    assert seals.sizes(tmp_path) == ()
    (tmp_path / "seals").write_bytes(b"no folder")
    with pytest.raises(InputError, match="cannot read the folder of seals"):
        seals.sizes(tmp_path)


def test_a_disk_that_is_full_leaves_no_half_of_a_seal(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(disk, "_write", full)
        with pytest.raises(MachineError, match="no space left"):
            sealing.make(journal)
    assert seals.sizes(journal.folder) == ()
    assert sealing.make(journal).size == 2


def test_signatures_are_counted_in_the_order_of_the_signers(journal: Journal) -> None:
    seal = sealing.make(journal)
    assert sealing.signed_by(journal.folder, seal, SIGNERS) == ()
    sign(journal.folder, seal, ["cleo", "ana"])
    assert sealing.signed_by(journal.folder, seal, SIGNERS) == ("ana", "cleo")
    assert list(sealing.signatures(journal.folder, seal)) == ["ana", "cleo"]


def test_the_same_signature_again_is_fine_and_another_is_not(journal: Journal) -> None:
    seal = sealing.make(journal)
    sign(journal.folder, seal, ["ana", "ana"])
    path = journal.folder / "seals" / "seal-00000002.ana.sig"
    path.write_bytes(b"something else")
    with pytest.raises(MachineError, match="another signature of ana"):
        sign(journal.folder, seal, ["ana"])
    assert path.read_bytes() == b"something else"
    assert sealing.signed_by(journal.folder, seal, SIGNERS) == ()


@pytest.mark.parametrize("name", ["ben", "mallory", "../ana", "ana/../ben", ""])
def test_a_signature_under_another_name_is_not_kept(journal: Journal, name: str) -> None:
    seal = sealing.make(journal)
    armored = sshsig.sign_ed25519(PRIVATE_KEYS["ana"], seal.text())
    before = sorted(journal.folder.rglob("*"))
    with pytest.raises((InputError, IntegrityError)):
        sealing.import_signature(journal.folder, seal, name, armored, SIGNERS)
    assert sorted(journal.folder.rglob("*")) == before


def test_a_signature_of_another_seal_or_for_something_else_is_not_kept(journal: Journal) -> None:
    first = sealing.make(journal)
    journal.append(facts.Begin(step="people", attempt=1))
    second = sealing.make(journal)
    for armored in (
        sshsig.sign_ed25519(PRIVATE_KEYS["ana"], first.text()),
        sshsig.sign_ed25519(PRIVATE_KEYS["ana"], second.text(), "file"),
    ):
        with pytest.raises(IntegrityError):
            sealing.import_signature(journal.folder, second, "ana", armored, SIGNERS)
    assert sealing.signatures(journal.folder, second) == {}


def test_files_that_only_look_like_signatures_do_not_count(journal: Journal) -> None:
    seal = sealing.make(journal)
    sign(journal.folder, seal, ["ana"])
    folder = journal.folder / "seals"
    good = (folder / "seal-00000002.ana.sig").read_bytes()
    for name in ("ben", "mallory"):
        (folder / f"seal-00000002.{name}.sig").write_bytes(good)
    for name in ("seal-00000003.cleo.sig", "seal-00000002..sig", "seal-00000002.cleo.SIG"):
        (folder / name).write_bytes(good)
    assert sealing.signed_by(journal.folder, seal, SIGNERS) == ("ana",)
    assert list(sealing.signatures(journal.folder, seal)) == ["ana", "ben", "mallory"]


def test_a_finished_ceremony_can_be_sealed_and_signed_later(tmp_path: Path) -> None:
    with begin(tmp_path) as journal:
        for fact in happenings(journal):
            journal.append(fact)
        journal.append(facts.Closed(steps=2, wall_claimed="2026-11-22T12:00:00Z"))
    with reopen(tmp_path) as journal:
        seal = sealing.make(journal)
        sign(tmp_path, seal, ["ben"])
    assert seal.size == len(journal.records) == 12
    assert sealing.signed_by(tmp_path, seal, SIGNERS) == ("ben",)
