"""The formats page defines what the program computes, down to the last byte."""

from __future__ import annotations

import contextlib
import io
import json
import re
from pathlib import Path

from doc_pages import DESCRIPTOR, DOCS, blocks, practice

from ceremonies.bitcoin.psbt import parse
from ceremonies.conduct.steps.account import AccountFile
from ceremonies.keys import slip39
from ceremonies.keys.account import fingerprint_of
from ceremonies.keys.card_check import check_card
from ceremonies.keys.entropy import Pool, Source
from ceremonies.keys.set_record import read_record
from ceremonies.secret import Secret
from ceremonies.signing.review import review
from ceremonies.wallets import file

FORMATS = DOCS / "formats.md"


def test_the_intent_of_the_page_is_computed_by_a_hash_function_alone(tmp_path: Path) -> None:
    (program,) = (one for one in blocks(FORMATS, "python") if one.heading == "The intent")
    imported = [line for line in program.text.splitlines() if "import" in line]
    assert imported == ["from hashlib import sha256"]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(program.text, "formats.md", "exec"), {"__name__": "formats"})
    (told,) = (one for one in blocks(FORMATS, "text") if one.heading == "The intent")
    assert printed.getvalue() == told.text

    practice(tmp_path)
    wallet = file.read((tmp_path / "vault.wallet.json").read_bytes())
    assert wallet.descriptor == DESCRIPTOR
    intent = review(parse((tmp_path / "payment.psbt").read_bytes()), wallet).intent
    assert intent is not None
    assert told.text.strip() == intent.hex()


def test_the_set_record_of_the_page_is_read_and_written_back() -> None:
    (shown,) = blocks(FORMATS, "json")
    record = read_record(shown.text.encode())
    assert record.to_json().decode() == shown.text


def test_the_tag_of_the_page_is_computed_with_python_alone_and_is_that_of_its_card() -> None:
    (program,) = (one for one in blocks(FORMATS, "python") if one.heading == "The set record")
    (shown,) = blocks(FORMATS, "json")
    printed, names = io.StringIO(), {"__name__": "formats"}
    with contextlib.redirect_stdout(printed):
        exec(compile(program.text, "formats.md", "exec"), names)
    record = read_record(shown.text.encode())
    assert printed.getvalue().strip() == record.tags[0].tag.hex()
    card = slip39.read_card(Secret(names["card"]))  # type: ignore[arg-type]
    check_card(card, record)
    seed = slip39.recover([card], scheme=record.scheme, passphrase=Secret(b"TREZOR"))
    assert fingerprint_of(seed, None) == record.fingerprint


def test_the_keys_of_the_tables_are_the_keys_of_the_files() -> None:
    text = FORMATS.read_text("utf-8")
    (record,) = blocks(FORMATS, "json")
    for heading, keys in (
        ("## The wallet file", list(file.WalletFile.__struct_fields__)),
        ("## The account file", list(AccountFile.__struct_fields__)),
        ("## The set record", [key for key in json.loads(record.text) if key != "format"]),
    ):
        section = text.split(heading, 1)[1].split("\n## ", 1)[0]
        assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == keys


def test_the_pool_is_expanded_as_the_page_says() -> None:
    import hmac

    def framed(data: bytes) -> bytes:
        return len(data).to_bytes(8, "big") + data

    given = ("system", bytes(range(64))), ("dice", b"1523461523")
    pool = Pool(tuple(Source(kind=kind, data=Secret(data), bits=1) for kind, data in given))
    material = b"".join(framed(kind.encode()) + framed(data) for kind, data in sorted(given))
    key = hmac.digest(b"custody-cli entropy pool 1", material, "sha256")
    info = framed(b"bip39-entropy") + framed(b"")
    assert pool.expand("bip39-entropy", 32).reveal() == hmac.digest(key, info + b"\x01", "sha256")
