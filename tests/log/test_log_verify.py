"""A log that was changed in any way is found out; one that only ends early is said to."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from forgeries import (
    chained,
    facts_of,
    lines_of,
    put_seal,
    rewrite,
    seal_of,
    unseal,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from log_material import (
    ALLOWED_SIGNERS,
    LOG,
    NOW,
    PRIVATE_KEYS,
    SCRIPT,
    begin,
    complete,
    happenings,
    plan,
    sign,
)

from ceremonies.errors import InputError
from ceremonies.log import facts, sealing, sshkey, sshsig
from ceremonies.log import seal as seals
from ceremonies.log.facts import Fact, Genesis
from ceremonies.log.promised import Planned
from ceremonies.log.records import decode, encode
from ceremonies.log.script import Kept
from ceremonies.log.verify import State, Verdict, verify
from ceremonies.spoken import words

RECORDS = 14
INTERIM, FINAL = "seal-00000011", "seal-00000014"


def judged(folder: Path, **outside: Any) -> Verdict:
    return verify(folder, **{"signers": ALLOWED_SIGNERS, **outside})


def state(folder: Path, **outside: Any) -> State:
    return judged(folder, **outside).state


# what holds


def test_a_complete_log_is_complete(whole: Path) -> None:
    seal = seals.read(whole, RECORDS)
    holding = tuple((size, seals.read(whole, size).id) for size in (11, RECORDS))
    expected = Verdict(
        log=LOG,
        records=RECORDS,
        size=RECORDS,
        root=seal.text().split()[6].decode(),
        state=State.COMPLETE,
        signers=("ana", "ben"),
        quorum=2,
        problems=(),
        final_seal=seal.id,
        about="Check a machine (small), on regtest, in production",
        when=f"by the machine's clock {NOW} to {NOW}",
        people=("ana (operator)", "ben (witness)", "cleo (witness)"),
        seals=holding,
    )
    assert judged(whole) == expected
    assert judged(whole, quorum=1) == expected
    (whole / "reveal.jsonl").unlink()
    assert judged(whole) == expected


def test_a_production_log_is_anchored_by_something_from_elsewhere(whole: Path) -> None:
    final, interim = seals.read(whole, RECORDS), seals.read(whole, 11)
    assert verify(whole).state is State.UNANCHORED
    assert verify(whole, quorum=2).state is State.UNANCHORED
    for seal in (final, interim):
        spoken = words(bytes.fromhex(seal.id))
        for one in (seal.text(), seal.id, seal.id.upper(), spoken, spoken.upper()):
            found = verify(whole, seal=one)
            assert found.state is State.COMPLETE
            assert found.is_witnessed == (seal is final)
            assert len(found.problems) == (seal is interim)
    assert found.problems == ("the seal that was given is of the first 11 records, and not of all",)


def test_a_rehearsal_needs_nothing_from_elsewhere(tmp_path: Path) -> None:
    complete(tmp_path, mode="rehearsal", log="REHEARSAL/small")
    assert verify(tmp_path).state is State.COMPLETE
    assert verify(tmp_path, seal="0" * 64).state is State.TAMPERED


def test_more_signatures_are_welcome_and_count(whole: Path) -> None:
    sign(whole, seals.read(whole, RECORDS), ["cleo"])
    assert judged(whole, quorum=3).signers == ("ana", "ben", "cleo")
    assert state(whole, quorum=3) is State.COMPLETE


def test_the_largest_quorum_is_the_one_that_counts(tmp_path: Path, whole: Path) -> None:
    found = judged(whole, quorum=3)
    assert (found.state, found.quorum) == (State.UNSEALED, 3)
    assert found.problems == ("2 of 3 people signed the last seal (ana, ben)",)
    (tmp_path / "of-three").mkdir()
    complete(tmp_path / "of-three", quorum=3, names=("ana", "ben", "cleo"))
    assert judged(tmp_path / "of-three").quorum == 3


@pytest.mark.parametrize("name", ["ana", "ben"])
def test_a_final_seal_without_its_quorum_is_no_seal(whole: Path, name: str) -> None:
    (whole / "seals" / f"{FINAL}.{name}.sig").unlink()
    found = judged(whole)
    assert found.state is State.UNSEALED
    assert found.size == RECORDS
    assert len(found.signers) == 1


def test_a_closed_log_without_its_final_seal_is_unsealed(whole: Path) -> None:
    unseal(whole, from_size=RECORDS)
    found = judged(whole)
    assert (found.state, found.size) == (State.UNSEALED, 11)
    assert found.problems == ("there is no seal of all 14 records",)


# bytes


def flips(data: bytes) -> Iterator[tuple[int, int]]:
    """Positions to flip a bit at: a sample, and every end of a line and what is around it."""
    ends = {
        place + beside for place, byte in enumerate(data) if byte == 10 for beside in (-1, 0, 1)
    }
    for place in sorted(ends | set(range(0, len(data), 13))):
        if 0 <= place < len(data):
            yield place, (0x01, 0x20, 0x80, 0x04)[place % 4]


def test_a_flipped_bit_anywhere_in_the_log_is_found(whole: Path) -> None:
    data = (whole / "log.jsonl").read_bytes()
    for place, bit in flips(data):
        flipped = bytearray(data)
        flipped[place] ^= bit
        (whole / "log.jsonl").write_bytes(flipped)
        found = judged(whole)
        assert found.state is State.TAMPERED, place
        assert found.problems


def test_a_record_that_is_dropped_doubled_or_moved_is_found(whole: Path) -> None:
    lines = lines_of(whole)
    for n in range(len(lines)):
        rewrite(whole, [*lines[:n], *lines[n + 1 :]])
        assert state(whole) is State.TAMPERED, f"dropped {n}"
        rewrite(whole, [*lines[: n + 1], *lines[n:]])
        assert state(whole) is State.TAMPERED, f"doubled {n}"
        other = lines[(n + 1) % len(lines)]
        swapped = [other if k == n else line for k, line in enumerate(lines)]
        swapped[(n + 1) % len(lines)] = lines[n]
        rewrite(whole, swapped)
        assert state(whole) is State.TAMPERED, f"swapped {n}"
        for inserted in (b"\n", b"{}\n", b"x\n", lines[n][:-1] + b" \n", b"\xef\xbb\xbf"):
            rewrite(whole, [*lines[:n], inserted, *lines[n:]])
            assert state(whole) is State.TAMPERED, f"inserted {inserted!r} at {n}"


def test_what_is_missing_is_named_by_its_number(whole: Path) -> None:
    lines = lines_of(whole)
    rewrite(whole, [*lines[:5], *lines[6:]])
    found = judged(whole).problems
    assert found[:2] == (
        "record 5 is missing or elsewhere: record 6 is in its place",
        "record 6 does not follow the record before it, as that is here",
    )
    assert "seals/seal-00000014: it covers 14 records, and the log has 13" in found
    rewrite(whole, [*lines[:5], lines[5].replace(b"cleo", b"cloe"), *lines[6:]])
    assert judged(whole).problems[0] == (
        "record 6 does not follow the record before it, as that is here"
    )


def test_what_a_damaged_log_says_is_not_judged(whole: Path) -> None:
    lines = lines_of(whole)
    rewrite(whole, [*lines[:6], *lines[7:]])
    told = judged(whole).problems
    assert not [problem for problem in told if "step" in problem]


def test_a_malformed_record_at_the_end_is_no_unknown_one(whole: Path) -> None:
    lines = lines_of(whole)[:13]
    unseal(whole, from_size=13)
    for more in (b',"more":1}}\n', b"}}\n\n", b"}} \n"):
        rewrite(whole, [*lines[:12], lines[12].replace(b"}}\n", more)])
        assert state(whole) is State.TAMPERED


def test_bytes_after_the_last_record_of_a_closed_log_are_found(whole: Path) -> None:
    lines = lines_of(whole)
    for more in (b"x", b"\n", lines[-1], lines[-1][:-1], b'{"v":1'):
        rewrite(whole, [*lines, more])
        assert state(whole) is State.TAMPERED, more
        assert state(whole, seal=seals.read(whole, RECORDS).id) is State.TAMPERED


def test_a_line_beyond_measure_is_found_and_not_read_whole(whole: Path) -> None:
    lines = lines_of(whole)
    rewrite(whole, [*lines, b"x" * 200_000])
    found = judged(whole)
    assert found.state is State.TAMPERED
    assert "record 14 is longer than 65535 bytes" in found.problems


def test_problems_are_told_up_to_a_number(whole: Path) -> None:
    lines = lines_of(whole)
    rewrite(whole, [*lines, *([b"x\n"] * 1000)])
    found = judged(whole).problems
    assert len(found) == 51
    assert found[-1].startswith("and ")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_a_log_with_any_part_replaced_is_never_good(original: Path, data: st.DataObject) -> None:
    log = (original / "log.jsonl").read_bytes()
    start = data.draw(st.integers(0, len(log)))
    end = data.draw(st.integers(start, len(log)))
    by = data.draw(st.one_of(st.binary(max_size=40), st.just(log[start : end + 40])))
    altered = log[:start] + by + log[end:]
    if altered == log:
        return
    folder = original.parent / "replaced"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(original, folder)
    (folder / "log.jsonl").write_bytes(altered)
    assert state(folder) in (State.TAMPERED, State.UNREADABLE)


# cut back


@pytest.mark.parametrize("kept", range(1, RECORDS))
def test_a_log_cut_back_is_incomplete_and_with_its_later_seals_tampered(
    whole: Path, kept: int
) -> None:
    final = seals.read(whole, RECORDS)
    rewrite(whole, lines_of(whole)[:kept])
    assert state(whole) is State.TAMPERED
    unseal(whole, from_size=kept + 1)
    found = judged(whole)
    assert (found.state, found.records) == (State.INCOMPLETE, kept)
    assert "is not closed" in found.problems[0]
    # the honest earlier state is exactly what it would be; only a seal from elsewhere tells
    assert state(whole, seal=final.id) is State.TAMPERED


def test_a_torn_record_beyond_all_seals_is_incomplete(whole: Path) -> None:
    lines = lines_of(whole)
    unseal(whole, from_size=12)
    for length in (1, 10, len(lines[12]) - 1):
        rewrite(whole, [*lines[:12], lines[12][:length]])
        found = judged(whole)
        assert (found.state, found.records) == (State.INCOMPLETE, 12)
        assert f"the log ends with {length} bytes that are no whole record" in found.problems


def test_a_torn_record_under_a_seal_is_tampered(whole: Path) -> None:
    lines = lines_of(whole)
    for kept in range(RECORDS):
        rewrite(whole, [*lines[:kept], lines[kept][:-1]])
        assert state(whole) in (State.TAMPERED, State.UNREADABLE)
        assert kept == 0 or state(whole) is State.TAMPERED


# forgeries whose chain is right


def forge(folder: Path, told: Sequence[Fact]) -> list[bytes]:
    lines = chained(told)
    rewrite(folder, lines)
    return lines


def test_a_forged_record_in_a_new_chain_does_not_fit_the_seals(whole: Path) -> None:
    told = facts_of(whole)
    forge(whole, told)
    assert state(whole) is State.TAMPERED, "the very facts, at other times"
    told[8] = facts.MachineChecked(probes=(), fit=True)
    forge(whole, told)
    found = judged(whole)
    assert found.state is State.TAMPERED
    assert "seals/seal-00000014: the root is not that of the first 14 records as they are here" in (
        found.problems
    )


def test_a_forged_record_with_new_seals_does_not_fit_the_signatures(whole: Path) -> None:
    told = facts_of(whole)
    told[8] = facts.MachineChecked(probes=(), fit=True)
    lines = chained(told)
    interim = seal_of(lines[:11])
    told[11] = facts.Sealed(size=11, seal_sha256=interim.id, persons=("ana", "ben"))
    lines = forge(whole, told)
    put_seal(whole, interim)
    put_seal(whole, seal_of(lines, before=interim.id))
    found = judged(whole)
    assert found.state is State.TAMPERED
    assert f"seals/{FINAL}.ana.sig: the signature does not hold for this content" in found.problems
    for path in (whole / "seals").glob("*.sig"):
        path.unlink()
    found = judged(whole)
    assert found.state is State.TAMPERED
    assert (
        "record 11 (sealed): there is no signature of ana that holds on seal-00000011"
        in found.problems
    )
    assert verify(whole).state is State.TAMPERED


def test_a_whole_forgery_with_fresh_keys_stands_only_by_itself(whole: Path, tmp_path: Path) -> None:
    honest = seals.read(whole, RECORDS)
    forged = tmp_path / "forged"
    forged.mkdir()
    fresh = {name: hashlib.sha256(b"fresh " + name.encode()).digest() for name in PRIVATE_KEYS}
    allowed = "".join(f"{n} {sshkey.public_key_of(k).line}\n" for n, k in fresh.items()).encode()
    told = facts_of(whole)
    assert isinstance(told[0], Genesis)
    changed = {name: getattr(told[0], name) for name in told[0].__struct_fields__}
    told[0] = Genesis(**changed | {"signers_sha256": hashlib.sha256(allowed).hexdigest()})
    interim = seal_of(chained(told)[:11])
    told[11] = facts.Sealed(size=11, seal_sha256=interim.id, persons=("ana", "ben"))
    lines = forge(forged, told)
    (forged / "allowed_signers").write_bytes(allowed)
    (forged / "script.toml").write_bytes(SCRIPT)
    (forged / "seals").mkdir()
    for seal in (interim, seal_of(lines, before=interim.id)):
        put_seal(forged, seal)
        for name in ("ana", "ben"):
            armored = sshsig.sign_ed25519(fresh[name], seal.text())
            (forged / "seals" / f"seal-{seal.size:08d}.{name}.sig").write_bytes(armored)
    assert verify(forged).state is State.UNANCHORED
    assert judged(forged).problems[0] == (
        "the list of signers that was given is not the one that genesis names"
    )
    assert state(forged) is State.TAMPERED
    assert verify(forged, seal=honest.id).state is State.TAMPERED
    assert verify(forged, seal=honest.text()).state is State.TAMPERED


# seals and signatures


@pytest.mark.parametrize("name", [INTERIM, FINAL])
def test_a_flipped_bit_anywhere_in_a_seal_is_found(whole: Path, name: str) -> None:
    path = whole / "seals" / name
    text = path.read_bytes()
    for place in range(len(text)):
        flipped = bytearray(text)
        flipped[place] ^= 0x01
        path.write_bytes(flipped)
        found = judged(whole)
        assert found.state is State.TAMPERED, place
        assert any(problem.startswith(f"seals/{name}") for problem in found.problems)


@pytest.mark.parametrize("name", [f"{INTERIM}.ana.sig", f"{FINAL}.ben.sig"])
def test_a_flipped_bit_anywhere_in_a_signature_is_found(whole: Path, name: str) -> None:
    path = whole / "seals" / name
    text = path.read_bytes()
    for place in range(0, len(text) - 1, 3):
        flipped = bytearray(text)
        flipped[place] ^= 0x01
        path.write_bytes(flipped)
        found = judged(whole)
        assert found.state is State.TAMPERED, place
        assert any(problem.startswith(f"seals/{name}: ") for problem in found.problems)


def _swap(folder: Path) -> None:
    one, other = (folder / "seals" / f"{FINAL}.{name}.sig" for name in ("ana", "ben"))
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def _copy(source: str, target: str) -> Callable[[Path], object]:
    def copy(folder: Path) -> None:
        shutil.copy(folder / "seals" / source, folder / "seals" / target)

    return copy


def _write(name: str, data: bytes) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(data)


def _remove(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


def _link(name: str) -> Callable[[Path], object]:
    def link(folder: Path) -> None:
        (folder / name).rename(folder / "elsewhere")
        (folder / name).symlink_to(folder / "elsewhere")

    return link


def _pipe(name: str) -> Callable[[Path], object]:
    def pipe(folder: Path) -> None:
        (folder / name).unlink()
        os.mkfifo(folder / name)

    return pipe


def _seals_a_file(folder: Path) -> None:
    shutil.rmtree(folder / "seals")
    (folder / "seals").write_bytes(b"")


def _other_namespace(folder: Path) -> None:
    text = (folder / "seals" / FINAL).read_bytes()
    armored = sshsig.sign_ed25519(PRIVATE_KEYS["ana"], text, "file")
    (folder / "seals" / f"{FINAL}.ana.sig").write_bytes(armored)


def _other_log(folder: Path) -> None:
    seal = seal_of(lines_of(folder), before=seals.read(folder, 11).id, log="vault.example/2026-8")
    unseal(folder, from_size=RECORDS)
    put_seal(folder, seal)
    for name in ("ana", "ben"):
        armored = sshsig.sign_ed25519(PRIVATE_KEYS[name], seal.text())
        (folder / "seals" / f"{FINAL}.{name}.sig").write_bytes(armored)


def _not_after_the_first(folder: Path) -> None:
    seal = seal_of(lines_of(folder))
    unseal(folder, from_size=RECORDS)
    put_seal(folder, seal)
    for name in ("ana", "ben"):
        armored = sshsig.sign_ed25519(PRIVATE_KEYS[name], seal.text())
        (folder / "seals" / f"{FINAL}.{name}.sig").write_bytes(armored)


ALTERED: dict[str, tuple[Callable[[Path], object], str]] = {
    "signatures of two people swapped": (_swap, "made with another key"),
    "a signature on another seal": (
        _copy(f"{INTERIM}.ana.sig", f"{FINAL}.ana.sig"),
        f"seals/{FINAL}.ana.sig: the signature does not hold",
    ),
    "a signature of one person under the name of another": (
        _copy(f"{FINAL}.ana.sig", f"{FINAL}.cleo.sig"),
        f"seals/{FINAL}.cleo.sig: the signature was made with another key",
    ),
    "a signature of nobody": (_copy(f"{FINAL}.ana.sig", f"{FINAL}.eve.sig"), "no signer of this"),
    "a signature in other letters": (
        _copy(f"{FINAL}.ana.sig", f"{FINAL}.ANA.sig"),
        "no signer of this name",
    ),
    "a signature that is none": (
        _write(f"seals/{FINAL}.ana.sig", b"ana"),
        "not an armored OpenSSH signature",
    ),
    "a signature that is empty": (_write(f"seals/{FINAL}.ana.sig", b""), "not an armored OpenSSH"),
    "a signature made for something else": (_other_namespace, "not made for the namespace"),
    "a signature on a seal that is not there": (_remove(f"seals/{FINAL}"), "it is of no seal"),
    "a signature through a link": (_link(f"seals/{FINAL}.ana.sig"), "not a plain file"),
    "a signature that is a pipe": (_pipe(f"seals/{FINAL}.ana.sig"), "not a plain file"),
    "the interim seal gone, with its signatures": (
        lambda folder: ([path.unlink() for path in [*(folder / "seals").glob(f"{INTERIM}*")]]),
        f"seals/{FINAL}: it does not follow the seal before it",
    ),
    "a signature that a record names gone": (
        _remove(f"seals/{INTERIM}.ben.sig"),
        "record 11 (sealed): there is no signature of ben that holds",
    ),
    "a seal of another size": (_copy(FINAL, "seal-00000012"), "it is the seal of 14 records"),
    "a seal of records there are not": (
        _write(
            "seals/seal-00000099",
            seals.Seal(
                log=LOG, size=99, root=bytes(32), bytes=9, sha256="0" * 64, prev_seal="0" * 64
            ).text(),
        ),
        "it covers 99 records, and the log has 14",
    ),
    "a seal of another log": (_other_log, "it is of the log vault.example/2026-8"),
    "a seal that does not name the one before": (_not_after_the_first, "it does not follow"),
    "a seal of another spelling": (_copy(FINAL, "seal-000000014"), "the name of no seal"),
    "a seal with something after its name": (_copy(FINAL, f"{FINAL}.txt"), "the name of no seal"),
    "a seal that is empty": (_write(f"seals/{FINAL}", b""), "not the seven lines"),
    "a seal with DOS line ends": (
        lambda folder: (
            (folder / "seals" / FINAL).write_bytes(
                (folder / "seals" / FINAL).read_bytes().replace(b"\n", b"\r\n")
            )
            and None
        ),
        "not the seven lines",
    ),
    "seals that are no folder": (_seals_a_file, "the folder seals cannot be read"),
    "another script": (_write("script.toml", SCRIPT + b"\n"), "script.toml: it is not the script"),
    "no script": (_remove("script.toml"), "script.toml: it cannot be read"),
    "a script that is a link": (_link("script.toml"), "script.toml: it is not a plain file"),
    "another list of signers": (
        _write("allowed_signers", ALLOWED_SIGNERS + b"# one more\n"),
        "allowed_signers: it is not the list of signers that genesis names",
    ),
    "no list of signers": (_remove("allowed_signers"), "allowed_signers: it cannot be read"),
}


@pytest.mark.parametrize("name", ALTERED)
def test_a_folder_is_tampered_with_that_has(whole: Path, name: str) -> None:
    alter, sentence = ALTERED[name]
    alter(whole)
    for outside in ({}, {"signers": ALLOWED_SIGNERS}):
        found = verify(whole, **outside)
        assert found.state is State.TAMPERED
        assert any(sentence in problem for problem in found.problems), found.problems


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"bytes": 1}, "the number of bytes is not that of the first 14 records"),
        ({"sha256": "0" * 64}, "the SHA-256 is not that of the first 14 records"),
        ({"root": bytes(32)}, "the root is not that of the first 14 records"),
    ],
)
def test_a_signed_seal_of_other_bytes_does_not_hold(
    whole: Path, change: dict[str, Any], sentence: str
) -> None:
    seal = replace(seals.read(whole, RECORDS), **change)
    unseal(whole, from_size=RECORDS)
    put_seal(whole, seal)
    sign(whole, seal, ["ana", "ben"])
    found = judged(whole)
    assert (found.state, found.size) == (State.TAMPERED, 11)
    assert found.problems == (f"seals/{FINAL}: {sentence} as they are here",)


def test_what_others_leave_in_the_folder_of_seals_is_no_matter(whole: Path) -> None:
    for name in (".seal-00000014.1a2b3c4d.tmp", ".hidden", "a letter.txt"):
        (whole / "seals" / name).write_bytes(b"")
    assert state(whole) is State.COMPLETE


def test_one_key_under_two_names_is_no_quorum(tmp_path: Path) -> None:
    """The log is begun with such a list by a program that does not look."""
    line = sshkey.public_key_of(PRIVATE_KEYS["ana"]).line
    allowed = f"ana {line}\nben {line}\n".encode()
    with begin(tmp_path, signers_sha256=hashlib.sha256(allowed).hexdigest()) as journal:
        (tmp_path / "allowed_signers").write_bytes(allowed)
        for fact in happenings(journal):
            journal.append(fact)
        journal.append(facts.Begin(step="close", attempt=1))
        journal.append(facts.Closed(steps=3, wall_claimed=NOW))
        seal = sealing.make(journal)
    for name in ("ana", "ben"):
        armored = sshsig.sign_ed25519(PRIVATE_KEYS["ana"], seal.text())
        (tmp_path / "seals" / f"seal-{seal.size:08d}.{name}.sig").write_bytes(armored)
    found = verify(tmp_path, seal=seal.id)
    assert found.state is State.TAMPERED
    assert "line 2 of the list of signers: the key is that of line 1" in found.problems[0]
    with pytest.raises(InputError, match="the key is that of line 1"):
        verify(tmp_path, signers=allowed)


def test_a_record_of_sealing_says_what_the_folder_says(tmp_path: Path) -> None:
    with begin(tmp_path) as journal:
        for fact in happenings(journal):
            journal.append(fact)
        seal = sealing.make(journal)
        sign(tmp_path, seal, ["ana", "ben"])
    told, lines = facts_of(tmp_path), lines_of(tmp_path)
    for persons, sha256, sentence in (
        (("ana",), seal.id, "it names 1 of the 2 people that a seal needs"),
        ((), seal.id, "it names 0 of the 2 people that a seal needs"),
        (("ana", "ana"), seal.id, "it names somebody twice"),
        (("ana", "ben", "ana"), seal.id, "it names somebody twice"),
        (("ana", "cleo"), seal.id, "there is no signature of cleo that holds on seal-00000011"),
        (("ana", "ben"), "0" * 64, "there is no such seal of 11 records"),
    ):
        sealed = facts.Sealed(size=11, seal_sha256=sha256, persons=persons)
        line = encode(sealed, seq=11, prev=decode(lines[-1]).id, boot="00" * 8, mono_ms=1)
        rewrite(tmp_path, [*lines, line])
        found = judged(tmp_path)
        assert found.state is State.TAMPERED
        assert found.problems[0] == f"record {len(told)} (sealed): {sentence}"
    good = facts.Sealed(size=11, seal_sha256=seal.id, persons=("ben", "ana"))
    line = encode(good, seq=11, prev=decode(lines[-1]).id, boot="00" * 8, mono_ms=1)
    rewrite(tmp_path, [*lines, line])
    assert state(tmp_path) is State.INCOMPLETE


# what cannot be read


def _garbage(folder: Path) -> None:
    (folder / "log.jsonl").write_bytes(bytes(range(256)) * 1000)


UNREADABLE: dict[str, tuple[Callable[[Path], object], str]] = {
    "no folder": (lambda folder: shutil.rmtree(folder), "there is no log"),
    "no log": (_remove("log.jsonl"), "there is no log"),
    "an empty log": (_write("log.jsonl", b""), "nothing in the log"),
    "one line end": (_write("log.jsonl", b"\n"), "nothing in the log"),
    "text": (_write("log.jsonl", b"dear diary\n" * 10), "nothing in the log"),
    "JSON": (_write("log.jsonl", b'{"v":1}\n' * 10), "nothing in the log"),
    "noise": (_garbage, "nothing in the log"),
    "half a record": (_write("log.jsonl", b'{"v":1,"seq":0,"prev":"0000'), "nothing in the log"),
    "a link to a log": (_link("log.jsonl"), "the log is a link"),
    "a pipe": (_pipe("log.jsonl"), "not a file"),
    "a folder": (
        lambda folder: [(folder / "log.jsonl").unlink(), (folder / "log.jsonl").mkdir()],
        "not a file",
    ),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_unreadable_is(whole: Path, name: str) -> None:
    alter, sentence = UNREADABLE[name]
    alter(whole)
    found = judged(whole, quorum=2)
    assert found.state is State.UNREADABLE
    assert (found.log, found.records, found.root, found.signers) == ("", 0, None, ())
    assert len(found.problems) == 1
    assert sentence in found.problems[0]


def unknown(line: bytes, seq: int) -> bytes:
    """A record of a type that a later version may have, in the place after `line`."""
    return (
        f'{{"v":1,"seq":{seq},"prev":"{decode(line).id.hex()}","type":"peer.greeting",'
        f'"boot":"{"00" * 8}","mono_ms":5,"data":{{"of":"x"}}}}\n'
    ).encode()


def test_a_type_that_is_not_known_is_said_to_be(whole: Path) -> None:
    lines = lines_of(whole)[:13]
    unseal(whole, from_size=RECORDS)
    rewrite(whole, [*lines, unknown(lines[12], 13)])
    found = judged(whole)
    assert found.state is State.UNREADABLE
    assert found.problems == (
        "record 13: a record is of the type peer.greeting, which is not known here",
    )
    rewrite(whole, [*lines, unknown(lines[11], 13)])
    assert state(whole) is State.TAMPERED
    rewrite(whole, [*lines, unknown(lines[12], 13).replace(b"peer.greeting", b"Peer Greeting")])
    assert state(whole) is State.TAMPERED


# what an auditor gives


@pytest.mark.parametrize(
    "given",
    [
        "",
        "0" * 63,
        "0" * 66,
        "zz" * 32,
        " ".join(["aardvark"] * 32),
        " ".join(["aardvark", "adroitness"] * 15),
        b"",
        b"ceremony-seal/1\n",
    ],
)
def test_a_seal_that_is_none_is_refused(whole: Path, given: bytes | str) -> None:
    with pytest.raises(InputError):
        judged(whole, seal=given)


@given(st.binary(min_size=32, max_size=32))
def test_a_hash_is_taken_as_digits_and_as_words(value: bytes) -> None:
    assert seals.id_of(value.hex()) == value.hex() == seals.id_of(words(value))


def test_a_list_of_signers_that_is_none_is_refused(whole: Path) -> None:
    with pytest.raises(InputError, match="list of signers"):
        verify(whole, signers=b"* everybody\n")


def test_the_plan_is_compared_with_the_script(whole: Path) -> None:
    asked: list[tuple[object, ...]] = []

    def planned(data: bytes, *, rehearsal: bool, kept: Kept) -> Planned:
        asked.append((data, rehearsal, kept("allowed_signers"), kept("policy.toml")))
        return Planned(plan=plan())

    assert state(whole, planned=planned) is State.COMPLETE
    assert asked == [(SCRIPT, False, ALLOWED_SIGNERS, None)]
    found = judged(whole, planned=lambda data, **_: Planned(plan=plan(title="another")))
    assert found.state is State.TAMPERED
    assert found.problems == ("the plan in the log is not that of the script",)


def test_a_script_that_this_version_cannot_read_is_said_to_be_one(whole: Path) -> None:
    def refusing(data: bytes, *, rehearsal: bool, kept: Kept) -> Planned:
        raise InputError("there is no action fly", hint="walk")

    found = judged(whole, planned=refusing)
    assert found.state is State.UNREADABLE
    assert found.problems == ("script.toml: there is no action fly",)


def test_another_list_of_signers_than_the_auditors_is_found(whole: Path) -> None:
    found = judged(whole, signers=ALLOWED_SIGNERS + b"# mine\n")
    assert found.state is State.TAMPERED
    assert found.problems[0] == (
        "the list of signers that was given is not the one that genesis names"
    )
