"""What looks like a secret is neither shown nor written; what does not, is."""

from __future__ import annotations

import pytest

from ceremonies.errors import Refused
from ceremonies.exchange.payload import Format, Kind, Payload
from ceremonies.keys import bip39, slip39
from custody_cli.stray_secrets import insist_public

ABANDON = " ".join(["abandon"] * 11 + ["about"])
XPRV = (
    "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3"
    "TGtRBeJgk33yuGBxrMPHi"
)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (ABANDON, "words"),
        (ABANDON.upper(), "words"),
        ("\n".join(f"{n}. {word}" for n, word in enumerate(ABANDON.split(), 1)), "words"),
        ('{"phrase": "' + ABANDON + '"}', "words"),
        ("my words, mistyped: " + ABANDON.replace("about", "abotu"), "words"),
        (" ".join(slip39.wordlist()[:20]), "words"),
        *((" ".join(bip39.wordlist(name)[100:112]), "words") for name in bip39.languages()),
        ("slip39:000102030405060708090a0b0c0d0e0f", "master secret"),
        (XPRV, "extended private key"),
        (f"wpkh([73c5da0a/84h/0h/0h]{XPRV}/0/*)", "extended private key"),
        ("KwDiBf89QgGbjEhKnhXJuH7LrciVrZi3qYjgd9M7rFU73sVHnoWn", "private key"),
        ("5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ", "private key"),
        ("ms10testsxxxxxxxxxxxxxxxxxxxxxxxxxx4nzvca9cmczlw", "codex32"),
        ("0000" * 12, "digits"),
        ("192402220235174306311124037817700641198012901210\n", "digits"),
        ("0000" * 24, "digits"),
    ],
)
def test_a_secret_is_refused_by_its_form(text: str, form: str) -> None:
    kind = Kind.JSON if text.startswith("{") else Kind.TEXT
    with pytest.raises(Refused, match=form) as caught:
        insist_public(Payload(kind, text.encode()))
    assert text[:12].lower() not in f"{caught.value} {caught.value.hint}".lower()


@pytest.mark.parametrize("size", [16, 20, 24, 28, 32])
def test_the_bytes_of_a_compact_seed_in_one_plain_code_are_refused(size: int) -> None:
    payload = Payload(Kind.BYTES, b"\xff" * size)
    with pytest.raises(Refused, match="bytes of a seed"):
        insist_public(payload, Format.STATIC)
    insist_public(payload, Format.UR)
    insist_public(Payload(Kind.BYTES, b"\xff" * (size + 1)), Format.STATIC)


@pytest.mark.parametrize(
    "text",
    [
        "bcrt1qltn44sg5tu0dnh59vdqqffmfgjgvfk2av96j9h",
        "wpkh([73c5da0a/84h/1h/0h]tpubDC8msFGeGuwnKG9Upg7DM2b4DaRqg3CUZa5g8v2SRQ6K4NSkxUgd7HsL2XVWb)",
        "A letter to the bank: please find the documents of the account with this note attached.",
        "00" * 200,
        "0" * 50,
        "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
    ],
)
def test_what_is_public_passes(text: str) -> None:
    insist_public(Payload(Kind.TEXT, text.encode()), Format.STATIC)


def test_a_psbt_is_not_searched_for_words() -> None:
    insist_public(Payload(Kind.PSBT, b"psbt\xff" + ABANDON.encode()))
