"""Keys and cards as a hurried person, a script with a slip, and a forger would use them."""

from __future__ import annotations

import json

import pytest
from cli.room import Room

from ceremonies.errors import InputError
from ceremonies.keys import shares
from ceremonies.keys.seed import Scheme, Seed
from ceremonies.keys.set_record import Form, read_record
from ceremonies.secret import Secret

FINGERPRINT = "73c5da0a"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Room:
    """A room with a phrase, its cards and their record."""
    made = Room(tmp_path_factory.mktemp("key-attacks"))
    made.put("phrase.txt", Seed(Scheme.BIP39, Secret(bytes(range(16)))).written().reveal() + b"\n")
    made.ok(*split("cards"))
    return made


def split(folder: str, *more: str) -> tuple[str, ...]:
    called = ("share", "split", "--seed", "phrase.txt", "--group", "2of3")
    return (*called, "--secret-to", folder, "-o", f"{folder}.json", *more)


def refused(room: Room, code: int, why: str, *arguments: str) -> None:
    ran = room.run(*arguments, "--json")
    assert ran.code == code
    assert why in json.loads(ran.out)["error"]["cause"]


@pytest.mark.parametrize(
    ("why", "arguments"),
    [
        ("no phrases of 13 words", ("key", "new", "--words", "13", "--secret-to", "new.txt")),
        (
            "expected fingerprint",
            ("key", "recompute", "--commitment", "0" * 64, "--expect", "73c5da0"),
        ),
        (
            "commitment is not 64",
            ("key", "recompute", "--commitment", "00", "--expect", FINGERPRINT),
        ),
        ("expected fingerprint", ("key", "check", "--expect", "zebra")),
        ("expected fingerprint", ("share", "recover", "--expect", "z", "--secret-to", "new.txt")),
        ("no phrases of 13", ("key", "child", "words", "--words", "13", "--secret-to", "new.txt")),
        ("65 bytes", ("key", "child", "hex", "--bytes", "65", "--secret-to", "new.txt")),
        ("no child -1", ("key", "child", "xprv", "--index", "-1", "--secret-to", "new.txt")),
    ],
)
def test_a_slip_is_told_before_anybody_types_or_rolls(
    room: Room, why: str, arguments: tuple[str, ...]
) -> None:
    # nothing is given to read, so that asking would be exit 2: there is no terminal
    refused(room, 3, why, *arguments, *(("--dice", "-") if "new" in arguments else ()))
    assert not (room.work / "new.txt").exists()


@pytest.mark.parametrize(
    ("kind", "option"),
    [
        ("hex", ("--words", "12")),
        ("xprv", ("--language", "french")),
        ("words", ("--bytes", "16")),
        ("wif", ("--bytes", "32")),
    ],
)
def test_a_child_is_not_made_of_options_that_are_anothers(
    room: Room, kind: str, option: tuple[str, str]
) -> None:
    called = ("key", "child", kind, *option, "--seed", "phrase.txt", "--secret-to", "child.txt")
    refused(room, 2, "alone", *called)
    assert not (room.work / "child.txt").exists()


@pytest.mark.parametrize("form", ["codex32", "xor"])
@pytest.mark.parametrize("option", [("--exponent", "3"), ("--no-extendable",)])
def test_what_only_cards_have_is_not_quietly_left_out(
    room: Room, form: str, option: tuple[str, ...]
) -> None:
    group = ("--group", "2of2", "--secret-to", "other", "-o", "other.json")
    called = ("share", "split", "--seed", "phrase.txt", *group, "--as", form, *option)
    refused(room, 2, "SLIP-39 cards alone", *called)
    assert not (room.work / "other").exists()


def test_a_record_does_not_quietly_overrule_the_scheme_that_was_named(room: Room) -> None:
    cards = ("--share", "cards/card-1-1.txt", "--share", "cards/card-1-2.txt")
    called = ("share", "recover", *cards, "--set", "cards.json", "--scheme", "slip39")
    refused(room, 2, "scheme bip39", *called, "--secret-to", "back.txt")
    assert not (room.work / "back.txt").exists()


@pytest.mark.parametrize(
    "lie",
    [
        {"form": "xor"},
        {"form": "xor", "groups": [{"needs": 3, "of": 3}], "scheme": "slip39"},
        {"form": "codex32", "set": "qqqq"},
        {"form": "codex32", "set": "qqqq", "groups": [{"needs": 1, "of": 1}], "scheme": "slip39"},
    ],
)
def test_a_record_of_a_set_that_cannot_be_is_refused(room: Room, lie: dict[str, object]) -> None:
    told = json.loads((room.work / "cards.json").read_bytes()) | lie
    told["cards"] = told["cards"][: told["groups"][0]["of"]]
    with pytest.raises(InputError, match="describes a set that cannot be"):
        read_record(json.dumps(told).encode())


def test_records_that_differ_from_the_lies_in_nothing_else_are_read(room: Room) -> None:
    told = json.loads((room.work / "cards.json").read_bytes())
    for truth in (
        {"form": "xor", "groups": [{"needs": 3, "of": 3}]},
        {"form": "codex32", "set": "qqqq", "scheme": "slip39"},
    ):
        assert read_record(json.dumps(told | truth).encode()).form == truth["form"]


@pytest.mark.parametrize("form", [Form.SLIP39, Form.XOR])
def test_a_codex32_share_among_others_names_itself(form: Form) -> None:
    share = Secret(b"MS12NAMEA320ZYXWVUTSRQPNMLKJHGFEDCAXRPP870HKKQRM")
    assert shares.form_of(shares.read(share)) is Form.CODEX32
    with pytest.raises(InputError, match=r"codex32 share, and a .* is needed"):
        shares.read(share, form)
