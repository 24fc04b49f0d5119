"""New keys as scripts make them: of dice alone, and of a machine that committed to its part."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from cli.room import PROGRAM, Room
from cli.walk import COINS, DICE_ALONE, ROLLS

WORDS = "hole luggage safe present express tragic orbit shed switch metal identify path"
"""What SeedSigner's documentation says that these 50 rolls make."""


def test_a_key_of_dice_alone_is_the_published_one(walks: dict[str, Room]) -> None:
    assert (walks["scripts"].work / "dice-alone.txt").read_text() == WORDS + "\n"
    found = next(ran for ran in walks["scripts"].ran if "--dice-only" in ran.arguments)
    assert found.json["sources"] == [{"kind": "dice", "bits": 129}]
    check = found.json["check"]
    shell = subprocess.run(
        ["sh", "-c", check["command"]], input=DICE_ALONE, capture_output=True, text=True, check=True
    )
    assert shell.stdout.split()[0] == check["prints"]


def test_people_are_told_the_same_line(walks: dict[str, Room]) -> None:
    found = next(ran for ran in walks["scripts"].ran if "--dice-only" in ran.arguments)
    told = next(ran for ran in walks["people"].ran if "--dice-only" in ran.arguments)
    for part in found.json["check"].values():
        assert part in told.out.decode()


def test_every_source_is_credited_and_told(walks: dict[str, Room]) -> None:
    found = next(ran for ran in walks["scripts"].ran if "--commit" in ran.arguments)
    assert found.json["sources"] == [
        {"kind": "system", "bits": 256},
        {"kind": "d20", "bits": 108},
        {"kind": "coins", "bits": len(COINS)},
        {"kind": "cards", "bits": 132},
        {"kind": "hex", "bits": 128},
    ]
    assert found.json["commitment"] in found.err.decode()


@pytest.mark.parametrize(
    ("changed", "option"),
    [("coins", "coins"), ("cards", "cards"), ("hex", "hex"), ("dice", "dice")],
)
def test_any_other_source_makes_another_key(
    furnished: Room, walks: dict[str, Room], changed: str, option: str
) -> None:
    again = next(ran for ran in walks["scripts"].ran if ran.command == "key recompute")
    written = (furnished.work / f"{changed}.txt").read_text().split()
    if len(written) == 1:
        written = [*written[0]]
    # the last two of them in turn: as good as before, and other data
    turned = [*written[:-3], written[-1], written[-2], written[-3]]
    if turned == written:
        turned = [written[1], written[0], *written[2:]]
    other = furnished.put(f"other-{changed}.txt", " ".join(turned))
    arguments = [other if one == f"{option}.txt" else one for one in again.arguments]
    assert arguments != [*again.arguments]
    ran = furnished.run(*arguments)
    furnished.ran.remove(ran)
    assert ran.code == 5, str(ran)
    assert ran.json["error"]["cause"].startswith("the key has fingerprint")


def test_the_commitment_is_told_before_dice_are_read(furnished: Room) -> None:
    arguments = ("key", "new", "--dice", "-", "--commit", "o.txt", "--secret-to", "k.txt", "--json")
    with subprocess.Popen(
        [sys.executable, *PROGRAM[1:], *arguments],
        cwd=furnished.work,
        env=furnished.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stderr is not None
        # nothing was typed yet, and the hash is there
        committed = child.stderr.readline().split()[-1]
        child.stdin.write(ROLLS)
        child.stdin.close()
        assert json.loads(child.stdout.read())["commitment"] == committed
    assert child.returncode == 0


CONSTANT = """
import os, sys
os.urandom = lambda size: bytes(size)
from custody_cli.main import run
sys.argv = ["custody", *sys.argv[1:]]
run()
"""


@pytest.mark.parametrize("dice", [(), ("--dice", "rolls.txt")])
@pytest.mark.parametrize(
    "call",
    [
        "key new --secret-to of-nothing.txt",
        "share split --seed phrase.txt --group 2of3 --secret-to of-nothing -o of-nothing.json",
    ],
)
def test_a_generator_that_became_a_constant_is_found_out(
    furnished: Room, call: str, dice: tuple[str, ...]
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CONSTANT, *call.split(), *dice, "--json"],
        cwd=furnished.work,
        env=furnished.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 6, done.stderr
    assert "random generator" in json.loads(done.stdout)["error"]["cause"]
    assert not list(furnished.work.glob("of-nothing*"))


def test_where_the_key_cannot_be_written_no_half_of_it_stays(furnished: Room) -> None:
    ran = furnished.run(
        *("key", "new", "--dice", "rolls.txt", "--commit", "half.txt"),
        *("--secret-to", "/dev/full"),
    )
    furnished.ran.remove(ran)
    assert ran.code == 6, str(ran)
    assert ran.made == {}


def test_the_record_may_lie_in_the_folder_of_cards_that_is_made_for_them(furnished: Room) -> None:
    ran = furnished.run(
        *("share", "split", "--seed", "phrase.txt", "--group", "2of2"),
        *("--secret-to", "made", "-o", "made/set.json", "--json"),
    )
    assert ran.code == 0, str(ran)
    assert {"made/card-1-1.txt", "made/card-1-2.txt", "made/set.json"} < ran.made.keys()
    missing = furnished.run(
        *("share", "split", "--seed", "phrase.txt", "--group", "2of2"),
        *("--secret-to", "other", "-o", "elsewhere/set.json", "--json"),
    )
    assert (missing.code, missing.made) == (6, {})
