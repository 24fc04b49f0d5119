"""The wallet file: read strictly, and worth nothing once anything in it was changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from wallet_material import CASES, REGTEST, case_named, described

from ceremonies import disk
from ceremonies.errors import CeremonyError, InputError, IntegrityError
from ceremonies.wallets import file
from ceremonies.wallets.wallet import Wallet, register

WALLET = register("vault", [described("wsh(sortedmulti(2,K1,K2))")], REGTEST)
WRITTEN = file.write(WALLET)
CONTENT = json.loads(WRITTEN)


def changed(**fields: object) -> bytes:
    return json.dumps({**CONTENT, **fields}).encode()


@pytest.mark.parametrize("name", CASES)
def test_a_wallet_comes_back_from_its_file(name: str) -> None:
    wallet = register(name, [case_named(name)["descriptor"]], REGTEST)
    written = file.write(wallet)
    assert file.read(written) == wallet
    assert file.write(file.read(written)) == written


def test_the_file_is_what_people_can_read() -> None:
    assert WRITTEN.endswith(b"\n}\n")
    assert list(CONTENT) == ["format", "name", "network", "descriptor", "id"]
    assert CONTENT["id"] == WALLET.id
    assert WRITTEN.isascii()


def read_or_none(data: bytes) -> Wallet | None:
    try:
        return file.read(data)
    except CeremonyError:
        return None


def is_harmless(wallet: Wallet | None) -> bool:
    """Whether nothing was read, or the same wallet, its name apart."""
    if wallet is None:
        return True
    same = wallet.id == WALLET.id and wallet.descriptor == WALLET.descriptor
    return same and wallet.network is WALLET.network and wallet.branches == WALLET.branches


@settings(max_examples=400, deadline=None)
@given(st.integers(0, len(WRITTEN) - 1), st.integers(0, 255))
def test_one_changed_byte_never_makes_another_wallet(at: int, new: int) -> None:
    damaged = WRITTEN[:at] + bytes([new]) + WRITTEN[at + 1 :]
    assert is_harmless(read_or_none(damaged))


def test_no_changed_character_of_descriptor_network_or_id_is_read() -> None:
    for field in ("descriptor", "network", "id", "format"):
        value = CONTENT[field]
        for at, old in enumerate(value):
            new = "x" if old != "x" else "y"
            assert read_or_none(changed(**{field: value[:at] + new + value[at + 1 :]})) is None


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(WRITTEN)), st.integers(0, 12), st.binary(max_size=12))
@example(0, 0, b"\xef\xbb\xbf")
@example(len(WRITTEN), 0, b"{}")
@example(len(WRITTEN), 0, b"\x00")
def test_bytes_put_in_or_taken_out_never_make_another_wallet(
    at: int, removed: int, added: bytes
) -> None:
    assert is_harmless(read_or_none(WRITTEN[:at] + added + WRITTEN[at + removed :]))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xef\xbb\xbf" + WRITTEN,
        WRITTEN.decode().encode("utf-16"),
        WRITTEN + b"{}",
        WRITTEN + WRITTEN,
        WRITTEN[:-2],
        b"[" + WRITTEN + b"]",
        b"null",
        b'"wallet"',
        WRITTEN.replace(b'"vault"', b"'vault'"),
        WRITTEN.replace(b"\n}", b",\n}"),
        WRITTEN.replace(b'"name"', b'"Name"'),
        b"// a comment\n" + WRITTEN,
        b"[" * 100_000,
        b'{"name": ' + b"1" * 5000 + b"}",
        b'{"\\ud800": 1}',
        changed(name="\ud800"),
        changed(descriptor="\ud800" + CONTENT["descriptor"]),
        changed(network="\ud800"),
        changed(name=7),
        changed(name=None),
        changed(id=[CONTENT["id"]]),
        changed(note="and more"),
        changed(format="custody-wallet/2"),
        changed(network="mainnet"),
        changed(network="testnet"),
        changed(network="Regtest"),
        changed(name="two words"),
        changed(name=""),
        changed(descriptor=""),
        changed(descriptor=CONTENT["descriptor"] + "\n"),
        changed(descriptor=CONTENT["descriptor"].partition("#")[0]),
    ],
    ids=range(32),
)
def test_what_is_not_exactly_a_wallet_file_is_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        file.read(data)


@pytest.mark.parametrize("field", ["format", "name", "network", "descriptor", "id"])
def test_a_missing_or_repeated_field_is_refused(field: str) -> None:
    without = {key: value for key, value in CONTENT.items() if key != field}
    with pytest.raises(InputError, match=field):
        file.read(json.dumps(without).encode())
    twice = WRITTEN.replace(b"{", b"{" + json.dumps({field: CONTENT[field]}).encode()[1:-1] + b",")
    with pytest.raises(InputError, match="twice"):
        file.read(twice)


@pytest.mark.parametrize(
    "data",
    [
        changed(id="0" * 64),
        changed(id=CONTENT["id"].upper()),
        changed(id=""),
        changed(network="signet"),
        changed(network="testnet4"),
        changed(descriptor=described("wsh(sortedmulti(1,K1,K2))")),
        changed(descriptor=described("wsh(sortedmulti(2,K1,K3))")),
    ],
    ids=range(7),
)
def test_an_id_that_is_not_this_wallets_is_a_broken_promise(data: bytes) -> None:
    with pytest.raises(IntegrityError, match="id is not that of its descriptor"):
        file.read(data)


def test_a_descriptor_that_is_not_in_its_normal_form_is_refused() -> None:
    from btclib_wallet.descriptors import add_checksum

    other = add_checksum(CONTENT["descriptor"].partition("#")[0].replace("48h", "48'"))
    with pytest.raises(InputError, match="not normalised"):
        file.read(changed(descriptor=other))


def test_two_wallets_of_one_content_and_two_names_have_one_id() -> None:
    renamed = file.read(changed(name="other"))
    assert (renamed.name, renamed.id) == ("other", WALLET.id)


def test_a_huge_file_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    path = tmp_path / "huge.wallet.json"
    path.write_bytes(WRITTEN + b" " * file.MAX_SIZE)
    with pytest.raises(InputError, match="longer than"):
        disk.read(path, limit=file.MAX_SIZE, what="the wallet file")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_noise_is_refused_without_any_other_exception(noise: bytes) -> None:
    with pytest.raises(InputError):
        file.read(noise)
