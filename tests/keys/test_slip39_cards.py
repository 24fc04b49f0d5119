"""SLIP-39: the published vectors, splitting and recovering, and cards that do not fit."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keys_material import (
    ROLLS,
    bip39_seeds,
    everything_said,
    known_generator,
    known_pool,
    phrase,
    quotes,
    rolled,
    slip39_seeds,
)
from shamir_mnemonic import Share, generate_mnemonics, shamir
from shared_data import have_shared, vectors

from ceremonies.bitcoin import mnemonics
from ceremonies.errors import InputError, IntegrityError, MachineError, Refused
from ceremonies.frozen import replace
from ceremonies.keys import slip39
from ceremonies.keys.card import Card, CardSet, Group
from ceremonies.keys.entropy import Pool, draw, system
from ceremonies.keys.quorum import quorums
from ceremonies.keys.seed import Scheme, Seed
from ceremonies.keys.slip39 import read_card, recover, split
from ceremonies.secret import Secret

CASES = vectors("slip39") if have_shared() else []
SEED = Seed(Scheme.BIP39, Secret(bytes(range(16))))
MASTER = Seed(Scheme.SLIP39, Secret(bytes(range(32))))
FEW = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def groups_of(*written: str) -> list[Group]:
    return [Group.parse(text) for text in written]


def split_two_of_three(seed: Seed = SEED, pool: Pool | None = None) -> CardSet:
    return split(seed, groups_of("2of3"), groups_needed=1, pool=pool or known_pool())


def test_there_are_45_published_vectors() -> None:
    assert len(vectors("slip39")) == 45


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_published_vector(case: list[Any]) -> None:
    _, cards, master, _ = case
    if master:
        read = [read_card(phrase(words)) for words in cards]
        found = recover(read, scheme=Scheme.SLIP39, passphrase=Secret(b"TREZOR"))
        assert found.secret.reveal().hex() == master
        return
    with pytest.raises(InputError) as caught:
        recover(
            [read_card(phrase(words)) for words in cards],
            scheme=Scheme.SLIP39,
            passphrase=Secret(b"TREZOR"),
        )
    assert not any(quotes(everything_said(caught.value), words.split()) for words in cards)


@st.composite
def splits(draw_from: st.DrawFn) -> tuple[Seed, CardSet, Secret | None]:
    seed = draw_from(bip39_seeds() | slip39_seeds().filter(lambda s: len(s.secret) <= 32))
    sizes = st.integers(1, 4).flatmap(
        lambda of: st.integers(2 if of > 1 else 1, of).map(lambda needs: Group(needs, of))
    )
    groups = draw_from(st.lists(sizes, min_size=1, max_size=3))
    needed = draw_from(st.integers(1, len(groups)))
    written = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12)
    passphrase = draw_from(st.none() | written.map(lambda text: Secret(text.encode())))
    pool = known_pool(label=draw_from(st.binary(max_size=8)))
    cards = split(
        seed, groups, groups_needed=needed, pool=pool, passphrase=passphrase,
        extendable=draw_from(st.booleans()), exponent=draw_from(st.integers(0, 2)),
    )  # fmt: skip
    return seed, cards, passphrase


def some_quorum(cards: CardSet, draw_from: st.DataObject) -> list[Card]:
    rows = draw_from.draw(st.permutations(range(len(cards.groups))))[: cards.groups_needed]
    members = [
        draw_from.draw(st.permutations(cards.cards[row]))[: cards.groups[row].needs] for row in rows
    ]
    return draw_from.draw(st.permutations([card for row in members for card in row]))


@FEW
@given(splits(), st.data())
def test_any_quorum_recovers(
    made: tuple[Seed, CardSet, Secret | None], data: st.DataObject
) -> None:
    seed, cards, passphrase = made
    assert recover(some_quorum(cards, data), scheme=seed.scheme, passphrase=passphrase) == seed


@FEW
@given(splits(), st.data())
def test_fewer_than_a_quorum_never_recovers_and_says_why(
    made: tuple[Seed, CardSet, Secret | None], data: st.DataObject
) -> None:
    seed, cards, passphrase = made
    short = some_quorum(cards, data)[:-1]
    with pytest.raises(InputError, match=r"needs|needed|no cards") as caught:
        recover(short, scheme=seed.scheme, passphrase=passphrase)
    assert caught.value.hint


@FEW
@given(splits(), st.data())
def test_more_than_a_quorum_is_refused_and_says_why(
    made: tuple[Seed, CardSet, Secret | None], data: st.DataObject
) -> None:
    seed, cards, passphrase = made
    quorum = some_quorum(cards, data)
    chosen = {card.words.reveal() for card in quorum}
    others = [card for row in cards.cards for card in row if card.words.reveal() not in chosen]
    if not others:
        return
    more = [*quorum, data.draw(st.sampled_from(others))]
    with pytest.raises(InputError, match=r"needs|needed"):
        recover(more, scheme=seed.scheme, passphrase=passphrase)


def test_cards_say_what_they_are() -> None:
    cards = split(SEED, groups_of("1of1", "2of3"), groups_needed=2, pool=known_pool())
    assert [len(row) for row in cards.cards] == [1, 3]
    for at, row in enumerate(cards.cards, start=1):
        for member, card in enumerate(row, start=1):
            assert (card.set_id, card.group, card.member) == (cards.set_id, at, member)
            assert (card.needs, card.of_groups, card.groups_needed) == (at, 2, 2)
            assert (card.extendable, card.exponent, card.secret_bytes) == (True, 1, 16)
            assert read_card(card.words) == card


@pytest.mark.parametrize("extendable", [True, False])
@pytest.mark.parametrize("exponent", [0, 1, 3])
def test_cards_are_written_as_they_were_asked_for(exponent: int, *, extendable: bool) -> None:
    made = split(
        MASTER, groups_of("2of3"), groups_needed=1, pool=known_pool(),
        passphrase=Secret(b"secret"), extendable=extendable, exponent=exponent,
    )  # fmt: skip
    for card in made.cards[0]:
        assert (card.extendable, card.exponent) == (extendable, exponent)
        assert Share.from_mnemonic(card.words.reveal().decode()).iteration_exponent == exponent
    found = recover(made.cards[0][1:], scheme=Scheme.SLIP39, passphrase=Secret(b"secret"))
    assert found == MASTER


@pytest.mark.parametrize("exponent", [-1, 16, 1000])
def test_an_exponent_that_slip39_has_not_is_refused(exponent: int) -> None:
    with pytest.raises(InputError, match="no iteration exponent"):
        split(SEED, groups_of("2of3"), groups_needed=1, pool=known_pool(), exponent=exponent)


@pytest.mark.parametrize("seed", [SEED, MASTER])
def test_the_scheme_says_what_the_cards_hold(seed: Seed) -> None:
    made = split(
        seed, groups_of("1of1"), groups_needed=1, pool=known_pool(), passphrase=Secret(b"secret")
    )
    (card,) = made.cards[0]
    plain = recover([card], scheme=Scheme.SLIP39).secret
    opened = recover([card], scheme=Scheme.SLIP39, passphrase=Secret(b"secret")).secret
    assert (plain == seed.secret) == (seed.scheme is Scheme.BIP39)
    assert (opened == seed.secret) == (seed.scheme is Scheme.SLIP39)


def test_a_wrong_passphrase_gives_another_seed_silently() -> None:
    made = split(
        MASTER, groups_of("1of1"), groups_needed=1, pool=known_pool(), passphrase=Secret(b"right")
    )
    found = recover(made.cards[0], scheme=Scheme.SLIP39, passphrase=Secret(b"wrong"))
    assert found.secret != MASTER.secret


@pytest.mark.parametrize("passphrase", ["Zürich".encode(), b"line\n", b"\x7f", b"\x00"])
def test_a_slip39_passphrase_is_printable_ascii(passphrase: bytes) -> None:
    with pytest.raises(InputError, match="printable ASCII") as caught:
        split(
            MASTER, groups_of("1of1"), groups_needed=1, pool=known_pool(),
            passphrase=Secret(passphrase),
        )  # fmt: skip
    assert repr(passphrase) not in everything_said(caught.value)
    card = split(MASTER, groups_of("1of1"), groups_needed=1, pool=known_pool()).cards[0]
    with pytest.raises(InputError, match="printable ASCII"):
        recover(card, scheme=Scheme.SLIP39, passphrase=Secret(passphrase))


def test_a_bip39_passphrase_of_any_letters_is_no_hindrance_to_a_split() -> None:
    made = split(
        SEED, groups_of("1of1"), groups_needed=1, pool=known_pool(),
        passphrase=Secret("Zürich".encode()),
    )  # fmt: skip
    assert recover(made.cards[0], scheme=Scheme.BIP39) == SEED


def test_a_phrase_that_is_not_english_is_not_split() -> None:
    seed = Seed(Scheme.BIP39, Secret(bytes(16)), "spanish")
    with pytest.raises(Refused, match="do not remember a language"):
        split_two_of_three(seed)


def test_a_pool_worth_less_than_the_seed_is_refused() -> None:
    pool = draw([rolled(ROLLS[:50])])
    split_two_of_three(SEED, pool)
    with pytest.raises(MachineError, match="256 are needed"):
        split_two_of_three(MASTER, pool)


@pytest.mark.parametrize(
    ("needs", "of"), [(0, 1), (-1, 3), (4, 3), (2, 17), (17, 17), (1, 2), (1, 16), (0, 0)]
)
def test_groups_that_slip39_has_not_are_refused(needs: int, of: int) -> None:
    with pytest.raises(InputError) as caught:
        Group(needs, of)
    assert caught.value.hint


@pytest.mark.parametrize(
    "text", ["", "2", "2of", "of3", "2OF3", "2 of 3", "02of3", "2of3 ", "2of3\n", "²of3", "2/3"]
)
def test_a_group_is_written_nofm(text: str) -> None:
    with pytest.raises(InputError, match="NofM"):
        Group.parse(text)


@given(st.integers(2, 16).flatmap(lambda of: st.integers(2, of).map(lambda n: Group(n, of))))
def test_a_group_reads_what_it_writes(group: Group) -> None:
    assert Group.parse(str(group)) == group


@pytest.mark.parametrize(
    ("groups", "needed"), [([], 1), (["2of3"], 0), (["2of3"], 2), (["2of3"] * 17, 1)]
)
def test_group_thresholds_that_cannot_be_are_refused(groups: list[str], needed: int) -> None:
    with pytest.raises(InputError, match="groups"):
        split(SEED, groups_of(*groups), groups_needed=needed, pool=known_pool())


def test_a_repeated_card_is_named() -> None:
    first, second, _ = split_two_of_three().cards[0]
    with pytest.raises(InputError, match="cards 1 and 2 are the same: card 2 of group 1"):
        recover([second, second], scheme=Scheme.BIP39)
    with pytest.raises(InputError, match="cards 1 and 3 are the same"):
        recover([first, second, first], scheme=Scheme.BIP39)


def test_a_card_of_another_set_is_named() -> None:
    ours, theirs = split_two_of_three(), split_two_of_three(pool=known_pool(label=b"other"))
    with pytest.raises(InputError, match=f"card 2 is of set {theirs.set_id}, and card 1 of set"):
        recover([ours.cards[0][0], theirs.cards[0][1]], scheme=Scheme.BIP39)


def test_the_odd_card_is_named_wherever_it_lies() -> None:
    ours = split(SEED, groups_of("3of5"), groups_needed=1, pool=known_pool()).cards[0]
    theirs = split(SEED, groups_of("3of5"), groups_needed=1, pool=known_pool(label=b"o")).cards[0]
    for place in range(3):
        brought = list(ours[:3])
        brought[place] = theirs[place]
        usual = 2 if place == 0 else 1
        with pytest.raises(InputError) as caught:
            recover(brought, scheme=Scheme.BIP39)
        assert caught.value.cause == (
            f"card {place + 1} is of set {theirs[0].set_id}, and card {usual} of set "
            f"{ours[0].set_id}"
        )
    other_terms = replace(ours[0], exponent=5)
    with pytest.raises(InputError, match=r"^card 1 is of another split than card 2"):
        recover([other_terms, *ours[1:3]], scheme=Scheme.BIP39)
    other_needs = replace(ours[0], needs=2)
    with pytest.raises(InputError, match="card 2 says that group 1 needs 3 cards, and card 1 says"):
        recover([other_needs, *ours[1:3]], scheme=Scheme.BIP39)


def test_a_card_of_a_group_that_is_not_needed_is_named() -> None:
    made = split(SEED, groups_of("2of3", "3of4"), groups_needed=1, pool=known_pool())
    first, second = made.cards
    with pytest.raises(InputError, match="card 2 is of group 2, which is not needed: group 1 is"):
        recover([first[0], second[0], first[1]], scheme=Scheme.BIP39)
    with pytest.raises(InputError) as caught:
        recover([second[0], first[0]], scheme=Scheme.BIP39)
    assert caught.value.cause == "group 1 needs 2 cards, and 1 given; card 1 is of group 2"


def test_cards_of_two_splits_under_one_set_id_are_told_apart() -> None:
    ours = split_two_of_three()
    other_secret = split_two_of_three(Seed(Scheme.BIP39, Secret(bytes(16))))
    assert other_secret.set_id == ours.set_id
    with pytest.raises(InputError, match="do not belong together"):
        recover([ours.cards[0][0], other_secret.cards[0][1]], scheme=Scheme.BIP39)
    with pytest.raises(InputError, match="both say that they are card 1 of group 1, and differ"):
        recover([ours.cards[0][0], other_secret.cards[0][0]], scheme=Scheme.BIP39)
    other_terms = replace(ours.cards[0][1], exponent=2)
    with pytest.raises(InputError, match="card 2 is of another split"):
        recover([ours.cards[0][0], other_terms], scheme=Scheme.BIP39)


def test_cards_that_hold_no_bip39_entropy_are_no_bip39_seed() -> None:
    seed = Seed(Scheme.SLIP39, Secret(bytes(range(18))))
    made = split(seed, groups_of("1of1"), groups_needed=1, pool=known_pool())
    with pytest.raises(InputError, match="18 bytes are no BIP-39 entropy"):
        recover(made.cards[0], scheme=Scheme.BIP39)


def test_a_wrong_word_on_a_card_is_named_by_position() -> None:
    words = split_two_of_three().cards[0][0].words.reveal().decode().split()
    wrong = [*words[:6], "canary", *words[7:19], "qxqx"]
    with pytest.raises(InputError) as caught:
        read_card(phrase(" ".join(wrong)))
    assert caught.value.cause == "words 7 and 20 of the card are not in the SLIP-39 list"
    assert not set(wrong) & set(everything_said(caught.value).split())


@pytest.mark.parametrize("position", range(20))
def test_a_card_with_one_word_changed_is_refused(position: int) -> None:
    words = split_two_of_three().cards[0][0].words.reveal().decode().split()
    words[position] = "zero" if words[position] != "zero" else "acid"
    with pytest.raises(InputError, match="checksum"):
        read_card(phrase(" ".join(words)))


def test_two_words_swapped_on_a_card_are_noticed() -> None:
    words = split_two_of_three().cards[0][0].words.reveal().decode().split()
    words[8], words[9] = words[9], words[8]
    with pytest.raises(InputError, match="checksum"):
        read_card(phrase(" ".join(words)))


@pytest.mark.parametrize("count", [1, 12, 19, 60, 5000])
def test_a_card_of_another_length_is_refused(count: int) -> None:
    with pytest.raises(InputError, match=f"not {count}$"):
        read_card(phrase(" ".join(["academic"] * count)))


def test_a_card_is_read_in_any_case_and_spacing() -> None:
    card = split_two_of_three().cards[0][0]
    shouted = card.words.reveal().upper().replace(b" ", b"\n\t")
    assert read_card(Secret(shouted)) == card


@given(st.binary(max_size=300))
def test_any_bytes_are_a_card_or_an_input_error(data: bytes) -> None:
    with pytest.raises(InputError):
        read_card(Secret(data))


def test_the_same_pool_gives_the_same_cards_and_another_pool_others() -> None:
    again = [split_two_of_three(pool=known_pool(label=label)) for label in (b"a", b"a", b"b")]
    assert again[0] == again[1]
    assert again[0].cards != again[2].cards


def test_the_systems_generator_takes_no_part_in_a_split(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(_: int) -> bytes:
        raise AssertionError("the system's generator was asked")

    monkeypatch.setattr(shamir, "RANDOM_BYTES", forbidden)
    split(SEED, groups_of("3of5", "2of2"), groups_needed=2, pool=known_pool())
    assert shamir.RANDOM_BYTES is forbidden


def test_the_library_has_its_generator_back_after_a_failed_split(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = shamir.RANDOM_BYTES

    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(shamir, "_split_secret", broken)
    with pytest.raises(RuntimeError):
        split_two_of_three()
    assert shamir.RANDOM_BYTES is before


def guessed_bytes(card: Share, randomness: bytes, secret: bytes) -> int:
    """How many bytes of a 2-of-3 secret one card and a guess of the split's randomness give."""
    line = [shamir.RawShare(card.index, card.value), shamir.RawShare(254, bytes(4) + randomness)]
    found = shamir._interpolate(line, 255)
    return sum(one == other for one, other in zip(found[4:], secret[4:], strict=True))


def randomness_of(cards: list[Share]) -> bytes:
    """The randomness a 2-of-3 split was made with, from two of its cards."""
    points = [shamir.RawShare(card.index, card.value) for card in cards[:2]]
    return shamir._interpolate(points, 254)[4:]


def shares_of(made: CardSet) -> list[Share]:
    return [Share.from_mnemonic(card.words.reveal().decode()) for card in made.cards[0]]


def ciphertext_of(cards: list[Share]) -> bytes:
    points = [shamir.RawShare(card.index, card.value) for card in cards[:2]]
    return shamir._interpolate(points, 255)


def test_the_attack_on_a_guessable_generator_works_where_dice_take_no_part(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shamir, "RANDOM_BYTES", known_generator())
    dealt = generate_mnemonics(1, [(2, 3)], SEED.secret.reveal())
    shares = [Share.from_mnemonic(words) for words in dealt[0]]
    replay = known_generator()
    replay(2)
    assert guessed_bytes(shares[0], replay(12), ciphertext_of(shares)) == 12


def test_dice_protect_a_split_under_a_guessable_generator() -> None:
    shares = shares_of(split_two_of_three(pool=known_pool(ROLLS)))
    secret = ciphertext_of(shares)
    assert guessed_bytes(shares[0], randomness_of(shares), secret) == 12
    stream = known_generator()(256)
    # what an attacker can compute who knows the generator and even the secret, but not the dice
    guesses = [stream[start : start + 12] for start in range(len(stream) - 12)]
    without_dice = draw([system(known_generator())])
    guesses.append(randomness_of(shares_of(split_two_of_three(pool=without_dice))))
    guesses.append(randomness_of(shares_of(split_two_of_three(pool=known_pool(ROLLS[::-1])))))
    assert max(guessed_bytes(share, g, secret) for share in shares for g in guesses) <= 3


def test_two_dice_inputs_give_two_identifiers_and_two_randomnesses() -> None:
    one, other = (split_two_of_three(pool=known_pool(rolls)) for rolls in (ROLLS, ROLLS[::-1]))
    assert one.set_id != other.set_id
    assert randomness_of(shares_of(one)) != randomness_of(shares_of(other))


def test_one_pool_never_deals_two_secrets_or_two_plans_with_the_same_randomness() -> None:
    pool = known_pool()
    made = [
        split_two_of_three(SEED, pool),
        split_two_of_three(Seed(Scheme.BIP39, Secret(bytes(16))), pool),
        split(SEED, groups_of("2of4"), groups_needed=1, pool=pool),
        split(SEED, groups_of("2of3", "2of2"), groups_needed=1, pool=pool),
    ]
    assert len({randomness_of(shares_of(cards)) for cards in made}) == len(made)


def test_every_group_of_a_split_has_its_own_randomness() -> None:
    made = split(SEED, groups_of("2of3", "2of3"), groups_needed=1, pool=known_pool())
    assert made.cards[0][0].words != made.cards[1][0].words
    values = {Share.from_mnemonic(c.words.reveal().decode()).value for r in made.cards for c in r}
    assert len(values) == 6


def test_every_quorum_of_a_small_set_is_tried() -> None:
    made = split(SEED, groups_of("2of3", "1of1", "3of4"), groups_needed=2, pool=known_pool())
    tried = {frozenset((c.group, c.member) for c in quorum) for quorum in quorums(made)}
    assert len(tried) == 3 * 1 + 3 * 4 + 1 * 4


@pytest.mark.parametrize(
    ("written", "needed"), [(["8of16"], 1), (["3of7", "2of5", "5of9", "4of16"], 3)]
)
def test_every_card_of_a_large_set_is_tried(written: list[str], needed: int) -> None:
    made = split(SEED, groups_of(*written), groups_needed=needed, pool=known_pool())
    tried = list(quorums(made))
    assert len(tried) <= 256
    assert {(c.group, c.member) for quorum in tried for c in quorum} == {
        (c.group, c.member) for row in made.cards for c in row
    }
    assert recover(tried[-1], scheme=Scheme.BIP39) == SEED


@pytest.mark.parametrize("road", ["slip39_encrypted", "slip39_secret", "slip39_fields"])
def test_a_second_implementation_that_differs_stops_the_split(
    monkeypatch: pytest.MonkeyPatch, road: str
) -> None:
    monkeypatch.setattr(mnemonics, road, lambda *_: Secret(b"another"))
    with pytest.raises(IntegrityError, match="disagree"):
        split_two_of_three()


def test_one_bad_quorum_among_many_stops_the_split(monkeypatch: pytest.MonkeyPatch) -> None:
    real, asked = mnemonics.slip39_encrypted, itertools.count(1)

    def fails_at_last(words: list[Secret]) -> Secret:
        return real(words) if next(asked) < 10 else Secret(bytes(16))

    monkeypatch.setattr(mnemonics, "slip39_encrypted", fails_at_last)
    with pytest.raises(IntegrityError):
        split(SEED, groups_of("3of5"), groups_needed=1, pool=known_pool())
    assert next(asked) == 11


def test_a_second_implementation_that_differs_stops_a_recovery(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cards = split_two_of_three().cards[0]
    monkeypatch.setattr(mnemonics, "slip39_secret", lambda *_: Secret(bytes(16)))
    with pytest.raises(IntegrityError, match="disagree"):
        recover(cards[:2], scheme=Scheme.BIP39)


@pytest.mark.parametrize(("typed", "meant"), [("acadmic", "academic"), ("ZERRO", "zero")])
def test_a_mistyped_card_word_finds_what_was_meant(typed: str, meant: str) -> None:
    found = slip39.nearest(typed)
    assert meant in found
    assert len(found) <= 3


def test_four_letters_complete_every_card_word() -> None:
    assert len(slip39.wordlist()) == 1024
    for word in slip39.wordlist():
        assert slip39.complete(word[:4]) == (word,)
