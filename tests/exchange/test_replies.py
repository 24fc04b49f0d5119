"""Signed replies in carriers: what does not fit is said before signing, and nothing is lost."""

from __future__ import annotations

import base64
import json
import os
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import program
import pytest
from shared_data import ROOT, corpus

from ceremonies.bitcoin.bytestream import blob
from ceremonies.exchange import series, source
from ceremonies.exchange.payload import Format, Kind, Payload
from ceremonies.network import REGTEST
from ceremonies.wallets import file
from ceremonies.wallets.wallet import register


@pytest.fixture(scope="module")
def case() -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(one for one in corpus() if one["case"] == "wsh-2of3")
    return found


@pytest.fixture
def room(case: Mapping[str, Any], tmp_path: Path) -> Path:
    """A 2-of-3 wallet, a phrase of it, and two PSBTs: that is one code, and two."""
    wallet = register("core", [case["descriptor"]], REGTEST)
    (tmp_path / "wallet.json").write_bytes(file.write(wallet))
    (tmp_path / "phrase.txt").write_text(case["signers"][0]["mnemonic"])
    psbt = base64.b64decode(case["spends"]["pay-1"]["psbt"])
    (tmp_path / "full.psbt").write_bytes(filled(psbt))
    (tmp_path / "several.psbt").write_bytes(padded(psbt, 2_000))
    return tmp_path


def padded(psbt: bytes, size: int) -> bytes:
    """A PSBT with so many bytes that mean nothing, in a proprietary record (BIP-174)."""
    record = blob(b"\xfc\x04test\x00") + blob(random.Random(6).randbytes(size))
    return psbt[:5] + record + psbt[5:]


def filled(psbt: bytes) -> bytes:
    """One that is one code still, and no more with a signature."""
    fits = [size for size in range(0, 400, 16) if codes_of(padded(psbt, size)) == 1]
    return padded(psbt, fits[-1])


def codes_of(data: bytes) -> int:
    return series.make(Payload(Kind.PSBT, data), Format.BBQR).parts


def signed(room: Path, psbt: str, output: str, *more: str) -> tuple[int, Any, str]:
    done = program.run(
        *("psbt", "sign", psbt, "--wallet", "wallet.json", "--seed", "phrase.txt", "--yes"),
        *("-o", output, *more, "--json"),
        stdin=b"",
        cwd=str(room),
        environment={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
    )
    return done.code, json.loads(done.out), done.err.decode()


@pytest.mark.parametrize("name", ["reply.png", "reply.svg", "reply.static.png"])
def test_what_cannot_be_one_code_is_refused_before_the_key_is_asked_for(
    name: str, room: Path
) -> None:
    (room / "phrase.txt").write_text("no phrase")
    before = set(room.iterdir())
    code, told, _ = signed(room, "several.psbt", name, "--log", "log")
    assert code == 3
    assert "code" in told["error"]["cause"]
    assert "phrase" not in told["error"]["cause"]
    assert set(room.iterdir()) == before


def test_signatures_that_are_too_much_for_one_code_are_kept_in_a_file(room: Path) -> None:
    code, told, said = signed(room, "full.psbt", "reply.png", "--log", "log")
    assert code == 0
    assert told["output"] == "reply.png.psbt"
    assert not (room / "reply.png").exists()
    assert codes_of((room / "reply.png.psbt").read_bytes()) > 1
    assert "it takes 2 codes" in said
    assert "custody qr show" in said
    code, told, _ = signed(room, "full.psbt", "reply.png")
    assert code == 6, "what is kept there is not overwritten"


def test_a_trimmed_reply_that_is_one_code_is_one_picture(room: Path) -> None:
    code, told, said = signed(room, "several.psbt", "reply.png", "--trim")
    assert (code, told["output"]) == (0, "reply.png")
    assert "warning" not in said
    assert source.from_path(room / "reply.png", what="it").payload.kind is Kind.PSBT


def test_a_folder_of_psbts_is_not_signed_into_codes(room: Path) -> None:
    (room / "batch").mkdir()
    (room / "batch" / "a.psbt").write_bytes((room / "several.psbt").read_bytes())
    code, told, _ = signed(room, "batch", "out.gif")
    assert (code, (room / "out.gif").exists()) == (2, False)
    assert "folder" in told["error"]["cause"]
