"""What looks like a secret is neither shown nor written; what does not, is."""

from __future__ import annotations

import pytest

from ceremonies.errors import Refused
from ceremonies.exchange import cbor
from ceremonies.exchange.cbor import Tagged, Value
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


@pytest.mark.parametrize("size", [16, 32])
def test_a_file_of_as_many_bytes_as_a_seed_is_refused(size: int) -> None:
    with pytest.raises(Refused, match="bytes of a seed"):
        insist_public(Payload(Kind.BYTES, b"\xff" * size), Format.FILE)
    insist_public(Payload(Kind.TEXT, b"x" * size), Format.FILE)


def test_words_among_other_bytes_are_refused() -> None:
    with pytest.raises(Refused, match="words"):
        insist_public(Payload(Kind.BYTES, b"\xff\xfe " + ABANDON.encode()))


_KEY = b"\x02" + bytes(32)
_CBOR: dict[str, tuple[Kind, Value, str]] = {
    "a master key": (Kind.HDKEY, {1: True, 3: bytes(33), 4: bytes(32)}, "private key"),
    "a derived one": (Kind.HDKEY, {2: True, 3: bytes(33), 4: bytes(32)}, "private key"),
    "one that does not say so": (Kind.HDKEY, {3: bytes(33)}, "private key"),
    "one that says another thing": (Kind.HDKEY, {2: False, 3: bytes(33)}, "private key"),
    "in an output": (Kind.OUTPUT, Tagged(404, Tagged(303, {2: True, 3: _KEY})), "private key"),
    "in an account": (
        Kind.ACCOUNT,
        {1: 7, 2: [Tagged(404, Tagged(303, {3: _KEY})), Tagged(404, Tagged(303, {3: bytes(33)}))]},
        "private key",
    ),
    "a bare key": (
        Kind.DESCRIPTOR,
        {1: "pkh(@0)", 2: [Tagged(40306, {2: True, 3: bytes(32)})]},
        "private key",
    ),
    "a key in a descriptor": (Kind.DESCRIPTOR, {1: f"wpkh({XPRV}/0/*)"}, "extended private key"),
    "a seed": (Kind.CBOR, {1: bytes(range(16)), 2: 7}, "bytes of a seed"),
    "a seed under its tag": (Kind.CBOR, Tagged(40300, {1: bytes(32)}), "bytes of a seed"),
    "words": (Kind.CBOR, {1: [*ABANDON.split()], 2: "en"}, "words"),
}


@pytest.mark.parametrize("case", _CBOR)
def test_a_secret_is_refused_in_the_cbor_it_is_carried_in(case: str) -> None:
    kind, value, form = _CBOR[case]
    with pytest.raises(Refused, match=form):
        insist_public(Payload(kind, cbor.encode(value)), Format.UR)


def test_a_secret_in_damaged_cbor_is_refused() -> None:
    with pytest.raises(Refused, match="extended private key"):
        insist_public(Payload(Kind.CBOR, b"\xff" + XPRV.encode()))


def test_public_keys_in_cbor_pass() -> None:
    key = {3: _KEY, 4: bytes(32), 8: 7}
    insist_public(Payload(Kind.HDKEY, cbor.encode(key)))
    insist_public(Payload(Kind.OUTPUT, cbor.encode(Tagged(404, Tagged(303, key)))))
    insist_public(Payload(Kind.CBOR, cbor.encode([1, bytes(32), "a note"])))


def test_a_psbt_is_not_searched_for_words() -> None:
    insist_public(Payload(Kind.PSBT, b"psbt\xff" + ABANDON.encode()))
