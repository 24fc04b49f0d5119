"""The practice mark: seen in every secret that has it, put in and kept out as it must be."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keys_material import bip39_seeds, everything_said, known_pool, rolled, slip39_seeds

from ceremonies.errors import InputError, MachineError, Refused
from ceremonies.keys import bip39, mark, slip39
from ceremonies.keys.card import CardSet, Group
from ceremonies.keys.entropy import Pool, Source, draw
from ceremonies.keys.mark import MARK, MARK_BITS, SET_IDENTIFIER, is_marked, with_mark
from ceremonies.keys.rehearsal import insist_earnest, insist_practice, is_practice_set
from ceremonies.keys.seed import Scheme, Seed, draw_seed, read_seed
from ceremonies.keys.slip39 import read_card, recover, split
from ceremonies.secret import Secret

MARKED = Seed(Scheme.BIP39, with_mark(Secret(bytes(16))))
EARNEST = Seed(Scheme.BIP39, Secret(bytes(range(16))))
PLAN = b"1 of 2of3"
FEW = settings(max_examples=50, deadline=None)


def bit_flipped(data: bytes, position: int) -> Secret:
    number = int.from_bytes(data, "big") ^ 1 << (8 * len(data) - 1 - position)
    return Secret(number.to_bytes(len(data), "big"))


def cards_of(seed: Seed, pool: Pool | None = None, *, rehearse: bool = False) -> CardSet:
    chance = pool or known_pool()
    return split(seed, [Group(2, 3)], groups_needed=1, pool=chance, rehearsal=rehearse)


def read_or_none(text: str) -> Seed | None:
    try:
        return read_seed(Secret(text.encode()))
    except InputError:
        return None


def pool_that_draws_the_practice_identifier() -> Pool:
    # found by trying; one in 32,768 does
    found = Source(kind="system", data=Secret((6911).to_bytes(32, "big")), bits=256)
    pool = draw([found])
    drawn = int.from_bytes(pool.expand("slip39-set", 2, PLAN).reveal(), "big")
    assert drawn & 0x7FFF == SET_IDENTIFIER
    return pool


@FEW
@given(bip39_seeds())
def test_a_marked_phrase_begins_practice_practice_practice(seed: Seed) -> None:
    marked = Seed(seed.scheme, with_mark(seed.secret))
    words = marked.written().reveal().split()
    assert words[:3] == [b"practice"] * 3
    assert len(words) == len(seed.written().reveal().split())


@given(bip39_seeds() | slip39_seeds())
def test_the_mark_changes_33_bits_and_nothing_else(seed: Seed) -> None:
    marked = with_mark(seed.secret)
    beside = 8 * len(seed.secret) - MARK_BITS
    before, after = (int.from_bytes(held.reveal(), "big") for held in (seed.secret, marked))
    assert len(marked) == len(seed.secret)
    assert after & ((1 << beside) - 1) == before & ((1 << beside) - 1)
    assert after >> beside == MARK == 0x152EA5D4B
    assert with_mark(marked) == marked


@given(bip39_seeds() | slip39_seeds(), st.data())
def test_a_secret_is_marked_by_all_33_bits_and_by_those_alone(
    seed: Seed, data: st.DataObject
) -> None:
    marked = with_mark(seed.secret)
    assert is_marked(marked)
    of_the_mark = data.draw(st.integers(0, MARK_BITS - 1))
    beside = data.draw(st.integers(MARK_BITS, 8 * len(marked) - 1))
    assert not is_marked(bit_flipped(marked.reveal(), of_the_mark))
    assert is_marked(bit_flipped(marked.reveal(), beside))


def test_a_phrase_that_begins_so_is_marked_and_two_of_the_words_are_not_enough() -> None:
    for beginning, expected in ((["practice"] * 3, True), (["practice"] * 2 + ["zoo"], False)):
        endings = (" ".join([*beginning, *["zoo"] * 8, last]) for last in bip39.wordlist())
        seed = next(found for text in endings if (found := read_or_none(text)))
        assert is_marked(seed.secret) is expected


def test_the_mark_is_seen_in_a_phrase_of_another_language() -> None:
    with pytest.raises(Refused):
        insist_earnest(Seed(Scheme.BIP39, MARKED.secret, "spanish"))


def test_what_is_shorter_than_the_mark_is_not_marked() -> None:
    assert not is_marked(Secret(MARKED.secret.reveal()[:4]))
    with pytest.raises(ValueError, match="shorter"):
        with_mark(Secret(bytes(4)))


def test_earnest_refuses_the_mark_and_practice_refuses_the_rest() -> None:
    insist_earnest(EARNEST)
    insist_practice(MARKED)
    for insist, seed in ((insist_earnest, MARKED), (insist_practice, EARNEST)):
        with pytest.raises(Refused, match="practice mark") as caught:
            insist(seed)
        assert caught.value.hint
        assert seed.secret.reveal().hex() not in everything_said(caught.value)


@pytest.mark.parametrize("words", bip39.WORD_COUNTS)
def test_a_seed_drawn_for_a_rehearsal_is_marked(words: int) -> None:
    seed = draw_seed(known_pool(), words=words, rehearsal=True)
    assert is_marked(seed.secret)
    assert len(seed.secret) == words // 3 * 4
    assert draw_seed(known_pool(), words=words, rehearsal=True) == seed
    assert draw_seed(known_pool(label=b"x"), words=words, rehearsal=True) != seed


def test_a_rehearsal_tells_nothing_of_the_real_seed_of_the_same_pool() -> None:
    practised = draw_seed(known_pool(), words=24, rehearsal=True)
    assert with_mark(draw_seed(known_pool(), words=24).secret) != practised.secret


def test_a_rehearsal_needs_as_much_entropy_as_a_real_draw() -> None:
    rolls = b"31426551236411625344162351462536164253142635142536"
    with pytest.raises(MachineError, match="256 are needed"):
        draw_seed(draw([rolled(rolls)]), words=24, rehearsal=True)


def test_a_seed_is_the_first_that_its_pool_draws() -> None:
    pool = known_pool()
    assert draw_seed(pool, words=24).secret == pool.expand("bip39-entropy", 32)
    assert not is_marked(draw_seed(pool, words=24).secret)


def test_a_seed_that_chance_marked_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = known_pool()
    draws = [pool.expand("bip39-entropy", 32)]
    draws += [pool.expand("bip39-entropy", 32, n.to_bytes(4, "big")) for n in (1, 2)]
    # to find chance that gives the mark takes eight thousand million tries: the mark comes to it
    first = int.from_bytes(draws[0].reveal(), "big") >> (256 - MARK_BITS)
    monkeypatch.setattr(mark, "MARK", first)
    assert is_marked(draws[0])
    assert draw_seed(pool, words=24).secret == draws[1]
    monkeypatch.setattr("ceremonies.keys.seed.is_marked", lambda drawn: drawn in draws[:2])
    assert draw_seed(pool, words=24).secret == draws[2]


@pytest.mark.parametrize("scheme", Scheme)
def test_cards_of_a_rehearsal_begin_with_practice_and_give_the_marked_seed_back(
    scheme: Scheme,
) -> None:
    seed = Seed(scheme, MARKED.secret)
    made = cards_of(seed, rehearse=True)
    for card in made.cards[0]:
        assert card.words.reveal().split()[0] == b"practice"
        assert is_practice_set(card)
        assert is_practice_set(read_card(card.words))
    assert made.set_id == f"{SET_IDENTIFIER:04x}"
    assert recover(made.cards[0][1:], scheme=scheme) == seed


@pytest.mark.parametrize("scheme", Scheme)
def test_a_rehearsal_splits_marked_seeds_alone_and_production_all_others(scheme: Scheme) -> None:
    with pytest.raises(Refused, match="no rehearsal's secret"):
        cards_of(Seed(scheme, EARNEST.secret), rehearse=True)
    with pytest.raises(Refused, match="a rehearsal's secret"):
        cards_of(Seed(scheme, MARKED.secret))


def test_cards_have_the_first_identifier_that_their_pool_draws() -> None:
    pool = known_pool()
    drawn = int.from_bytes(pool.expand("slip39-set", 2, PLAN).reveal(), "big") & 0x7FFF
    made = cards_of(EARNEST, pool)
    assert made.set_id == f"{drawn:04x}"
    assert not any(is_practice_set(card) for card in made.cards[0])


def test_an_identifier_that_chance_made_the_practice_one_is_drawn_again() -> None:
    pool = pool_that_draws_the_practice_identifier()
    made = cards_of(EARNEST, pool)
    second = pool.expand("slip39-set", 2, PLAN + (1).to_bytes(4, "big")).reveal()
    assert made.set_id == f"{int.from_bytes(second, 'big') & 0x7FFF:04x}"
    assert recover(made.cards[0][:2], scheme=Scheme.BIP39) == EARNEST


def test_the_identifier_is_15_bits_under_the_card_word_practice() -> None:
    assert SET_IDENTIFIER == 0x5580 < 1 << 15
    assert slip39.wordlist()[SET_IDENTIFIER >> 5] == "practice"
