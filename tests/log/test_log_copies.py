"""Copies of a log that part, and a registry that misses what is missing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from forgeries import chained, facts_of, lines_of, rewrite
from log_material import complete

from ceremonies.errors import InputError, IntegrityError, MachineError, Refused
from ceremonies.log import registry
from ceremonies.log.copies import Copy, forks, parting
from ceremonies.log.facts import Attested
from ceremonies.log.registry import Entry
from ceremonies.log.seal import Seal


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Seal]:
    folder = tmp_path_factory.mktemp("original")
    return folder, complete(folder)


@pytest.fixture
def pair(original: tuple[Path, Seal], tmp_path: Path) -> tuple[Path, Path]:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        shutil.copytree(original[0], folder)
    return one, other


def copies_of(*folders: Path) -> list[Copy]:
    return [Copy(folder=folder, log="vault.example/2026-0007") for folder in folders]


def test_copies_that_are_the_same_do_not_part(pair: tuple[Path, Path]) -> None:
    assert parting(*pair) is None
    assert forks(copies_of(*pair)) == {}


def test_a_copy_of_an_earlier_time_is_no_fork(pair: tuple[Path, Path]) -> None:
    rewrite(pair[1], lines_of(pair[1])[:5])
    assert forks(copies_of(*pair)) == forks(copies_of(*reversed(pair))) == {}


def test_a_torn_copy_is_no_fork(pair: tuple[Path, Path]) -> None:
    lines = lines_of(pair[1])
    rewrite(pair[1], [*lines[:5], lines[5][:30]])
    assert forks(copies_of(*pair)) == {}


def test_a_log_gone_on_with_twice_is_found_at_its_first_other_record(
    pair: tuple[Path, Path],
) -> None:
    told = facts_of(pair[1])
    at = next(seq for seq, fact in enumerate(told) if isinstance(fact, Attested))
    told[at] = Attested(step="machine", role="witness", person="cleo")
    rewrite(pair[1], chained(told))
    rewrite(pair[0], chained(facts_of(pair[0])))
    found = forks(copies_of(*pair))
    assert set(found) == {0, 1}
    assert f"from record {at} on, {pair[1]} says" in found[0].problem
    assert f"from record {at} on, {pair[0]} says" in found[1].problem


def test_a_fork_is_found_behind_a_shorter_copy(pair: tuple[Path, Path], tmp_path: Path) -> None:
    shorter = tmp_path / "shorter"
    shutil.copytree(pair[0], shorter)
    told = facts_of(pair[1])
    rewrite(shorter, chained(told)[:3])
    rewrite(pair[0], chained(told))
    told[10] = Attested(step="machine", role="witness", person="cleo")
    rewrite(pair[1], chained(told))
    assert set(forks(copies_of(shorter, *pair))) == {1, 2}


def test_logs_of_other_names_are_no_copies(pair: tuple[Path, Path]) -> None:
    rewrite(pair[1], [b"x\n"])
    named = [
        Copy(folder=pair[0], log="a"),
        Copy(folder=pair[1], log="b"),
        Copy(folder=pair[1], log=""),
    ]
    assert forks(named) == {}


# the registry


@pytest.fixture
def listed(original: tuple[Path, Seal], tmp_path: Path) -> tuple[Path, list[Entry]]:
    path = tmp_path / "registry.jsonl"
    seal = original[1]
    names = [seal.log, "vault.example/2026-0008", "vault.example/2026-0009"]
    entries = []
    for number, name in enumerate(names):
        one = Seal(
            log=name,
            size=seal.size,
            root=seal.root,
            bytes=seal.bytes,
            sha256=seal.sha256,
            prev_seal=seal.prev_seal,
        )
        assert registry.add(path, one) == number
        entries.append(Entry(log=name, seal=one.id))
    return path, entries


def test_a_registry_is_read_as_it_was_written(listed: tuple[Path, list[Entry]]) -> None:
    path, entries = listed
    assert list(registry.read(path)) == entries


def test_a_ceremony_is_registered_once(
    listed: tuple[Path, list[Entry]], original: tuple[Path, Seal]
) -> None:
    before = listed[0].read_bytes()
    with pytest.raises(Refused, match="in the registry already"):
        registry.add(listed[0], original[1])
    assert listed[0].read_bytes() == before


def test_no_byte_of_a_registry_can_be_changed(listed: tuple[Path, list[Entry]]) -> None:
    path, entries = listed
    data = path.read_bytes()
    last = data.rstrip(b"\n").rfind(b"\n") + 1
    for at in range(len(data)):
        changed = bytearray(data)
        changed[at] ^= 0x20
        path.write_bytes(changed)
        try:
            found = list(registry.read(path))
        except (InputError, IntegrityError):
            continue
        # only the last line has nobody who names it; its ceremony then has another seal
        assert at >= last
        assert found[:-1] == entries[:-1]
        assert found != entries


def test_lines_of_a_registry_that_are_gone_or_elsewhere_are_found(
    listed: tuple[Path, list[Entry]],
) -> None:
    path, _ = listed
    one, two, three = path.read_bytes().splitlines(keepends=True)
    for lines in ((two, three), (one, three), (two, one, three), (one, one, two), (one, b"\n")):
        path.write_bytes(b"".join(lines))
        with pytest.raises(IntegrityError):
            registry.read(path)


def test_half_a_line_of_a_crash_is_replaced_by_the_next(
    listed: tuple[Path, list[Entry]], original: tuple[Path, Seal]
) -> None:
    path, entries = listed
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[1:1]) + lines[0] + lines[1][:40])
    seal = original[1]
    other = Seal(
        log="later",
        size=seal.size,
        root=seal.root,
        bytes=seal.bytes,
        sha256=seal.sha256,
        prev_seal=seal.prev_seal,
    )
    assert registry.add(path, other) == 1
    assert [entry.log for entry in registry.read(path)] == [entries[0].log, "later"]


def test_a_link_is_no_registry(
    listed: tuple[Path, list[Entry]], original: tuple[Path, Seal], tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(listed[0])
    with pytest.raises(MachineError):
        registry.add(tmp_path / "link", original[1])


def test_what_is_missing_and_what_differs_is_told(listed: tuple[Path, list[Entry]]) -> None:
    _, entries = listed
    good = [(entry.log, entry.seal) for entry in entries]
    assert [*registry.differences(entries, good)] == []
    assert [place for place, _ in registry.differences(entries, good[1:])] == [None]
    changed = [(good[0][0], "0" * 64), (good[1][0], ""), good[2], ("new", "1" * 64)]
    told = dict(registry.differences(entries, changed))
    assert told == {
        0: "the registry has another final seal of it",
        1: "the registry has a final seal of it, and the folder has not",
        3: "the registry does not have it",
    }
