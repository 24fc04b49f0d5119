"""Keys of dice alone are those of SeedSigner, Krux and Coldcard, from their published examples."""

from __future__ import annotations

import hashlib
import subprocess

import pytest
from keys_material import ROLLS, everything_said, rolled

from ceremonies.errors import InputError, Refused
from ceremonies.keys import by_hand, dice_only, mark
from ceremonies.keys.entropy import Source
from ceremonies.keys.mark import MARK_BITS
from ceremonies.keys.seed import Scheme, Seed
from ceremonies.secret import Secret

SEEDSIGNER = {
    # docs/dice_verification.md
    "65515223131652132161133154444123616466443112153441": (
        "hole luggage safe present express tragic orbit shed switch metal identify path"
    ),
    "655152231316521321611331544441236164664431121534415633526456254462245546236542364246312613322234"
    "612": (
        "eyebrow obvious such suggest poet seven breeze blame virtual frown dynamic donor harsh "
        "pigeon express broccoli easy apology scatter force recipe shadow claim radio"
    ),
    # tests/test_mnemonic_generation.py
    "522222222222222222222222222222222222222222222555555555555555555555555555555555555555555555555555"
    "555": (
        "resource timber firm banner horror pupil frozen main pear direct pioneer broken grid core "
        "insane begin sister pony end debate task silk empty curious"
    ),
    "12345612345612345612345612345612345612345612345612": (
        "unveil nice picture region tragic fault cream strike tourist control recipe tourist"
    ),
    "66666666666666666666666666666666666666666666666666": (
        "senior morning song proud recycle toy search apple trigger lend vibrant arrest"
    ),
}
KRUX = {
    # tests/pages/new_mnemonic/test_dice_rolls.py: the first face again and again
    ("dice", "1" * 50): "diet glad hat rural panther lawsuit act drop gallery urge where fit",
    ("dice", "1" * 99): (
        "wheel erase puppy pistol chapter accuse carpet drop quote final attend near scrap satisfy "
        "limit style crunch person south inspire lunch meadow enact tattoo"
    ),
    ("d20", "-".join("1" * 30)): (
        "erupt remain ride bleak year cabin orange sure ghost gospel husband oppose"
    ),
    ("d20", "-".join("1" * 60)): (
        "fun island vivid slide cable pyramid device tuition only essence thought gain silk "
        "jealous eternal anger response virus couple faculty ozone test key vocal"
    ),
}
VECTORS = {("dice", rolls): words for rolls, words in SEEDSIGNER.items()} | KRUX
COLDCARD_HASH = "8d969eef6ecad3c29a3a629280e686cf0c3f5d5a86aff3ca12020c923adc6c92"
"""coldcard.com/docs/verifying-dice-roll-math: of the rolls 123456, too few for a key."""


def made(kind: str, rolls: str) -> Source:
    """Rolls as a source, of which a health test has not been asked: the examples are patterns."""
    return Source(kind=kind, data=Secret(rolls.encode()), bits=1)


@pytest.mark.parametrize(("kind", "rolls"), VECTORS, ids=lambda one: one[:10])
def test_the_words_are_the_published_ones(kind: str, rolls: str) -> None:
    words = VECTORS[kind, rolls].split()
    seed = dice_only.seed_of(made(kind, rolls), words=len(words))
    assert seed.written().reveal().decode().split() == words


COLDCARD_ROLLS = "111111111122222222223333333333444444444455555555556666666666" + "".join(
    face * 10 for face in "1234"
)
COLDCARD_WORDS = (
    "fatigue turkey dream season found funny leg velvet fiber inquiry sweet slush sauce elephant "
    "soldier twice village wasp bullet garden crowd lemon vote profit"
)
"""Of Coldcard's own rolls.py, for 100 rolls (niallyoung/rolls-test-framework, fixture 003)."""


def test_the_words_are_those_of_coldcards_own_tool() -> None:
    # it takes any number of rolls, and we take 99: the rule of both is this hash
    of_ours = dice_only.seed_of(made("dice", COLDCARD_ROLLS[:99]), words=24)
    assert of_ours.secret == Secret(hashlib.sha256(COLDCARD_ROLLS[:99].encode()).digest())
    theirs = Seed(Scheme.BIP39, Secret(hashlib.sha256(COLDCARD_ROLLS.encode()).digest()))
    assert theirs.written().reveal().decode() == COLDCARD_WORDS


def test_the_hash_is_coldcards() -> None:
    # its own tool hashes any number of rolls; the rule, not the number of rolls, is the same
    assert hashlib.sha256(b"123456").hexdigest() == COLDCARD_HASH
    rolls = next(iter(SEEDSIGNER))
    seed = dice_only.seed_of(made("dice", rolls), words=12)
    assert seed.secret.reveal() == hashlib.sha256(rolls.encode()).digest()[:16]


def test_published_examples_that_are_no_patterns_pass_the_health_tests() -> None:
    for rolls in [*SEEDSIGNER][:2]:
        assert rolled(rolls.encode()).data.reveal().decode() == rolls
    for rolls in [*SEEDSIGNER][2:]:
        with pytest.raises(InputError, match="show a pattern"):
            rolled(rolls.encode())


def test_a_key_with_the_practice_mark_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rolls = next(iter(SEEDSIGNER))
    begins = int.from_bytes(hashlib.sha256(rolls.encode()).digest(), "big") >> 256 - MARK_BITS
    # one key in 2^33 carries the mark: here the mark is what this one begins with
    monkeypatch.setattr(mark, "MARK", begins)
    with pytest.raises(Refused, match="practice mark"):
        dice_only.seed_of(made("dice", rolls), words=12)
    monkeypatch.setattr(mark, "MARK", begins ^ 1)
    assert dice_only.seed_of(made("dice", rolls), words=12)


@pytest.mark.parametrize(("kind", "words"), dice_only.ROLLS)
@pytest.mark.parametrize("more", [-1, 1])
def test_one_roll_more_or_less_is_refused(kind: str, words: int, more: int) -> None:
    wanted = dice_only.ROLLS[kind, words]
    rolls = ("" if kind == "dice" else "-").join(["3"] * (wanted + more))
    with pytest.raises(InputError, match=f"exactly {wanted} rolls, not {wanted + more}"):
        dice_only.seed_of(made(kind, rolls), words=words)


@pytest.mark.parametrize(
    ("kind", "words"), [("dice", 15), ("dice", 18), ("dice", 21), ("d8", 12), ("coins", 12)]
)
def test_no_signer_makes_other_keys(kind: str, words: int) -> None:
    with pytest.raises(InputError):
        dice_only.seed_of(made(kind, "1" * 50), words=words)
    if kind == "d8":
        with pytest.raises(InputError, match="no signer"):
            dice_only.rolls_needed(by_hand.die(8), words)


def sh(command: str, typed: str) -> str:
    done = subprocess.run(
        ["sh", "-c", command], input=typed, capture_output=True, text=True, check=True
    )
    return done.stdout.split()[0]


@pytest.mark.parametrize(("kind", "rolls"), VECTORS, ids=lambda one: one[:10])
@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_a_shell_comes_to_the_same_number(kind: str, rolls: str, ending: str) -> None:
    source = made(kind, rolls)
    seed = dice_only.seed_of(source, words=len(VECTORS[kind, rolls].split()))
    check = dice_only.shell_check(source, seed)
    assert sh(check.command, rolls + ending) == check.prints
    assert sh(check.command, rolls.replace("-", "\n") + ending) == check.prints
    other = rolls[:-1] + ("4" if rolls[-1] != "4" else "5")
    assert sh(check.command, other + ending) != check.prints


def test_the_line_for_the_shell_tells_no_secret() -> None:
    source = rolled(ROLLS[:50])
    seed: Seed = dice_only.seed_of(source, words=12)
    said = repr(dice_only.shell_check(source, seed))
    assert ROLLS[:12].decode() not in said
    assert seed.secret.reveal().hex()[:12] not in said


def test_errors_do_not_repeat_rolls() -> None:
    with pytest.raises(InputError) as caught:
        dice_only.seed_of(rolled(ROLLS[:51]), words=12)
    assert ROLLS[:8].decode() not in everything_said(caught.value)
