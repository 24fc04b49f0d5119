"""Files as carriers: how they are written is detected, and then insisted on."""

from __future__ import annotations

import base64
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceremonies.errors import InputError
from ceremonies.exchange import file
from ceremonies.exchange.payload import Encoding, Kind, Payload

PSBT = b"psbt\xff" + bytes(range(101))
TRANSACTION = b"\x02\x00\x00\x00" + bytes(range(100))

PSBTS = st.binary(max_size=300).map(lambda rest: Payload(Kind.PSBT, b"psbt\xff" + rest))
TRANSACTIONS = st.builds(
    lambda version, rest: Payload(Kind.TRANSACTION, bytes([version, 0, 0, 0]) + rest),
    st.integers(1, 3),
    st.binary(max_size=300),
)
ENCODINGS = st.sampled_from(Encoding)


@given(PSBTS, ENCODINGS)
def test_a_psbt_comes_back_in_every_encoding(payload: Payload, encoding: Encoding) -> None:
    assert file.read(file.write(payload, encoding)) == (payload, encoding)


@given(TRANSACTIONS, st.sampled_from([Encoding.BINARY, Encoding.HEX]))
def test_a_transaction_comes_back_in_its_encodings(payload: Payload, encoding: Encoding) -> None:
    assert file.read(file.write(payload, encoding)) == (payload, encoding)


def test_text_is_one_line_ended_by_one_line_feed() -> None:
    for encoding in (Encoding.BASE64, Encoding.HEX):
        written = file.write(Payload(Kind.PSBT, PSBT), encoding)
        assert written.count(b"\n") == 1
        assert written.endswith(b"\n")
        assert written.isascii()
    assert file.write(Payload(Kind.PSBT, PSBT), Encoding.BINARY) == PSBT


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("width", [4, 64, 76])
def test_wrapped_text_reads_as_one_line_does(ending: str, width: int) -> None:
    texts = {
        Encoding.BASE64: base64.b64encode(PSBT).decode(),
        Encoding.HEX: PSBT.hex(),
    }
    for encoding, text in texts.items():
        wrapped = ending.join(textwrap.wrap(text, width)) + ending
        assert file.read(wrapped.encode()) == (Payload(Kind.PSBT, PSBT), encoding)


@pytest.mark.parametrize("around", [b"", b" ", b"\n", b"\r\n\r\n", b"\t"])
def test_spaces_and_line_breaks_around_text_are_passed_over(around: bytes) -> None:
    text = base64.b64encode(PSBT)
    assert file.read(around + text + around) == (Payload(Kind.PSBT, PSBT), Encoding.BASE64)


@pytest.mark.parametrize("data", [PSBT, TRANSACTION])
def test_hex_may_be_upper_lower_or_mixed(data: bytes) -> None:
    kind = Kind.PSBT if data is PSBT else Kind.TRANSACTION
    lower, upper = data.hex(), data.hex().upper()
    mixed = "".join(pair[at % 2] for at, pair in enumerate(zip(lower, upper, strict=True)))
    for text in (lower, upper, mixed):
        assert file.read(text.encode()) == (Payload(kind, data), Encoding.HEX)


def test_binary_is_taken_as_it_is_to_its_last_byte() -> None:
    # whether a PSBT may end in that is for the one who reads PSBTs
    for data in (PSBT + b"\n", PSBT + b"\x00"):
        assert file.read(data) == (Payload(Kind.PSBT, data), Encoding.BINARY)


BASE64, HEX = base64.b64encode(PSBT), PSBT.hex().encode()


@pytest.mark.parametrize(
    "content",
    [
        # damaged or padded wrongly
        BASE64[:-1],
        BASE64 + b"=",
        BASE64 + b"====",
        BASE64.rstrip(b"="),
        BASE64 + BASE64,
        BASE64[:40] + b" " + BASE64[40:],
        BASE64[:40] + b"-" + BASE64[41:],
        BASE64[:40] + b"\x00" + BASE64[41:],
        BASE64[:40] + b"\xff" + BASE64[41:],
        BASE64[:40] + b"=" + BASE64[40:],
        b"cHNidP9=",
        HEX[:-1],
        HEX[:40] + b" " + HEX[40:],
        HEX[:40] + b"g" + HEX[41:],
        b"0x" + HEX,
        # followed or preceded by something
        BASE64 + b"\nand more",
        HEX + b"zz",
        b"psbt: " + BASE64,
        b'"' + BASE64 + b'"',
        b"\xef\xbb\xbf" + BASE64,
        b"\xef\xbb\xbf" + HEX,
        b"\xef\xbb\xbf" + PSBT,
        BASE64.decode().encode("utf-16"),
        b"\n" + PSBT,
        # something else altogether
        b"",
        b"\n",
        b" ",
        b"psbt",
        b"PSBT\xff" + PSBT[5:],
        b"psbt\xfe" + PSBT[5:],
        b"cHNidP",
        b"70736274",
        b"70736274fe00",
        b"\x00\x00\x00\x00" + bytes(60),
        b"\x89PNG\r\n\x1a\n",
        b"{}",
        b"ur:crypto-psbt/1-2/lpadaxcfaxiacyvwhdfhndhkadclhkaxhnlkktgo",
        b"B$ZP0100FMUE",
    ],
    ids=range(38),
)
def test_what_is_not_exactly_a_payload_is_refused(content: bytes) -> None:
    with pytest.raises(InputError):
        file.read(content)


@given(st.binary(min_size=1, max_size=60).filter(lambda rest: b"\n" not in rest))
def test_text_that_goes_on_is_never_cut_short(rest: bytes) -> None:
    for text in (BASE64, HEX):
        try:
            payload, _ = file.read(text + rest)
        except InputError:
            continue
        # it was read because it is one longer text
        assert payload.data.startswith(PSBT)
        assert len(payload.data) > len(PSBT) or not rest.strip(b" \t\r")


@given(st.binary(max_size=300))
def test_noise_is_refused_or_is_what_it_says(noise: bytes) -> None:
    try:
        payload, encoding = file.read(noise)
    except InputError:
        return
    assert encoding is not Encoding.BINARY or payload.data == noise


@given(st.sampled_from([BASE64, HEX]), st.data())
def test_one_changed_character_is_refused_or_changes_the_bytes(
    text: bytes, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(text) - 1))
    new = data.draw(st.integers(0, 255).filter(lambda byte: byte != text[at]))
    changed = text[:at] + bytes([new]) + text[at + 1 :]
    try:
        payload, encoding = file.read(changed)
    except InputError:
        return
    same_letter = encoding is Encoding.HEX and changed.lower() == text.lower()
    assert same_letter or payload.data != PSBT


@pytest.mark.parametrize("version", [0, 4, 255])
def test_a_transaction_of_another_version_is_not_guessed_at(version: int) -> None:
    with pytest.raises(InputError, match="neither a psbt nor a transaction"):
        file.read(bytes([version, 0, 0, 0]) + bytes(60))


def test_a_psbt_in_hex_of_the_largest_size_still_fits() -> None:
    from ceremonies.bitcoin.psbt import MAX_SIZE

    assert 2 * MAX_SIZE + 1 <= file.MAX_SIZE


def test_an_error_does_not_repeat_the_file() -> None:
    marked = b"canary-" * 8
    for content in (marked, BASE64 + marked, HEX + marked):
        with pytest.raises(InputError) as caught:
            file.read(content)
        assert "canary" not in f"{caught.value!r} {caught.value.hint}"
