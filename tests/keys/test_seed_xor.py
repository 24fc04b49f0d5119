"""Seed XOR: the published examples, any set, and parts that do not fit."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keys_material import ROLLS, bip39_seeds, everything_said, known_pool, phrase, quotes, rolled

from ceremonies.errors import InputError, IntegrityError, MachineError, Refused
from ceremonies.keys import seed_xor
from ceremonies.keys.card import Group
from ceremonies.keys.entropy import draw
from ceremonies.keys.mark import with_mark
from ceremonies.keys.rehearsal import insist_earnest
from ceremonies.keys.seed import Scheme, Seed, read_seed
from ceremonies.keys.seed_xor import combine, read_part, split
from ceremonies.secret import Secret

SEED = Seed(Scheme.BIP39, Secret(bytes(range(16))))

# the two worked examples of Coldcard's docs/seed-xor.md, of 24 and of 12 words
EXAMPLES = [
    (
        [
            (
                "romance wink lottery autumn shop bring dawn tongue range crater truth ability "
                "miss spice fitness easy legal release recall obey exchange recycle dragon room"
            ),
            (
                "lion misery divide hurry latin fluid camp advance illegal lab pyramid unaware "
                "eager fringe sick camera series noodle toy crowd jeans select depth lounge"
            ),
            (
                "vault nominee cradle silk own frown throw leg cactus recall talent worry gadget "
                "surface shy planet purpose coffee drip few seven term squeeze educate"
            ),
        ],
        (
            "silent toe meat possible chair blossom wait occur this worth option bag nurse "
            "find fish scene bench asthma bike wage world quit primary indoor"
        ),
    ),
    (
        [
            ("romance wink lottery autumn shop bring dawn tongue range crater truth ability"),
            ("boat unfair shell violin tree robust open ride visual forest vintage approve"),
            ("lion misery divide hurry latin fluid camp advance illegal lab pyramid unhappy"),
        ],
        ("cannon opinion leader nephew found yard metal galaxy crouch between real trade"),
    ),
]


@pytest.mark.parametrize(("parts", "result"), EXAMPLES)
def test_published_example(parts: list[str], result: str) -> None:
    for order in itertools.permutations(parts):
        found = combine([read_part(phrase(words)) for words in order])
        assert found.written() == phrase(result)


@settings(max_examples=30, deadline=None)
@given(
    bip39_seeds().filter(lambda seed: any(seed.secret.reveal())),
    st.integers(2, 6),
    st.binary(max_size=8),
)
def test_all_parts_give_the_phrase_and_fewer_another(seed: Seed, count: int, label: bytes) -> None:
    parts = split(seed, Group(count, count), pool=known_pool(label=label))
    assert len({part.words.reveal() for part in parts}) == count
    assert all(read_seed(part.words).secret == part.entropy for part in parts)
    assert combine(parts) == seed
    for left_out in range(count if count > 2 else 0):
        assert combine(parts[:left_out] + parts[left_out + 1 :]) != seed


def test_one_part_alone_is_not_combined() -> None:
    (first, _) = split(SEED, Group(2, 2), pool=known_pool())
    with pytest.raises(InputError, match="two parts or more, and 1 given"):
        combine([first])


@pytest.mark.parametrize(("needs", "of"), [(2, 3), (1, 1), (3, 4)])
def test_all_parts_are_needed(needs: int, of: int) -> None:
    with pytest.raises(InputError, match="all its parts are needed"):
        split(SEED, Group(needs, of), pool=known_pool())


def test_parts_that_do_not_fit_are_named() -> None:
    first, second, third = split(SEED, Group(3, 3), pool=known_pool())
    with pytest.raises(InputError, match="parts 1 and 3 are the same"):
        combine([first, second, first])
    longer = split(Seed(Scheme.BIP39, Secret(b"\7" * 32)), Group(2, 2), pool=known_pool())[0]
    with pytest.raises(InputError, match="parts 1 and 3 differ in their length"):
        combine([first, second, longer])
    spanish = read_part(Seed(Scheme.BIP39, Secret(bytes(16)), "spanish").written())
    with pytest.raises(InputError, match="parts 1 and 2 differ in their length or language"):
        combine([third, spanish])


def test_what_is_no_english_phrase_is_not_split() -> None:
    with pytest.raises(InputError, match="master secret"):
        split(Seed(Scheme.SLIP39, Secret(bytes(16))), Group(2, 2), pool=known_pool())
    with pytest.raises(Refused, match="not English"):
        split(Seed(Scheme.BIP39, Secret(b"\7" * 16), "french"), Group(2, 2), pool=known_pool())
    marked = Seed(Scheme.BIP39, with_mark(SEED.secret))
    with pytest.raises(Refused, match="rehearsal"):
        split(marked, Group(2, 2), pool=known_pool())
    with pytest.raises(Refused, match="no rehearsal"):
        split(SEED, Group(2, 2), pool=known_pool(), rehearsal=True)
    assert combine(split(marked, Group(2, 2), pool=known_pool(), rehearsal=True)) == marked


@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_parts_of_a_rehearsal_carry_the_mark_as_far_as_sums_allow(count: int) -> None:
    marked = Seed(Scheme.BIP39, with_mark(SEED.secret))
    *parts, last = split(marked, Group(count, count), pool=known_pool(), rehearsal=True)
    for part in parts:
        assert part.words.reveal().split()[:3] == [b"practice"] * 3
        with pytest.raises(Refused, match="practice mark"):
            insist_earnest(Seed(Scheme.BIP39, part.entropy))
    beginning = b"practice" if count % 2 else b"abandon"
    assert last.words.reveal().split()[:3] == [beginning] * 3


def test_no_part_in_earnest_carries_the_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    group = Group(3, 3)
    usual = split(SEED, group, pool=known_pool())
    # what chance does once in 8,589,934,592 parts
    monkeypatch.setattr(
        "ceremonies.keys.seed_xor.is_marked", lambda entropy: entropy == usual[-1].entropy
    )
    again = split(SEED, group, pool=known_pool())
    assert not {part.words.reveal() for part in usual} & {part.words.reveal() for part in again}
    assert combine(again) == SEED
    long = Seed(Scheme.BIP39, Secret(b"\7" * 32))
    with pytest.raises(MachineError, match="256 are needed"):
        split(long, Group(2, 2), pool=draw([rolled(ROLLS[:50])]))


def test_a_phrase_of_zeros_is_not_hidden_behind_one_phrase_twice() -> None:
    with pytest.raises(InputError, match="nothing but zeros"):
        split(Seed(Scheme.BIP39, Secret(bytes(16))), Group(2, 2), pool=known_pool())


def test_one_pool_never_hides_two_phrases_behind_the_same_parts() -> None:
    pool = known_pool()
    other = Seed(Scheme.BIP39, Secret(b"\7" * 16))
    sets = [split(SEED, Group(2, 2), pool=pool), split(other, Group(2, 2), pool=pool)]
    sets.append(split(SEED, Group(3, 3), pool=pool))
    words = [part.words.reveal() for parts in sets for part in parts]
    assert len(set(words)) == len(words)
    assert split(SEED, Group(2, 2), pool=pool) == sets[0]


def test_a_wrong_word_on_a_part_is_named_by_position_and_never_quoted() -> None:
    words = EXAMPLES[1][0][0].split()
    words[3] = "autumm"
    with pytest.raises(InputError, match="word 4") as caught:
        read_part(phrase(" ".join(words)))
    assert not quotes(everything_said(caught.value), words)


def test_two_ways_that_differ_stop_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seed_xor, "_word_by_word", lambda _: Secret(bytes(16)))
    with pytest.raises(IntegrityError, match="disagree"):
        split(SEED, Group(2, 2), pool=known_pool())
