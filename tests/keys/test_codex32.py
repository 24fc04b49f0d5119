"""codex32: the vectors of BIP-93, where errors are, and sets that any quorum recovers."""

from __future__ import annotations

import itertools
import random

import pytest
from bip93_vectors import INVALID, MASTERS, SEEDS, SETS
from btclib_wallet.bip32 import rootxprv_from_seed
from hypothesis import given, settings
from hypothesis import strategies as st
from keys_material import ROLLS, everything_said, known_pool, rolled, slip39_seeds

from ceremonies.errors import InputError, IntegrityError, MachineError, Refused
from ceremonies.keys import codex32, codex32_set, gf32, slip39
from ceremonies.keys.bch import LONG, SHORT
from ceremonies.keys.card import Group
from ceremonies.keys.codex32 import CHARACTERS, Codex32, write_seed
from ceremonies.keys.codex32_set import recover, split
from ceremonies.keys.entropy import draw
from ceremonies.keys.mark import with_mark
from ceremonies.keys.seed import Scheme, Seed, read_seed
from ceremonies.secret import Secret

SEED = Seed(Scheme.SLIP39, Secret(bytes(range(16))))
LONGEST = Seed(Scheme.SLIP39, Secret(bytes(range(64))))


def read(text: str) -> Codex32:
    return codex32.read(Secret(text.encode()))


@pytest.mark.parametrize(("text", "seed"), SEEDS.items())
def test_a_published_string_is_its_seed(text: str, seed: str) -> None:
    found = read(text)
    assert found.is_secret
    assert found.seed().reveal().hex() == seed
    assert read_seed(Secret(text.encode())) == Seed(Scheme.SLIP39, Secret(bytes.fromhex(seed)))
    for written in (text.upper(), text.lower(), f" {text[:20]} {text[20:]}\n"):
        assert read(written) == found


@pytest.mark.parametrize(("text", "xprv"), MASTERS.items())
def test_a_published_string_has_its_master_key(text: str, xprv: str) -> None:
    assert rootxprv_from_seed(read(text).seed().reveal()) == xprv


def test_seeds_are_written_as_published() -> None:
    for text in (
        "ms13cashsllhdmn9m42vcsamx24zrxgs3qqjzqud4m0d6nln",
        "ms10leetsllhdmn9m42vcsamx24zrxgs3qrl7ahwvhw4fnzrhve25gvezzyqqtum9pgv99ycma",
    ):
        seed = Secret(bytes.fromhex(SEEDS[text]))
        written = write_seed(seed, needs=int(text[3]), identifier=text[4:8])
        assert written.words.reveal().decode() == text


@pytest.mark.parametrize(("shares", "secret"), SETS)
def test_every_quorum_of_a_published_set_recovers(shares: list[str], secret: str) -> None:
    for quorum in itertools.permutations(shares, int(secret[3])):
        assert recover([read(text) for text in quorum]).secret.reveal().hex() == SEEDS[secret]


@pytest.mark.parametrize("way", [gf32.lagrange, gf32.neville])
@pytest.mark.parametrize(("shares", "secret"), SETS)
def test_each_interpolation_makes_the_published_shares(
    way: object, shares: list[str], secret: str
) -> None:
    assert callable(way)
    points = {
        CHARACTERS.index(text[8].lower()): read(text).values()
        for text in [secret, *shares[: int(secret[3]) - 1]]
    }
    for text in shares:
        made = codex32.spell(way(points, CHARACTERS.index(text[8].lower())))
        assert made.words.reveal().decode() == text.lower()


@pytest.mark.parametrize("text", INVALID)
def test_a_published_invalid_string_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text)
    assert caught.value.hint


@pytest.mark.parametrize("seed", [SEED, LONGEST])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_up_to_four_wrong_characters_are_located(seed: Seed, count: int) -> None:
    (share, *_) = split(seed, Group(2, 3), pool=known_pool())
    text, chance = share.words.reveal().decode(), random.Random(count)
    for _ in range(60):
        wrong = sorted(chance.sample(range(9, len(text)), count))
        spelled = list(text)
        for position in wrong:
            spelled[position] = chance.choice(CHARACTERS.replace(text[position], ""))
        with pytest.raises(InputError) as caught:
            read("".join(spelled))
        named = [
            word.strip(",") for word in caught.value.cause.split() if word.strip(",").isdigit()
        ]
        assert named == [str(position + 1) for position in wrong]
        assert "".join(spelled) not in everything_said(caught.value)


def test_every_single_wrong_character_is_located() -> None:
    values = list(split(SEED, Group(2, 3), pool=known_pool())[0].values())
    for position in range(len(values)):
        for error in range(1, 32):
            values[position] ^= error
            assert SHORT.wrong(values) == (position,)
            values[position] ^= error


def test_more_wrong_characters_are_not_pinned_on_four() -> None:
    chance = random.Random(93)
    for seed, code in ((SEED, SHORT), (LONGEST, LONG)):
        values = split(seed, Group(2, 3), pool=known_pool())[0].values()
        for _ in range(60):
            wrong = list(values)
            for position in chance.sample(range(len(wrong)), chance.randrange(5, 9)):
                wrong[position] ^= chance.randrange(1, 32)
            assert code.remainder(wrong)
            assert code.wrong(wrong) == ()
    text = "ms12namea320zyxwvutsrqpnmlkjhgfedcaxrpp870hkkqrm"
    with pytest.raises(InputError, match="more than four"):
        read(text[:9] + text[:8:-1])


def test_a_character_that_cannot_be_there_is_named() -> None:
    with pytest.raises(InputError, match="characters 10 and 12"):
        read("ms12nameab2i0yxwvutsrqpnmlkjhgfedcaxrpp870hkkqrm")


@settings(max_examples=25, deadline=None)
@given(slip39_seeds(), st.integers(2, 9), st.integers(0, 2), st.binary(max_size=8), st.data())
def test_any_quorum_recovers_and_fewer_never_do(
    seed: Seed, needs: int, more: int, label: bytes, data: st.DataObject
) -> None:
    shares = split(seed, Group(needs, needs + more), pool=known_pool(label=label))
    assert [share.member for share in shares] == list(range(1, needs + more + 1))
    quorum = data.draw(st.permutations(shares))[:needs]
    assert recover(quorum) == seed
    with pytest.raises(InputError, match=f"{needs} shares are needed|no shares"):
        recover(quorum[:-1])
    for share in shares:
        assert read(share.words.reveal().decode()) == share


@given(
    st.dictionaries(
        st.integers(0, 31),
        st.tuples(st.integers(0, 31), st.integers(0, 31)),
        min_size=1,
        max_size=9,
    ),
    st.integers(0, 31),
)
def test_the_two_interpolations_agree(points: dict[int, tuple[int, ...]], x: int) -> None:
    assert gf32.lagrange(points, x) == gf32.neville(points, x)


def test_a_share_too_many_is_refused() -> None:
    with pytest.raises(InputError, match="2 shares are needed, and 3 given"):
        recover(split(SEED, Group(2, 3), pool=known_pool()))


def test_shares_that_do_not_fit_are_named() -> None:
    ours = split(SEED, Group(2, 4), pool=known_pool())
    theirs = split(SEED, Group(2, 4), pool=known_pool(label=b"other"))
    with pytest.raises(InputError, match=f"share 1 is of set {theirs[0].identifier}"):
        recover([theirs[0], ours[1], ours[2]])
    with pytest.raises(InputError, match="both have index a, and are the same share"):
        recover([ours[0], ours[0]])
    with pytest.raises(InputError, match="there are no shares"):
        recover([])
    secret = write_seed(SEED.secret, needs=2, identifier=ours[0].identifier)
    with pytest.raises(InputError, match="share 2 is the seed itself"):
        recover([ours[0], secret])


@pytest.mark.parametrize(("needs", "of"), [(1, 1), (10, 12)])
def test_groups_that_bip93_has_not_are_refused(needs: int, of: int) -> None:
    with pytest.raises(InputError, match="codex32 has no sets"):
        split(SEED, Group(needs, of), pool=known_pool())


def test_what_cannot_be_split_is_refused() -> None:
    with pytest.raises(InputError, match="a phrase is not one"):
        split(Seed(Scheme.BIP39, Secret(bytes(16))), Group(2, 3), pool=known_pool())
    marked = Seed(Scheme.SLIP39, with_mark(SEED.secret))
    with pytest.raises(Refused, match="rehearsal"):
        split(marked, Group(2, 3), pool=known_pool())
    with pytest.raises(Refused, match="no rehearsal"):
        split(SEED, Group(2, 3), pool=known_pool(), rehearsal=True)
    practice = split(marked, Group(2, 3), pool=known_pool(), rehearsal=True)
    assert {share.identifier for share in practice} == {codex32_set.REHEARSAL_IDENTIFIER}
    with pytest.raises(MachineError, match="256 are needed"):
        split(LONGEST, Group(2, 3), pool=draw([rolled(ROLLS[:50])]))


def test_one_pool_never_deals_two_seeds_with_the_same_randomness() -> None:
    pool, other = known_pool(), Seed(Scheme.SLIP39, Secret(bytes(16)))
    first = [split(seed, Group(2, 3), pool=pool)[0].words.reveal()[9:] for seed in (SEED, other)]
    first.append(split(SEED, Group(3, 3), pool=pool)[0].words.reveal()[9:])
    assert len(set(first)) == 3
    assert split(SEED, Group(2, 3), pool=pool) == split(SEED, Group(2, 3), pool=pool)


def test_a_second_interpolation_that_differs_stops_everything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shares = split(SEED, Group(2, 3), pool=known_pool())
    wrong = write_seed(Secret(bytes(16)), needs=2, identifier=shares[0].identifier)
    monkeypatch.setattr(gf32, "neville", lambda *_: wrong.values())
    with pytest.raises(IntegrityError, match="disagree"):
        split(SEED, Group(2, 3), pool=known_pool())
    with pytest.raises(IntegrityError, match="disagree"):
        recover(shares[:2])


@given(st.text(alphabet=CHARACTERS + "1bio M\u00e9", max_size=140))
def test_any_text_is_a_string_or_an_input_error(text: str) -> None:
    try:
        found = read("ms1" + text)
    except InputError:
        return
    assert read(found.words.reveal().decode()) == found


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        codex32.read(Secret(data))


def test_a_share_is_no_seed_and_a_seed_is_no_share() -> None:
    share = split(SEED, Group(2, 3), pool=known_pool())[0]
    with pytest.raises(InputError, match="share, and not the seed itself"):
        read_seed(share.words)
    with pytest.raises(ValueError, match="no seed"):
        share.seed()


@pytest.mark.parametrize("size", [17, 33, 46, 47, 63])
def test_a_seed_of_any_size_of_bip32_is_split_and_read_back(size: int) -> None:
    seed = Seed(Scheme.SLIP39, Secret(bytes(range(size))))
    shares = split(seed, Group(2, 2), pool=known_pool())
    assert recover(shares) == seed
    assert read_seed(seed.written()) == seed
    if size % 2:
        with pytest.raises(InputError, match="an odd number"):
            slip39.split(seed, [Group(2, 2)], groups_needed=1, pool=known_pool())


def test_every_size_from_16_to_64_bytes_has_its_string() -> None:
    for size in range(16, 65):
        written = write_seed(Secret(bytes(range(size))), needs=2, identifier="test")
        assert written.seed().reveal() == bytes(range(size))
    for size in (15, 65):
        with pytest.raises(InputError, match=f"no strings for {size} bytes"):
            write_seed(Secret(bytes(size)), needs=2, identifier="test")
