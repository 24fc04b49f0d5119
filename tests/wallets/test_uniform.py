"""Wallets as `ur:crypto-output`: published ones are read, ours are read back, others refused."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wallet_material import REGTEST, described, key

from ceremonies.bitcoin.descriptor import with_checksum
from ceremonies.errors import CeremonyError, InputError, Refused
from ceremonies.exchange import cbor, crypto_output, ur
from ceremonies.exchange.cbor import Tagged, Value
from ceremonies.exchange.payload import Kind, Payload
from ceremonies.network import MAINNET, TESTNET4
from ceremonies.wallets import peers, uniform
from ceremonies.wallets.addresses import address_at
from ceremonies.wallets.found import Found
from ceremonies.wallets.registration import registered
from ceremonies.wallets.wallet import Place, Wallet, register

# as Sparrow shows its wallets, and the descriptor each of them is, without branches
SPARROW = {
    "UR:CRYPTO-OUTPUT/TAADMUTAADDLOSAOWKAXHDCLAXJPDPECBNTOVEKOVOADIHWDDIBKHTHYAECWBSWPDEYTMSLEDRBSPM"
    "AMDEVAURWFDWAAHDCXKKSGMELBWMKOFRDMOEDAUEMUQDVDVANEBGVOMYGLKOVSFDSKDEJYKOGDGTINETTOAHTAADEHOEADAE"
    "AOADAMTAADDYOTADLNCSDWYKADYKAEYKAOCYTBFSSSOSAXAXAYCYLBZMISPFASIMGUIHIHIEGUINIOJTIHJPMEZM"
    "DWFY": (
        "pkh([d63dc4a7/44h/1h/0h]tpubDCxxwY2QwiUCq8ievg9BurvmxfSa8LStd6XLh6meDBjK2BWynxq8M7d99P9yNBaCx"
        "SkUcxZrvnwgUsXbqP8SyJZY21C7Cm1R7M36xxSeiS6{})"
    ),
    "UR:CRYPTO-OUTPUT/TAADMHTAADMWTAADDLOSAOWKAXHDCLAXPKGWJSLTINFRRELGGHECCMJLLKADKSHDRLDNDARLBZBACH"
    "SNAHHGNLDLLBGSTICFAAHDCXRPEETDCMQDWKBDPSBYJETBLGKTDNDRMSHHRFDIBEDREOLEKTBGMTBBOTKPFPWFWNAHTAADEH"
    "OEADAEAOADAMTAADDYOTADLNCSEHYKADYKAEYKAOCYTBFSSSOSAXAXAYCYINOTTORLASIEGRJPKPKSRYCEWNPF": (
        "sh(wpkh([d63dc4a7/49h/1h/0h]tpubDCoS7zq26q1CC75oB7zcNRvbXbQwAUf9gnhaS5vDYEZA2F8Maz7taNiKGbEWG"
        "Y1fxEyWQgvCCQRGNBz87qej9XuyMXpTCtDbbKP6fXGtio1{}))"
    ),
    "UR:CRYPTO-OUTPUT/TAADMWTAADDLOSAOWKAXHDCLAXRFBBVARYHNRLIMTLFEASUEOSGSRYOLBTCTSAHTIHKIDAMNPKLKFZ"
    "TBHHMKKGKKGUAAHDCXHKMEMSKTVLNLSWDLUOGRDYBSFYIYIEJLCYVSJLNLMDLPJPNNGSSFMEIHHYCHLGENAHTAADEHOEADAE"
    "AOADAMTAADDYOTADLNCSGHYKADYKAEYKAOCYTBFSSSOSAXAXAYCYIDWEJPPKASIHFWGAGDEOESYKNYPEOT": (
        "wpkh([d63dc4a7/84h/1h/0h]tpubDCka9mfAaAN3cit16QqK2RCRVBpA2B7b8RFWUCLdyKR8eA48pjX7kZ5RAM6bSdwD"
        "9ivwh33KES7Q4DcqzNwkNUyyadZTTLf36Xp955vUBdf{})"
    ),
    "UR:CRYPTO-OUTPUT/TAADNLTAADDLOSAOWKAXHDCLAOUYWTLNPRWYDIBNZCWEMHVWSTJYLGCNISEOPSEETEDMZTBSYTATJL"
    "AEZMNYDEEHCAAAHDCXHTRLUYDIRDNLDSYAZEKESWDYMTWNGSVAKTVWFGFEGUCSDNPDDTFRZMRTUTNSBSGTAHTAADEHOEADAE"
    "AOADAMTAADDYOTADLNCSHFYKADYKADYKAOCYTBFSSSOSAXAXAYCYOEWNPFHKASIMGUIHIHIEGUINIOJTIHJPDKZS"
    "VSIS": (
        "tr([d63dc4a7/86h/1h/1h]tpubDDDs2UVFbhXBRTW4EJEH74qDcdVetqn5pF2AMcpMCfwvU561GJiY4BZoLPSpw4d6cb"
        "7wVHyu1JNa3dVjhKgmTKZ6m8M4L6wv763gHjhYAfd{})"
    ),
}
# the fourth example of BCR-2020-010, whose key has another child number than its path says
EXAMPLE_4 = (
    "d90193d9012fa503582102d2b36900396c9282fa14628566582f206a5dd0bcc8d5e892611806cafb0301f004582063"
    "7807030d55d01f9a0cb3a7839515d796bd07706386a6eddf06cc29a65a0e2906d90130a30186182cf500f500f5021a"
    "d34db33f030407d90130a1018401f480f4081a78412e3a"
)
EXAMPLE_4_KEY = (
    "xpub6ERApfZwUNrhLCkDtcHTcxd75RbzS1ed54G1LkBUHQVHQKqhMkhgbmJbZRkrgZw4koxb5JaHWkY4ALHY2grBGRjaDM"
    "zQLcgJvLJuZZvRcEL"
)
SAYABLE = (
    *("pkh(K1)", "sh(wpkh(K1))", "wpkh(K1)", "tr(K1)"),
    *("sh(sortedmulti(1,K1,K2))", "sh(wsh(sortedmulti(2,K1,K2,K3)))", "wsh(multi(2,K2,K1))"),
    "wsh(sortedmulti(2,K1,K2,K3))",
)
UNSAYABLE = (
    "wsh(or_d(multi(2,K1,K2,K3),and_v(v:pkh(K4),older(6))))",
    "tr(K1,{pk(K2),sortedmulti_a(2,K3,K4)})",
    "wsh(pk(K1))",
)


def carried(data: bytes) -> Found:
    return uniform.carried(Payload(Kind.OUTPUT, data))


@cache
def wallet_of(body: str) -> Wallet:
    return register("vault", [described(body)], REGTEST)


@pytest.mark.parametrize("text", SPARROW)
def test_the_wallets_that_sparrow_shows(text: str) -> None:
    for written in (text, text.lower() + "\r\n"):
        found = peers.read(written.encode())
        assert found.descriptors == (with_checksum(SPARROW[text].format("/<0;1>/*")),)
        assert found.peer == "ur"
        wallet = registered("vault", found, TESTNET4)
        assert address_at(wallet, Place(0, 0)).text.startswith(("tb1", "m", "n", "2"))


def test_the_descriptor_of_bcr_2020_010() -> None:
    (text,) = carried(bytes.fromhex(EXAMPLE_4)).descriptors
    assert text.startswith("pkh([d34db33f/44h/0h/0h]xpub")
    assert "/1/*)" in text
    ours = register("ours", [text], MAINNET)
    theirs = register("theirs", [with_checksum(f"pkh({EXAMPLE_4_KEY}/1/*)")], MAINNET)
    assert address_at(ours, Place(0, 7)).text == address_at(theirs, Place(0, 7)).text


@pytest.mark.parametrize("body", SAYABLE)
def test_what_is_written_is_one_ur_that_is_read_as_the_same_wallet(body: str) -> None:
    wallet = wallet_of(body)
    text = peers.write(wallet, "ur")
    assert text.startswith("ur:crypto-output/")
    assert text == text.lower()
    for network in (REGTEST, TESTNET4):
        again = registered("again", peers.read(text.encode()), network, unsorted=True)
        assert again.descriptor == wallet.descriptor
    assert registered("again", peers.read(text.encode()), REGTEST, unsorted=True).id == wallet.id


@pytest.mark.parametrize("body", UNSAYABLE)
def test_what_a_ur_cannot_say_is_not_written(body: str) -> None:
    with pytest.raises(Refused, match="a ur says a single key or a multisig"):
        peers.write(wallet_of(body), "ur")


def test_other_branches_than_0_and_1_are_not_written() -> None:
    text = with_checksum(f"wpkh({key(1)}/<2;3>/*)")
    with pytest.raises(Refused, match="branches 0 and 1"):
        peers.write(register("vault", [text], REGTEST), "ur")


def test_a_large_wallet_comes_in_several_parts() -> None:
    wallet = wallet_of("wsh(sortedmulti(2,K1,K2,K3))")
    message = ur.parse(peers.write(wallet, "ur").strip()).content
    assert isinstance(message, bytes)
    parts = ur.series(Payload(Kind.OUTPUT, message), longest=100)
    assert len(parts) > 3
    found = peers.read("\n".join(parts[2:]).encode())
    assert registered("again", found, REGTEST).id == wallet.id
    with pytest.raises(InputError, match="parts are missing"):
        peers.read(parts[0].encode())


def test_another_ur_is_no_wallet() -> None:
    text = next(ur.encode(Payload(Kind.BYTES, b"wpkh"), longest=100))
    with pytest.raises(InputError, match="carries bytes"):
        peers.read(text.encode())


def output_of(change: dict[int, Value], *, tag: int = 404) -> bytes:
    """A good output of one key, some of whose fields are others; None takes one away."""
    good: dict[int, Value] = {
        3: bytes.fromhex("02" + "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"),
        4: bytes(32),
        5: Tagged(305, {2: 1}),
        6: Tagged(304, {1: [84, True, 1, True, 0, True], 2: 0x73C5DA0A}),
    }
    fields: dict[int | str, Value] = {**good, **change}
    kept = {name: value for name, value in fields.items() if value is not None}
    return cbor.encode(Tagged(tag, Tagged(303, kept)))


def path(*steps: Value) -> Tagged:
    return Tagged(304, {1: list(steps)})


def test_branches_that_a_key_names_are_its_own() -> None:
    for children, written in (
        (path([0, False, 1, False], [], False), "/<0;1>/*"),
        (path(0, False, [], False), "/0/*"),
        (path(7, False, [8, False, 9, False], [], False), "/7/<8;9>/*"),
    ):
        (text,) = carried(output_of({7: children})).descriptors
        assert text.split("#")[0].endswith(f"{written})")


BAD: dict[str, tuple[dict[int, Value], str]] = {
    "a private key": ({2: True}, "private"),
    "a master key": ({1: True}, "private"),
    "no key": ({3: None}, "no compressed public key"),
    "an x-only key": ({3: bytes(32)}, "no compressed public key"),
    "an uncompressed key": ({3: b"\x04" + bytes(64)}, "no compressed public key"),
    "no chain code": ({4: None}, "no chain code"),
    "another coin": ({5: Tagged(305, {1: 60})}, "another coin"),
    "another network": ({5: Tagged(305, {2: 5})}, "another coin"),
    "a path under another tag": ({6: Tagged(305, {1: []})}, "comes from no path"),
    "half a step": ({6: path(84, True, 1)}, "not written as one"),
    "a step that is none": ({6: path(True, True)}, "step that is none"),
    "a step too far": ({6: path(1 << 31, False)}, "step that is none"),
    "a long fingerprint": ({6: Tagged(304, {1: [], 2: 1 << 32})}, "fingerprint"),
    "hardened children": ({7: path(0, True, [], False)}, "hardened children"),
    "a range of children": ({7: path([0, 5], False)}, "no descriptor can name"),
    "a child that is none": ({7: path(True, False)}, "no descriptor can name"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_key_that_no_wallet_has_is_refused(name: str) -> None:
    change, said = BAD[name]
    assert carried(output_of({})).descriptors
    with pytest.raises(InputError, match=said):
        carried(output_of(change))


@pytest.mark.parametrize(
    "value",
    [
        Tagged(404, Tagged(306, {3: bytes(33)})),
        Tagged(408, b"\x51"),
        Tagged(400, Tagged(400, Tagged(303, {}))),
        Tagged(401, Tagged(407, {1: 0, 2: [Tagged(303, {})]})),
        Tagged(401, Tagged(407, {1: 2, 2: []})),
        Tagged(410, Tagged(303, {})),
    ],
    ids=["a bare key", "a raw script", "two hashes", "none of them", "no keys", "a cosigner"],
)
def test_other_outputs_are_refused(value: Value) -> None:
    with pytest.raises(InputError, match="not read here"):
        crypto_output.read(cbor.encode(value))


def test_keys_of_two_networks_are_refused() -> None:
    mainnet, testnet = (
        cbor.decode(output_of({5: info})).value  # type: ignore[union-attr]
        for info in (None, Tagged(305, {2: 1}))
    )
    both = cbor.encode(Tagged(401, Tagged(407, {1: 1, 2: [mainnet, testnet]})))
    with pytest.raises(InputError, match="several networks"):
        carried(both)


# the fourth example of BCR-2023-010, and the descriptor that it says it is
STASH = (
    "d99d74a301781c77736828736f727465646d756c746928322c40302c40312c403229290283d99d6fa5035821021c0b47"
    "9ecf6e67713ddf0c43b634592f51c037b6f951fb1dc6361a98b1e5735e0458206b3a4cfb6a45f6305efe6e0e976b5d26"
    "ba27f7c344d7fc7abef7be2d06d52dfd06d99d70a201881830f500f500f502f5021adc56727607d99d70a101838400f4"
    "01f480f4081a18f8c2e7d99d6fa50358210397fcf2274abd243d42d42d3c248608c6d1935efca46138afef43af08e971"
    "2896045820c887c72d9d8ac29cddd5b2b060e8b0239039a149c784abe6079e24445db4aa8a06d99d70a201881830f500"
    "f500f502f5021af245ae3807d99d70a101838400f401f480f4081a221eb5a0d99d6fa5035821028342f5f7773f6fab37"
    "4e1c2d3ccdba26bc0933fc4f63828b662b4357e4cc37910458205afed56d755c088320ec9bc6acd84d33737b58008375"
    "9e0a0ff8f26e429e0b7706d99d70a201881830f500f500f502f5021ac5d8729707d99d70a101838400f401f480f4081a"
    "1c0ae906036f5361746f7368692773205374617368"
)
STASH_IS = (
    "wsh(sortedmulti(2,[dc567276/48h/0h/0h/2h]xpub6DiYrfRwNnjeX4vHsWMajJVFKrbEEnu8gAW9vDuQzgTWEsEHE"
    "16sGWeXXUV1LBWQE1yCTmeprSNcqZ3W74hqVdgDbtYHUv3eM4W2TEUhpan/<0;1>/*,[f245ae38/48h/0h/0h/2h]xpub"
    "6DnT4E1fT8VxuAZW29avMjr5i99aYTHBp9d7fiLnpL5t4JEprQqPMbTw7k7rh5tZZ2F5g8PJpssqrZoebzBChaiJrmEvWw"
    "UTEMAbHsY39Ge/<0;1>/*,[c5d87297/48h/0h/0h/2h]xpub6DjrnfAyuonMaboEb3ZQZzhQ2ZEgaKV2r64BFmqymZqJq"
    "viLTe1JzMr2X2RfQF892RH7MyYUbcy77R7pPu1P71xoj8cDUMNhAMGYzKR4noZ/<0;1>/*))"
)


def as_descriptor(source: Value, *keys: Value) -> bytes:
    fields: dict[int | str, Value] = {1: source}
    return cbor.encode(fields | ({2: list(keys)} if keys else {}))


def described_as(data: bytes) -> str:
    (text,) = uniform.carried(Payload(Kind.DESCRIPTOR, data)).descriptors
    return text


def test_the_wallet_of_bcr_2023_010() -> None:
    data = bytes.fromhex(STASH)
    assert described_as(data) == with_checksum(STASH_IS)
    # a ur has no tag around its content
    text = next(ur.encode(Payload(Kind.DESCRIPTOR, data[3:]), longest=1_000))
    assert text.startswith("UR:OUTPUT-DESCRIPTOR/")
    found = peers.read(text.encode())
    assert found.descriptors == (with_checksum(STASH_IS),)
    first = address_at(registered("stash", found, MAINNET), Place(0, 0)).text
    assert first == address_at(register("s", [with_checksum(STASH_IS)], MAINNET), Place(0, 0)).text


def set_aside(change: dict[int, Value]) -> Value:
    return cbor.decode(output_of(change)).value  # type: ignore[union-attr]


def test_keys_that_are_set_aside_are_put_back_with_their_children_or_those_of_the_text() -> None:
    plain = set_aside({})
    (written,) = carried(output_of({})).descriptors
    body = written.split("#")[0]
    assert described_as(as_descriptor("wpkh(@0)", plain)) == written
    assert described_as(as_descriptor("wpkh(@0/<0;1>/*)", plain)) == written
    assert described_as(as_descriptor(body)) == written
    assert described_as(as_descriptor(written)) == written
    named = set_aside({7: path([2, False, 3, False], [], False)})
    assert described_as(as_descriptor("wpkh(@0)", named)).count("/<2;3>/*)") == 1


@pytest.mark.parametrize(
    ("source", "count", "said"),
    [
        ("wpkh(@1)", 1, "names key 1, and brings 1"),
        ("wpkh(@0)", 0, "names key 0, and brings 0"),
        ("wpkh(@0)", 2, "not in it"),
        ("wpkh(@00)", 1, "places that are none"),
        ("wpkh(@)", 0, "places that are none"),
        ("wpkh(@0)#qqqqqqqq", 1, "checksum over places"),
        (7, 1, "no text"),
        (b"wpkh(@0)", 1, "no text"),
    ],
)
def test_a_text_and_keys_that_do_not_belong_together_are_refused(
    source: Value, count: int, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        described_as(as_descriptor(source, *[set_aside({})] * count))


def test_other_forms_of_a_descriptor_are_refused() -> None:
    named = set_aside({7: path(0, False, [], False)})
    with pytest.raises(InputError, match="children of key 0 twice"):
        described_as(as_descriptor("wpkh(@0/0/*)", named))
    with pytest.raises(InputError, match="a key of the ur is none"):
        described_as(as_descriptor("pk(@0)", Tagged(40306, {3: bytes(33)})))
    for value in ({1: "wpkh(@0)", 5: 1}, {1: "wpkh(@0)", 2: 7}, ["wpkh(@0)"], Tagged(308, {1: ""})):
        with pytest.raises(InputError, match=r"form that is not read|keys that are none"):
            described_as(cbor.encode(value))
    keys = [set_aside({}), set_aside({5: None})]
    with pytest.raises(InputError, match="several networks"):
        described_as(as_descriptor("wsh(sortedmulti(1,@0,@1))", *keys))


@settings(deadline=None, max_examples=40)
@given(at=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_a_changed_byte_is_an_error_or_another_wallet(at: int, byte: int) -> None:
    wallet = wallet_of("wsh(sortedmulti(2,K1,K2,K3))")
    content = ur.parse(peers.write(wallet, "ur").strip()).content
    assert isinstance(content, bytes)
    changed = bytearray(content)
    changed[at % len(content)] = byte
    try:
        found = carried(bytes(changed))
        again = registered("again", found, REGTEST, unsorted=True)
    except CeremonyError:
        return
    assert (again.id == wallet.id) is (bytes(changed) == content)
