"""Other people's UR and BBQr, in JavaScript, both ways: `make peers` installs them.

Skipped with a reason where node or the packages are missing.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from ceremonies.exchange import bbqr, cbor, ur
from ceremonies.exchange.fountain import Decoder, Part
from ceremonies.exchange.payload import Kind, Payload

PEERS = Path(__file__).parent / "peers"
NOISE = random.Random(12).randbytes(20_000)


def peer(verb: str, **asked: Any) -> Any:
    """What the other implementation answers."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    if not (PEERS / "node_modules").is_dir():
        pytest.skip("the peers are not installed: make peers")
    done = subprocess.run(
        [node, str(PEERS / "peer.mjs"), verb],
        input=json.dumps(asked).encode(),
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


@pytest.mark.parametrize("size", [20, 1_000, 20_000])
def test_our_urs_are_read(size: int) -> None:
    payload = Payload(Kind.PSBT, NOISE[:size])
    parts = list(islice(ur.encode(payload, longest=200), 3 * -(-size // 200)))
    for sent in (parts, parts[len(parts) // 4 :]):
        read = peer("ur-decode", parts=sent)
        assert read["type"] == "crypto-psbt"
        assert bytes.fromhex(read["cbor"]) == ur.message_of(payload)


@pytest.mark.parametrize("size", [20, 1_000, 20_000])
def test_their_urs_are_ours_to_the_letter_and_read(size: int) -> None:
    payload = Payload(Kind.BYTES, NOISE[:size])
    count = 2 * -(-size // 200)
    theirs = peer(
        "ur-encode", type="bytes", cbor=cbor.encode(payload.data).hex(), longest=200, count=count
    )["parts"]
    single = len(ur.message_of(payload)) <= 200
    if single:
        assert theirs[0].upper() == next(ur.encode(payload, longest=200))
        return
    ours = list(islice(ur.encode(payload, longest=200), count))
    assert [part.upper() for part in theirs] == ours
    pieces = [ur.parse(part).content for part in theirs]
    assert isinstance(pieces[0], Part)
    decoder = Decoder(pieces[0])
    for piece in reversed(pieces):
        assert isinstance(piece, Part)
        decoder.add(piece)
    assert decoder.message == ur.message_of(payload)


@pytest.mark.parametrize("encoding", ["Z", "2", "H"])
@pytest.mark.parametrize("size", [20, 1_000, 20_000])
def test_our_bbqr_is_read(encoding: str, size: int) -> None:
    payload = Payload(Kind.PSBT, bytes(size // 2) + NOISE[: size // 2])
    parts = bbqr.encode(payload, longest=1_000, encoding=encoding)
    random.Random(1).shuffle(parts)
    assert peer("bbqr-decode", parts=parts) == {"type": "P", "data": payload.data.hex()}


@pytest.mark.parametrize("encoding", ["Z", "2", "H"])
@pytest.mark.parametrize("size", [20, 1_000, 20_000])
def test_their_bbqr_is_read(encoding: str, size: int) -> None:
    data = bytes(size // 2) + NOISE[: size // 2]
    parts = peer("bbqr-encode", data=data.hex(), type="P", encoding=encoding, most=20)["parts"]
    assert bbqr.join([bbqr.parse(part) for part in parts]) == Payload(Kind.PSBT, data)
