"""What an auditor may be given instead of a log: each is named, with the exit code it deserves."""

from __future__ import annotations

import errno
import hashlib
import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import peak
import pytest
from benchmarks import long_logs
from log.forgeries import chained, facts_of, lines_of, put_seal, rewrite, seal_of, unseal
from log.log_material import (
    ALLOWED_SIGNERS,
    PRIVATE_KEYS,
    SIGNERS,
    prepare,
)
from msgspec.structs import replace

from ceremonies.log import facts, seal, sshkey, sshsig
from ceremonies.log.facts import Fact
from ceremonies.log.signers import Signer, write
from ceremonies.log.verify import State, Verdict, verify
from ceremonies.spoken import words
from custody_cli.verifying import Found, exit_code

FINAL = "seals/seal-00000014"
MEBIBYTE = 1024 * 1024


@pytest.fixture
def whole(whole: Path, tmp_path: Path) -> Path:
    """A complete log of one's own, and beside it the auditor's own list of signers."""
    (tmp_path / "signers").write_bytes(ALLOWED_SIGNERS)
    return whole


def log_of(folder: Path) -> Path:
    return folder / "log.jsonl"


def edited(old: bytes, new: bytes) -> Callable[[Path], object]:
    """Write something of the log otherwise, once."""

    def edit(folder: Path) -> None:
        data = log_of(folder).read_bytes()
        assert old in data
        log_of(folder).write_bytes(data.replace(old, new, 1))

    return edit


def relined(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Path], object]:
    return lambda folder: rewrite(folder, change(lines_of(folder)))


def copied(source: str, target: str) -> Callable[[Path], object]:
    return lambda folder: shutil.copy(folder / source, folder / target)


def without_keys(folder: Path) -> None:
    """Chain it anew with another machine check, seals and all, and sign nothing."""
    told = facts_of(folder)
    told[8] = facts.MachineChecked(probes=(), fit=True)
    rewrite(folder, chained(told))
    unseal(folder)
    put_seal(folder, seal_of(lines_of(folder)))


def of_another_log(folder: Path) -> None:
    unseal(folder, from_size=14)
    other = seal_of(lines_of(folder), before=seal.read(folder, 11).id, log="vault.example/2026-8")
    put_seal(folder, other)
    signed(folder, other)


def other_namespace(folder: Path) -> None:
    text = (folder / FINAL).read_bytes()
    armored = sshsig.sign_ed25519(PRIVATE_KEYS["ana"], text, "file")
    (folder / f"{FINAL}.ana.sig").write_bytes(armored)


def signed(folder: Path, of: seal.Seal) -> None:
    for name in ("ana", "ben"):
        armored = sshsig.sign_ed25519(PRIVATE_KEYS[name], of.text())
        path = seal.path_of(folder, of.size)
        path.with_name(f"{path.name}.{name}.sig").write_bytes(armored)


def one_key_twice(folder: Path) -> None:
    """Begin with a list in which one person has two names, by a program that does not look."""
    line = sshkey.public_key_of(PRIVATE_KEYS["ana"]).line
    allowed = f"ana {line}\nben {line}\n".encode()
    told = facts_of(folder)
    told[0] = replace(told[0], signers_sha256=hashlib.sha256(allowed).hexdigest())
    forged(folder, told, {"ana": PRIVATE_KEYS["ana"], "ben": PRIVATE_KEYS["ana"]}, allowed)
    (folder.parent / "signers").unlink()  # what the auditor has is not asked for here


def forged(folder: Path, told: list[Fact], keys: dict[str, bytes], allowed: bytes) -> None:
    """Write a folder that is sound by itself, of these facts and keys."""
    unseal(folder)
    (folder / "allowed_signers").write_bytes(allowed)
    interim = seal_of(chained(told)[:11])
    told[11] = facts.Sealed(size=11, seal_sha256=interim.id, persons=("ana", "ben"))
    rewrite(folder, chained(told))
    for one in (interim, seal_of(lines_of(folder), before=interim.id)):
        put_seal(folder, one)
        for name in ("ana", "ben"):
            armored = sshsig.sign_ed25519(keys[name], one.text())
            (folder / "seals" / f"seal-{one.size:08d}.{name}.sig").write_bytes(armored)


def fresh_keys(folder: Path) -> None:
    fresh = {name: hashlib.sha256(b"fresh " + name.encode()).digest() for name in PRIVATE_KEYS}
    allowed = "".join(f"{n} {sshkey.public_key_of(k).line}\n" for n, k in fresh.items()).encode()
    told = facts_of(folder)
    told[0] = replace(told[0], signers_sha256=hashlib.sha256(allowed).hexdigest())
    forged(folder, told, fresh, allowed)


def unanchored(folder: Path) -> None:
    fresh_keys(folder)
    (folder.parent / "signers").unlink()


def rolled_back(folder: Path) -> None:
    rewrite(folder, lines_of(folder)[:11])
    unseal(folder, from_size=12)


def sparse(folder: Path) -> None:
    """Add 100 MB without an end to its last line."""
    os.truncate(log_of(folder), 100 * MEBIBYTE)


def linked(folder: Path) -> None:
    log_of(folder).rename(folder / "elsewhere")
    log_of(folder).symlink_to(folder / "elsewhere")


def unsealed(folder: Path) -> None:
    """Never have been sealed at all."""
    told = [fact for fact in facts_of(folder) if not isinstance(fact, facts.Sealed)]
    rewrite(folder, chained(told))
    shutil.rmtree(folder / "seals")


Item = tuple[Callable[[Path], object], int, str]

ITEMS: dict[str, Item] = {
    "nothing": (lambda folder: None, 0, ""),
    "a line dropped": (relined(lambda those: [*those[:5], *those[6:]]), 5, "record 5 is missing"),
    "a line repeated": (relined(lambda those: [*those[:6], *those[5:]]), 5, "record 6 is missing"),
    "two lines swapped": (
        relined(lambda those: [*those[:5], those[6], those[5], *those[7:]]),
        5,
        "record 5 is missing or elsewhere: record 6 is in its place",
    ),
    "a line inserted": (
        relined(lambda those: [*those[:5], b"{}\n", *those[5:]]),
        5,
        "record 5: a record does not have its form",
    ),
    "a forgery chained anew without keys": (
        without_keys,
        5,
        "record 11 (sealed): there is no such seal of 11 records",
    ),
    "a seal of another log": (of_another_log, 5, "it is of the log vault.example/2026-8"),
    "a signature under another namespace": (other_namespace, 5, "not made for the namespace"),
    "one signature under two names": (
        copied(f"{FINAL}.ana.sig", f"{FINAL}.ben.sig"),
        5,
        f"{FINAL}.ben.sig: the signature was made with another key",
    ),
    "one key under two names": (one_key_twice, 5, "line 2 of the list of signers: the key is"),
    "mixed line endings": (
        relined(lambda those: [*those[:5], those[5][:-1] + b"\r\n", *those[6:]]),
        5,
        "record 5: a record ends with CR and LF",
    ),
    "a key twice in an object": (
        edited(b'"seq":5,', b'"seq":5,"seq":5,'),
        5,
        "record 5: a record is not strict JSON: a key appears twice",
    ),
    "a key twice in what a record says": (
        edited(b'{"step":"machine","attempt":1}', b'{"step":"machine","attempt":1,"attempt":1}'),
        5,
        "a record is not strict JSON: a key appears twice",
    ),
    "a number beyond 2^53": (
        edited(b'"attempt":1}', b'"attempt":9007199254740992}'),
        5,
        "record 2: a record does not have its form: Expected `int` <= 9007199254740991",
    ),
    "a number that no integer type holds": (
        edited(b'"attempt":1}', b'"attempt":' + b"9" * 400 + b"}"),
        5,
        "record 2: a record does not have its form",
    ),
    "a fraction": (edited(b'"attempt":1}', b'"attempt":1.0}'), 5, "record 2: a record "),
    "100 MB without a line end": (sparse, 5, "record 14 is longer than 65535 bytes"),
    "a log that is a link": (linked, 3, "the log is a link, and no file itself"),
    "no folder of seals, and a record that names one": (
        lambda folder: shutil.rmtree(folder / "seals"),
        5,
        "record 11 (sealed): there is no such seal of 11 records",
    ),
    "no folder of seals": (unsealed, 4, "there is no seal of all 13 records"),
    "rolled back to an earlier seal": (rolled_back, 4, "the ceremony is not closed"),
    "forged whole with fresh keys": (fresh_keys, 5, "the list of signers that was given is not"),
    "forged whole with fresh keys, and nothing to compare": (
        unanchored,
        4,
        "nothing from outside of its folder confirms the log",
    ),
}


def judged(folder: Path, **outside: Any) -> tuple[int, Verdict]:
    """Verify with the auditor's own list of signers, and return the exit code too."""
    own = folder.parent / "signers"
    found = verify(folder, signers=own.read_bytes() if own.exists() else None, **outside)
    return exit_code([Found(folder, found)], allow_incomplete=False), found


@pytest.mark.parametrize("name", ITEMS)
def test_of_what_an_auditor_may_be_given(name: str, whole: Path) -> None:
    spoil, wanted, sentence = ITEMS[name]
    spoil(whole)
    code, found = judged(whole)
    assert code == wanted, found
    assert any(sentence in problem for problem in found.problems) or not sentence, found.problems


def test_a_log_rolled_back_is_found_by_a_seal_that_a_witness_took_away(whole: Path) -> None:
    final = seal.read(whole, 14)
    rolled_back(whole)
    for taken in (final.text(), final.id, words(bytes.fromhex(final.id))):
        code, found = judged(whole, seal=taken)
        assert (code, found.state) == (5, State.TAMPERED)
        assert "no seal that holds for this log is the one that was given" in found.problems


def places(data: bytes, step: int) -> Iterator[int]:
    ends = (at + beside for at, byte in enumerate(data) if byte == 10 for beside in (0, 1))
    yield from sorted({*range(0, len(data), step), *ends} - {len(data)})


def insist_no_byte_is_free(folder: Path, *, step: int, others: int) -> None:
    """Change single bytes of a log to `others` values each, and cut it there."""
    data = log_of(folder).read_bytes()
    for at in places(data, step):
        for number in range(1, others + 1):
            changed = data[:at] + bytes([data[at] ^ (number * 85 % 256)]) + data[at + 1 :]
            log_of(folder).write_bytes(changed)
            code, found = judged(folder)
            assert code == 5, (at, number)
            assert found.problems
        log_of(folder).write_bytes(data[:at])
        code, found = judged(folder)
        assert code == (5 if b"\n" in data[:at] else 3), at
        assert found.problems


def test_every_single_byte_changed_and_every_truncation(whole: Path) -> None:
    insist_no_byte_is_free(whole, step=37, others=1)


@pytest.mark.soak
def test_every_single_byte_changed_and_every_truncation_without_exception(whole: Path) -> None:
    insist_no_byte_is_free(whole, step=1, others=3)


def test_a_line_of_100_mb_takes_no_memory(whole: Path) -> None:
    sparse(whole)
    before = peak.resident()
    code, _ = judged(whole)
    assert code == 5
    assert peak.resident() - before < 4 * MEBIBYTE


@pytest.mark.soak
def test_a_million_records_take_no_memory(tmp_path: Path) -> None:
    prepare(tmp_path)
    told = itertools.islice(long_logs.told(SIGNERS.sha256), 1_000_000)
    (tmp_path / "script.toml").write_bytes(long_logs.SCRIPT)
    long_logs.write(log_of(tmp_path), told, records=1_000_000)
    before = peak.resident()
    code, found = judged(tmp_path)
    assert (code, found.records) == (4, 1_000_000)
    assert peak.resident() - before < 60 * MEBIBYTE


def test_somebody_in_a_role_that_the_list_does_not_give_them(whole: Path) -> None:
    keys = {name: sshkey.public_key_of(key).line for name, key in PRIVATE_KEYS.items()}
    people = [Signer(name=name, key=key, roles=("witness",)) for name, key in keys.items()]
    allowed = write(people)
    told = facts_of(whole)
    told[0] = replace(told[0], signers_sha256=hashlib.sha256(allowed).hexdigest())
    forged(whole, told, PRIVATE_KEYS, allowed)
    (whole.parent / "signers").write_bytes(allowed)
    code, found = judged(whole)
    assert code == 5
    assert found.problems == ("the list of signers does not let ana be operator",)


def test_a_new_list_with_somebody_who_proved_nothing(whole: Path) -> None:
    keys = {name: sshkey.public_key_of(key) for name, key in PRIVATE_KEYS.items()}
    enrolled = write([Signer(name=name, key=key.line) for name, key in keys.items()])
    (whole / "new").write_bytes(enrolled)
    kept = facts.FileKept(
        name="new",
        kind="signers",
        sha256=hashlib.sha256(enrolled).hexdigest(),
        bytes=len(enrolled),
    )
    proofs = [
        facts.PersonEnrolled(person=name, key_sha256=hashlib.sha256(keys[name].blob).hexdigest())
        for name in ("ana", "ben", "cleo")
    ]
    told = facts_of(whole)
    for proved, problems in (
        (proofs, ()),
        (proofs[:2], ("new: nobody saw cleo prove to hold that key",)),
        (
            [*proofs[:2], replace(proofs[0], person="cleo")],
            ("new: nobody saw cleo prove to hold that key",),
        ),
    ):
        at = next(seq for seq, fact in enumerate(told) if isinstance(fact, facts.MachineChecked))
        rewrite(whole, chained([*told[: at + 1], kept, *proved]))
        unseal(whole)
        assert judged(whole)[1].problems[: len(problems)] == problems
        assert judged(whole)[0] == (5 if problems else 4)


def test_a_log_of_other_line_ends_is_told_so(whole: Path) -> None:
    data = log_of(whole).read_bytes()
    log_of(whole).write_bytes(data.replace(b"\n", b"\r\n"))
    found = verify(whole)
    assert found.state is State.UNREADABLE
    assert "record 0: a record ends with CR and LF, not with LF alone" in found.problems[0]


def test_lines_that_are_none_are_counted_when_enough_were_looked_at(whole: Path) -> None:
    data, lines = log_of(whole).read_bytes(), 100_000
    log_of(whole).write_bytes(data + b"{}\n" * lines)
    found = verify(whole)
    assert (found.state, found.records) == (State.TAMPERED, 14 + lines)
    counted = int(found.problems[-1].removeprefix("and at least ").split()[0])
    assert counted < lines


@pytest.mark.parametrize("name", ["seals", FINAL, f"{FINAL}.ana.sig", "script.toml", "kept"])
def test_a_medium_that_fails_accuses_nobody(
    whole: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    content = b"kept"
    (whole / "kept").write_bytes(content)
    kept = facts.FileKept(
        name="kept", kind="wallet", sha256=hashlib.sha256(content).hexdigest(), bytes=len(content)
    )
    unseal(whole)
    rewrite(whole, chained([*facts_of(whole)[:8], kept]))
    (whole / "seals").mkdir(exist_ok=True)
    for file in (FINAL, f"{FINAL}.ana.sig"):
        (whole / file).write_bytes(b"unread")

    def failing(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(path: Any, *arguments: Any) -> Any:
            if str(path) == str(whole / name):
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return real(path, *arguments)

        return call

    for call in ("open", "listdir"):
        monkeypatch.setattr(os, call, failing(getattr(os, call)))
    found = verify(whole)
    assert found.state is State.UNREADABLE
    assert found.problems == (f"{Path(name).name} cannot be read: input/output error",)
