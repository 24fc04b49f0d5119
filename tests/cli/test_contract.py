"""What scripts rely on: the fields and types of every answer, exit codes, nothing half done."""

from __future__ import annotations

import base64
import os
import resource
import shlex
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from answers import ANSWERS
from cli.contract_check import differences
from cli.failures import FAILURES, IN_OLD_PYTHON_CURVES, Failed, arguments_of
from cli.room import PROGRAM, Ran, Room

from ceremonies import disk
from custody_cli import contract

KINDS = {2: "usage", 3: "input", 4: "refused", 5: "integrity", 6: "machine", 7: "declined"}


def insist_error(ran: Ran, code: int) -> dict[str, Any]:
    """The error object of a failed call."""
    assert ran.code == code, str(ran)
    assert [*differences(ran.json, contract.ErrorAnswer)] == []
    error: dict[str, Any] = ran.json["error"]
    assert error["code"] == code
    return error


def test_every_answer_is_its_contract(walks: dict[str, Room]) -> None:
    seen = set()
    for room in walks.values():
        for ran in room.ran:
            if "--json" in ran.arguments:
                assert [*differences(ran.json, ANSWERS[ran.command])] == [], str(ran)
                seen.add(ran.command)
    assert seen == set(ANSWERS)


def test_the_check_of_the_contract_sees_what_is_missing_unknown_or_of_another_type() -> None:
    good = {
        "addresses": [{"index": 0, "change": False, "address": "a", "path": "m", "agreed_by": []}]
    }
    kind = contract.WalletAddressAnswer
    assert [*differences(good, kind)] == []
    for field, value in (("index", False), ("index", "0"), ("path", None), ("agreed_by", [1])):
        bad = {"addresses": [{**good["addresses"][0], field: value}]}
        assert len([*differences(bad, kind)]) == 1
    assert [*differences({}, kind)] == [".addresses is missing"]
    assert [*differences({**good, "more": 1}, kind)] == [".more is unknown"]
    texts = dict.fromkeys(("fingerprint", "path", "xpub", "key", "scheme"), "")
    account = {**texts, "agreed_by": [], "notes": []}
    assert [*differences(account, contract.KeyAccountAnswer)] == []
    assert [*differences({**account, "descriptor": None}, contract.KeyAccountAnswer)]


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_has_its_code_and_leaves_nothing(failed: dict[str, Failed], name: str) -> None:
    failure = failed[name]
    error = insist_error(failure.ran, failure.code)
    assert error["kind"] == KINDS[failure.code]
    assert error["cause"][:1] == error["cause"][:1].lower()
    assert not error["cause"].endswith(".")
    assert failure.ran.made == {}


@pytest.mark.parametrize(
    "name",
    [
        "a number of words that is a phrase",
        "a broken card",
        "a refused psbt",
        "another fingerprint",
        "an output that exists",
    ],
)
def test_people_read_an_error_and_a_hint_on_standard_error_alone(
    failed: dict[str, Failed], furnished: Room, name: str
) -> None:
    code, arguments = arguments_of(name)
    ran = furnished.run(*arguments)
    assert ran.code == code
    assert ran.out == b""
    error = failed[name].ran.json["error"]
    assert ran.err.decode().startswith(f"error: {error['cause']}\n")
    assert ran.err.decode().endswith(f"hint: {error['hint']}\n")
    assert ran.made == {}


@pytest.mark.parametrize("call", IN_OLD_PYTHON_CURVES)
def test_no_key_is_touched_where_libsecp256k1_is_not_serving(furnished: Room, call: str) -> None:
    ran = furnished.run(*shlex.split(call), "--json", env={"ECC_NO_LIBSECP256K1": "1"})
    assert "libsecp256k1" in insist_error(ran, 6)["cause"]
    assert ran.made == {}


KEY = ("--seed", "phrase.txt", "--passphrase", "pass.txt")
SIGN = ("psbt", "sign", "payment.psbt", "--wallet", "vault.wallet.json", *KEY, "--yes")


def test_a_refused_psbt_is_shown_with_its_own_object_and_exit_4(furnished: Room) -> None:
    ran = furnished.run("psbt", "show", "refused.psbt", "--wallet", "vault.wallet.json", "--json")
    assert ran.code == 4
    assert [*differences(ran.json, contract.PsbtShowAnswer)] == []
    assert ran.json["verdict"] == "refuse"
    assert ran.json["intent"] is None
    assert "refuse" in {finding["level"] for finding in ran.json["findings"]}


def test_a_refusal_to_sign_lists_its_findings(failed: dict[str, Failed]) -> None:
    error = failed["a refused psbt"].ran.json["error"]
    assert "fee-share" in {finding["rule"] for finding in error["findings"]}


@pytest.mark.parametrize("encoding", ["binary", "base64", "hex"])
def test_a_psbt_comes_in_any_encoding_by_file_or_standard_input_and_goes_out_in_the_same(
    furnished: Room, encoding: str
) -> None:
    raw = (furnished.work / "payment.psbt").read_bytes()
    write = {"binary": bytes, "base64": base64.b64encode, "hex": lambda data: data.hex().encode()}
    read = {"binary": bytes, "base64": base64.b64decode, "hex": lambda t: bytes.fromhex(t.decode())}
    content, out = write[encoding](raw), f"{encoding}.signed"
    if encoding == "hex":
        furnished.ok(*SIGN[:2], furnished.put("hex.psbt", content), *SIGN[3:], "-o", out)
    else:
        furnished.ok(*SIGN[:2], "-", *SIGN[3:], "-o", out, stdin=content)
    signed = read[encoding]((furnished.work / out).read_bytes())
    assert signed == (furnished.work / "signed.psbt").read_bytes()


def test_the_intent_that_a_reviewer_read_elsewhere_may_be_signed(furnished: Room) -> None:
    shown = furnished.ok("psbt", "show", "payment.psbt", *SIGN[3:5], "--json")
    intent = shown.json["intent"]
    ran = furnished.ok(*SIGN[:-1], "--approve", intent, "-o", "approved.psbt", "--json")
    assert ran.json["intent"] == intent
    assert ran.json["complete"]
    assert set(ran.made) == {"approved.psbt"}


def test_secrets_go_through_descriptors_without_touching_a_disk(furnished: Room) -> None:
    card_in, card = os.pipe()
    os.write(card, (furnished.work / "cards/card-1-1.txt").read_bytes())
    os.close(card)
    phrase, phrase_out = os.pipe()
    ran = furnished.ok(
        *("share", "recover", "--share", f"fd:{card_in}", "--share", "-", "--json"),
        *("--secret-to", f"fd:{phrase_out}"),
        stdin=(furnished.work / "cards/card-1-3.txt").read_bytes(),
        pass_fds=(card_in, phrase_out),
    )
    os.close(phrase_out)
    assert os.read(phrase, 1000) == (furnished.work / "phrase.txt").read_bytes()
    os.close(phrase)
    os.close(card_in)
    assert ran.made == {}


WRITERS = {
    "key new": ("key", "new", "--secret-to", "full"),
    "share split": ("share", "split", *KEY, "--group", "2of3", "--secret-to", "new", "-o", "full"),
    "share recover": (
        *("share", "recover", "--share", "cards/card-1-1.txt", "--share", "cards/card-1-2.txt"),
        *("--secret-to", "full"),
    ),
    "psbt sign": (*SIGN, "-o", "full"),
    "psbt combine": ("psbt", "combine", "payment.psbt", "signed.psbt", "-o", "full"),
    "psbt finalize": ("psbt", "finalize", "signed.psbt", "-o", "full"),
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_disk_that_fills_up_is_exit_6_and_leaves_nothing(furnished: Room, name: str) -> None:
    def fill_up() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))

    # the witness has a file to write too
    unseen = {"CUSTODY_WITNESS": ""}
    ran = furnished.run(*WRITERS[name], "--json", env=unseen, before_start=fill_up)
    assert "cannot write" in insist_error(ran, 6)["cause"]
    assert ran.made == {}


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "full"
    folder.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mounted, capture_output=True, check=False).returncode
    except OSError:
        done = 1
    if done:
        pytest.skip("a small file system can be mounted by root alone")
    try:
        with (folder / "filler").open("wb", buffering=0) as filler:
            try:
                while filler.write(bytes(512)):
                    pass
            except OSError:
                pass
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_is_full_is_exit_6_and_left_as_it_was(furnished: Room, full_disk: Path) -> None:
    split = (*WRITERS["share split"][:-4], "--secret-to", f"{full_disk}/cards", "-o", "full")
    error = insist_error(furnished.run(*split, "--json"), 6)
    assert "no space left on device" in error["cause"]
    assert [path.name for path in full_disk.iterdir()] == ["filler"]


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
def test_a_signal_while_a_secret_is_read_ends_cleanly(
    furnished: Room, number: signal.Signals, code: int
) -> None:
    fifo = furnished.work / "fifo"
    os.mkfifo(fifo)
    before = furnished.files()
    arguments = (*SIGN[:5], "--seed", "fifo", "--yes", "-o", "out", "--json", "--debug")
    with (
        subprocess.Popen(
            [*PROGRAM, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=furnished.work,
            env=furnished.environment(),
            start_new_session=True,
        ) as process,
        fifo.open("wb", buffering=0) as writer,
    ):  # opens when the reader has
        writer.write(b"legal winner thank ")
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    fifo.unlink()
    ran = furnished.record(arguments, process.pid, process.returncode, before, out, err)
    assert insist_error(ran, code)["kind"] == "interrupted"
    assert b"winner" not in out + err
    assert ran.made == {}


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_closed_standard_stream_stops_everything_before_it_begins(
    furnished: Room, number: int
) -> None:
    ran = furnished.run("key", "new", "--secret-to", "out", before_start=lambda: os.close(number))
    assert ran.code == 6
    assert ran.made == {}


def test_a_reader_who_leaves_early_loses_the_answer_and_not_the_key(furnished: Room) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    ran = furnished.run("key", "new", "--secret-to", "kept.txt", "--json", stdout=writer)
    os.close(writer)
    assert ran.code == 6
    assert set(ran.made) == {"kept.txt"}
    assert ran.err == b""


def test_a_file_whose_writing_is_interrupted_at_the_end_is_not_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_folder: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(disk, "_sync_folder", interrupted)
    with pytest.raises(KeyboardInterrupt):
        disk.create(tmp_path / "card", b"words")
    assert list(tmp_path.iterdir()) == []
