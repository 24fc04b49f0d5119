"""BIP-39: the published vectors, round trips, and phrases that are wrong."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keys_material import bip39_seeds, everything_said, phrase
from shared_data import vectors

from ceremonies.bitcoin import mnemonics
from ceremonies.errors import InputError, IntegrityError
from ceremonies.keys import bip39
from ceremonies.keys.seed import Seed
from ceremonies.secret import Secret

LEGAL = "legal winner thank year wave sausage worth useful legal winner thank yellow"


def test_every_published_vector_encodes_decodes_and_stretches() -> None:
    tried = 0
    for language, cases in vectors("bip39").items():
        for entropy, words, seed, _ in cases:
            secret = Secret(bytes.fromhex(entropy))
            written = bip39.encode(secret, language)
            assert written == phrase(unicodedata.normalize("NFKD", words)) or (
                language == "japanese" and _plain(written) == _plain(phrase(words))
            )
            assert bip39.decode(phrase(words), language) == (secret, language)
            assert bip39.stretch(phrase(words), Secret(b"TREZOR")).reveal().hex() == seed
            tried += 1
    assert tried == 240


def test_the_language_of_every_published_vector_is_found() -> None:
    for language, cases in vectors("bip39").items():
        for entropy, words, _, _ in cases:
            found, named = bip39.decode(phrase(words))
            assert found.reveal().hex() == entropy
            assert named == language or named.startswith("chinese")


def test_japanese_phrases_are_written_with_the_ideographic_space() -> None:
    written = bip39.encode(Secret(bytes(16)), "japanese").reveal().decode()
    assert written.count("\u3000") == 11
    assert " " not in written


@given(bip39_seeds(), st.sampled_from(bip39.languages()))
def test_any_entropy_survives_words_of_any_language(seed: Seed, language: str) -> None:
    entropy = seed.secret
    assert bip39.decode(bip39.encode(entropy, language), language)[0] == entropy


@given(st.data())
def test_changing_one_word_is_refused_or_is_another_entropy(data: st.DataObject) -> None:
    words = LEGAL.split()
    position = data.draw(st.integers(0, 11))
    words[position] = data.draw(st.sampled_from(bip39.wordlist()).filter(words[position].__ne__))
    changed = phrase(" ".join(words))
    try:
        entropy, _ = bip39.decode(changed)
    except InputError:
        return
    assert entropy.reveal() != b"\x7f" * 16
    assert bip39.encode(entropy) == changed


@pytest.mark.parametrize("written", [LEGAL.upper(), LEGAL.replace(" ", "\n"), f"  {LEGAL}\t\n"])
def test_case_and_white_space_do_not_matter(written: str) -> None:
    assert bip39.decode(phrase(written))[0].reveal() == b"\x7f" * 16


def test_composed_and_decomposed_accents_are_one_phrase() -> None:
    decomposed = bip39.encode(Secret(bytes(16)), "spanish").reveal().decode()
    composed = unicodedata.normalize("NFC", decomposed)
    assert composed != decomposed
    assert bip39.decode(phrase(composed)) == bip39.decode(phrase(decomposed))
    assert bip39.stretch(phrase(composed)) == bip39.stretch(phrase(decomposed))


def test_composed_and_decomposed_passphrases_are_one() -> None:
    both = [Secret(unicodedata.normalize(form, "Zürich ").encode()) for form in ("NFC", "NFD")]
    assert both[0] != both[1]
    assert bip39.stretch(phrase(LEGAL), both[0]) == bip39.stretch(phrase(LEGAL), both[1])


def test_white_space_in_a_passphrase_counts() -> None:
    seeds = [bip39.stretch(phrase(LEGAL), Secret(text)) for text in (b"a b", b"a  b", b"a b ")]
    assert len({seed.reveal() for seed in seeds}) == 3


def test_no_passphrase_is_the_empty_passphrase() -> None:
    assert bip39.stretch(phrase(LEGAL)) == bip39.stretch(phrase(LEGAL), Secret(b""))


@pytest.mark.parametrize("count", [0, 1, 11, 13, 20, 25, 500])
def test_a_wrong_number_of_words_is_refused(count: int) -> None:
    with pytest.raises(InputError, match="empty" if count == 0 else f"not {count}$"):
        bip39.decode(phrase(" ".join(["zebra"] * count)))


def test_wrong_words_are_named_by_position_and_never_quoted() -> None:
    words = LEGAL.split()
    words[2], words[6], words[11] = "thonk", "wurth", "yullow"
    with pytest.raises(InputError) as caught:
        bip39.decode(phrase(" ".join(words)))
    assert caught.value.cause == "words 3, 7 and 12 of the phrase are not in the english list"
    assert not any(word in everything_said(caught.value) for word in words)


def test_one_wrong_word_is_named_in_the_language_of_the_others() -> None:
    words = bip39.encode(Secret(bytes(range(16))), "french").reveal().decode().split()
    words[4] = "zzzz"
    with pytest.raises(InputError, match=r"^word 5 of the phrase is not in the french list$"):
        bip39.decode(phrase(" ".join(words)))


def test_a_wrong_checksum_is_refused_without_quoting() -> None:
    wrong = LEGAL.replace("yellow", "zebra")
    with pytest.raises(InputError, match="checksum") as caught:
        bip39.decode(phrase(wrong))
    assert not any(word in everything_said(caught.value) for word in wrong.split())


@pytest.mark.parametrize("language", bip39.languages())
def test_every_word_of_every_language_is_read(language: str) -> None:
    words = bip39.wordlist(language)
    for start in range(0, 2048, 8):
        indexes = b"".join(format(index, "011b").encode() for index in range(start, start + 8))
        entropy = Secret(int(indexes * 2, 2).to_bytes(22, "big")[:20])
        written = bip39.encode(entropy, language)
        assert _plain(written)[:8] == list(words[start : start + 8])
        assert bip39.decode(written, language)[0] == entropy


def test_a_phrase_that_two_languages_read_differently_is_refused() -> None:
    common = sorted(set(bip39.wordlist("english")) & set(bip39.wordlist("french")))
    both = _read_differently(common)
    with pytest.raises(InputError, match="english and french, with different results"):
        bip39.decode(phrase(both))
    assert bip39.decode(phrase(both), "english")[0] != bip39.decode(phrase(both), "french")[0]


def test_bytes_that_are_no_text_are_refused_and_not_carried_along() -> None:
    with pytest.raises(InputError, match="not UTF-8") as caught:
        bip39.decode(Secret(b"canary \xff\xfe"))
    assert "canary" not in everything_said(caught.value)
    with pytest.raises(InputError, match="passphrase is not UTF-8") as caught:
        bip39.stretch(phrase(LEGAL), Secret(b"canary \xff"))
    assert "canary" not in everything_said(caught.value)


@pytest.mark.parametrize("size", [0, 15, 17, 18, 31, 33, 64])
def test_entropy_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(InputError, match=f"^{size} bytes"):
        bip39.encode(Secret(bytes(size)))


@pytest.mark.parametrize("language", ["klingon", "", "../../etc/passwd", "English"])
def test_a_language_that_is_not_there_is_refused(language: str) -> None:
    with pytest.raises(InputError, match="no such language"):
        bip39.encode(Secret(bytes(16)), language)
    with pytest.raises(InputError, match="no such language"):
        bip39.decode(phrase(LEGAL), language)


@pytest.mark.parametrize("road", ["bip39_phrase", "bip39_entropy", "bip39_seed"])
def test_a_second_opinion_that_differs_stops_everything(
    monkeypatch: pytest.MonkeyPatch, road: str
) -> None:
    monkeypatch.setattr(mnemonics, road, lambda *_: Secret(b"another"))
    with pytest.raises(IntegrityError, match="disagree"):
        bip39.stretch(bip39.encode(bip39.decode(phrase(LEGAL))[0]))


def test_the_engine_refusing_what_was_accepted_is_a_disagreement() -> None:
    with pytest.raises(IntegrityError, match="refuses"):
        mnemonics.bip39_entropy(phrase(LEGAL.replace("yellow", "zebra")), "english")


@pytest.mark.parametrize(
    ("typed", "meant"), [("abandn", "abandon"), ("yelow", "yellow"), ("Zebar", "zebra")]
)
def test_a_mistyped_word_finds_what_was_meant(typed: str, meant: str) -> None:
    found = bip39.nearest(typed)
    assert meant in found
    assert len(found) <= 3


def test_four_letters_complete_every_english_word() -> None:
    for word in bip39.wordlist():
        assert bip39.complete(word[:4]) == (word,) or len(word) < 4
    assert bip39.complete("") == ()
    assert bip39.complete("xyzz") == ()


def test_every_language_has_2048_different_words_known_to_the_engine() -> None:
    assert set(bip39.languages()) == set(mnemonics.LANGUAGES)
    for language in bip39.languages():
        assert len(set(bip39.wordlist(language))) == 2048
        in_latin = any(map(str.isascii, bip39.wordlist(language)))
        assert in_latin == (language not in bip39._OTHER_SCRIPTS), language


def _plain(written: Secret) -> list[str]:
    return unicodedata.normalize("NFKD", written.reveal().decode()).split()


def _read_differently(common: list[str]) -> str:
    """The first twelve words, by counting, that both languages accept with different entropy."""
    for first in common:
        for last in common:
            words = tuple([first] * 11 + [last])
            readings = [bip39._entropy(words, name) for name in ("english", "french")]
            if None not in readings and readings[0] != readings[1]:
                return " ".join(words)
    raise AssertionError("no such phrase")
