"""Coordinators' files: published ones are read, ours are read back, changed ones are refused."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import peer_material as published
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wallet_material import CASES, MAINNET, REGTEST, case_named, described, key

from ceremonies.bitcoin.descriptor import with_checksum
from ceremonies.errors import CeremonyError, InputError, IntegrityError, Refused
from ceremonies.exchange import bsms as envelope
from ceremonies.network import TESTNET4
from ceremonies.secret import Secret
from ceremonies.wallets import bsms, coldcard, peers
from ceremonies.wallets.addresses import address_at
from ceremonies.wallets.found import Found
from ceremonies.wallets.registration import registered
from ceremonies.wallets.wallet import Place, Wallet, register

TEAM = "wsh(sortedmulti(2,K1,K2,K3))"
SORTED = (TEAM, "sh(wsh(sortedmulti(2,K1,K2,K3)))", "sh(sortedmulti(1,K1,K2))")
OTHERS = (
    "wpkh(K1)",
    "sh(wpkh(K1))",
    "pkh(K1)",
    "tr(K1)",
    "wsh(multi(2,K2,K1))",
    "wsh(or_d(multi(2,K1,K2,K3),and_v(v:pkh(K4),older(6))))",
    "tr(K1,{pk(K2),sortedmulti_a(2,K3,K4)})",
    "tr(musig(K1,K2),pk(K3))",
)


@cache
def wallet_of(body: str) -> Wallet:
    return register("vault", [described(body)], REGTEST)


def read(text: str | bytes, token: bytes | None = None) -> Found:
    data = text.encode() if isinstance(text, str) else text
    return peers.read(data, Secret(token) if token else None)


def again(text: str | bytes, *, network: Any = REGTEST, token: bytes | None = None) -> Wallet:
    return registered("again", read(text, token), network, unsorted=True)


@pytest.mark.parametrize("peer", peers.PEERS)
@pytest.mark.parametrize("body", SORTED)
def test_every_coordinator_is_told_a_sorted_multisig(peer: str, body: str) -> None:
    wallet = wallet_of(body)
    assert again(peers.write(wallet, peer)).id == wallet.id


@pytest.mark.parametrize("peer", ["core", "sparrow", "specter", "bsms"])
@pytest.mark.parametrize("body", OTHERS)
def test_any_wallet_is_told_to_those_who_take_descriptors(peer: str, body: str) -> None:
    wallet = wallet_of(body)
    assert again(peers.write(wallet, peer)).id == wallet.id


@pytest.mark.parametrize("peer", ["coldcard", "caravan"])
@pytest.mark.parametrize("body", OTHERS)
def test_what_a_file_cannot_say_is_not_written(peer: str, body: str) -> None:
    with pytest.raises(Refused):
        peers.write(wallet_of(body), peer)


@pytest.mark.parametrize("peer", ["specter", "coldcard", "caravan"])
def test_other_branches_than_the_peers_own_are_not_written(peer: str) -> None:
    body = TEAM
    for number in (1, 2, 3):
        body = body.replace(f"K{number}", f"{key(number)}/<2;3>/*")
    with pytest.raises(Refused, match="branches 0 and 1"):
        peers.write(register("vault", [with_checksum(body)], REGTEST), peer)


@pytest.mark.parametrize("name", CASES)
def test_the_wallets_of_core_are_read_from_its_own_requests(name: str) -> None:
    text = case_named(name)["descriptor"]
    wallet = register("core", [text], REGTEST)
    requests = json.loads(peers.write(wallet, "core"))
    assert [(one["internal"], one["active"]) for one in requests] == [(False, True), (True, True)]
    assert {tuple(one["range"]) for one in requests} == {(0, 999)}
    # the descriptors that Core itself makes of this multipath one, as the corpus has them
    assert [one["desc"].count("<") for one in requests] == [0, 0]
    for number, expected in ((0, "receive"), (1, "change")):
        single = register("one", [requests[number]["desc"]], REGTEST)
        assert address_at(single, Place(0, 3)).text == case_named(name)[expected][3]
    listed = {"wallet_name": "w", "descriptors": requests}
    assert again(json.dumps(listed)).id == wallet.id


def test_a_file_that_is_not_read_back_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    other = peers.write(wallet_of("wsh(sortedmulti(2,K1,K2,K4))"), "coldcard")
    monkeypatch.setitem(peers._WRITERS, "coldcard", lambda _wallet: other)
    with pytest.raises(IntegrityError, match="not read back"):
        peers.write(wallet_of(TEAM), "coldcard")


# --- BIP-129, as published


def test_bip129s_plain_record() -> None:
    wallet = again(published.PLAIN, network=MAINNET)
    assert (wallet.threshold, wallet.signers) == (2, ("1cf0bf7e", "4fc1dd4a"))
    assert address_at(wallet, Place(0, 0)).text == published.PLAIN.rpartition("\n")[2]
    assert (
        bsms.write(wallet).replace("h", "'").splitlines()[1:3]
        == (published.PLAIN.replace("h", "'").splitlines()[1:3])
    )


def test_bip129s_encrypted_record_to_the_byte() -> None:
    token = Secret(published.STANDARD_TOKEN)
    assert envelope.seal(published.STANDARD, token) == published.STANDARD_SEALED
    opened = envelope.open_sealed(published.STANDARD_SEALED.encode(), token)
    assert opened == published.STANDARD
    wallet = again(published.STANDARD_SEALED, network=MAINNET, token=published.STANDARD_TOKEN)
    assert wallet.signers == ("b7868815", "eedff89a")


def test_bip129s_unsorted_record_is_read_where_somebody_says_so() -> None:
    found = read(published.EXTENDED_SEALED, published.EXTENDED_TOKEN)
    with pytest.raises(Refused, match="not sorted"):
        registered("bip129", found, MAINNET)
    wallet = registered("bip129", found, MAINNET, unsorted=True)
    assert address_at(wallet, Place(0, 0)).text == published.EXTENDED_FIRST


def test_bip129s_record_of_written_out_keys_is_understood_and_makes_no_wallet() -> None:
    found = read(published.WRITTEN_OUT)
    assert found.first_address == published.WRITTEN_OUT.rpartition("\n")[2]
    with pytest.raises(InputError, match="no extended key"):
        registered("bip129", found, MAINNET)


@pytest.mark.parametrize(
    "token", [b"a54044308ceac9b8", b"00" * 16, published.EXTENDED_TOKEN, b"A54044308CEAC9B8"]
)
def test_another_sessions_token_opens_nothing(token: bytes) -> None:
    with pytest.raises(IntegrityError, match="MAC"):
        read(published.STANDARD_SEALED, token)


@pytest.mark.parametrize("token", [b"", b"00", b"a54044308ceac9b", b"g" * 16, b"\xff" * 16])
def test_what_is_no_token_is_refused_and_not_repeated(token: bytes) -> None:
    with pytest.raises(InputError, match="16 or 32") as caught:
        envelope.open_sealed(published.STANDARD_SEALED.encode(), Secret(token))
    assert not token or token.decode("latin") not in f"{caught.value} {caught.value.hint}"


@settings(max_examples=25, deadline=None)
@given(st.integers(0, len(published.STANDARD_SEALED) - 1), st.sampled_from("0123456789abcdef"))
def test_any_changed_digit_of_an_encrypted_record_is_a_wrong_mac(at: int, new: str) -> None:
    sealed = published.STANDARD_SEALED
    changed = sealed[:at] + new + sealed[at + 1 :]
    if changed != sealed:
        with pytest.raises(IntegrityError, match="MAC"):
            read(changed, published.STANDARD_TOKEN)


def test_an_encrypted_record_needs_its_token_and_a_plain_one_takes_none() -> None:
    with pytest.raises(InputError, match="encrypted"):
        read(published.STANDARD_SEALED)
    with pytest.raises(InputError, match="not encrypted"):
        read(published.PLAIN, published.STANDARD_TOKEN)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda t: t.replace("BSMS 1.0", "BSMS 2.0"), "version"),
        (lambda t: t.rpartition("\n")[0], "3 lines"),
        (lambda t: t + "\nmore", "5 lines"),
        (lambda t: t.replace("/0/*,/1/*", "/0h/*,/1/*"), "path restrictions"),
        (lambda t: t.replace("/0/*,/1/*", "/0/*,/1/*,/2/*"), "path restrictions"),
        (lambda t: t.replace("/0/*,/1/*", "No path restrictions"), "no path restrictions"),
        (lambda t: t.replace("/**", "/0/*"), "path restrictions"),
        (lambda t: t.replace("))", "))#aaaaaaaa"), "damaged"),
    ],
    ids=range(8),
)
def test_a_damaged_bsms_record_is_refused(change: Any, error: str) -> None:
    with pytest.raises(InputError, match=error):
        read(change(published.PLAIN))


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.replace("v948ej", "v948ek"),
        lambda t: t.replace("sortedmulti(2", "sortedmulti(1"),
        lambda t: t.replace("/0/*,/1/*", "/1/*,/0/*"),
    ],
    ids=range(3),
)
def test_a_record_whose_first_address_is_another_is_a_broken_promise(change: Any) -> None:
    with pytest.raises(IntegrityError, match="first address"):
        again(change(published.PLAIN), network=MAINNET)


# --- files written by hand, as the coordinators write them


def pairs(*numbers: int) -> list[tuple[str, str]]:
    return [(key(number)[1:9], key(number).partition("]")[2]) for number in numbers]


def test_coldcards_text() -> None:
    assert again(published.coldcard(*pairs(1, 2, 3))).id == wallet_of(TEAM).id


def test_coldcards_text_in_the_forms_that_devices_and_coordinators_write() -> None:
    text = published.coldcard(*pairs(1, 2, 3))
    wallet = wallet_of(TEAM)
    for changed in (
        text.replace("\n", "\r\n"),
        text.replace("48'/1'/0'/2'", "48h/1h/0h/2h"),
        text.replace("48'/1'/0'/2'", "48h/1'/0h/2'"),
        text.replace(pairs(1)[0][0].upper(), pairs(1)[0][0]),
        text.replace("2 of 3", "2/3"),
    ):
        assert changed != text
        assert again(changed).id == wallet.id
    wrapped = again(text.replace("Format: P2WSH", "Format: P2WSH-P2SH"))
    assert wrapped.branches[0].kind == "sh-wsh"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda t: t.replace("Policy: 2 of 3\n", ""), "no policy"),
        (lambda t: t.replace("Format: P2WSH\n", ""), "no format"),
        (lambda t: t.replace("Derivation", "# Derivation"), "without a derivation"),
        (lambda t: t + "Policy: 1 of 3\n", "policy twice"),
        (lambda t: t + "Format: P2SH\n", "format twice"),
        (lambda t: t.replace("2 of 3", "2 of 4"), "says 4 keys, and holds 3"),
        (lambda t: t.replace("2 of 3", "4 of 3"), "threshold is 4, and there are 3 keys"),
        (lambda t: t.replace("2 of 3", "two of three"), "not understood"),
        (lambda t: t.replace("P2WSH", "P2TR"), "not understood"),
        (lambda t: t + "and more\n", "not understood"),
        (lambda t: t + "Colour: red\n", "not understood"),
        (lambda t: "\ufeff" + t, "byte-order mark"),
        (lambda t: t.replace("Name", "\u202eName"), "do not show"),
        (lambda t: t.replace("48'", "x'"), "key 1: step 1"),
        (lambda t: t.replace("tpub", "tpuc", 1), "not an extended public key"),
    ],
    ids=range(15),
)
def test_a_coldcard_text_with_a_fault_is_refused_by_its_name(change: Any, error: str) -> None:
    text = published.coldcard(*pairs(1, 2, 3))
    changed = change(text)
    assert changed != text
    with pytest.raises(InputError, match=error):
        again(changed)


def test_one_cosigner_twice_in_a_coldcard_text_is_refused() -> None:
    with pytest.raises(InputError, match="keys 1 and 3 are the same key"):
        again(published.coldcard(*pairs(1, 2, 1)))
    # not even where the fingerprint beside it is another
    (_, xpub), (fingerprint, _) = pairs(1, 2)
    with pytest.raises(InputError, match="the same key"):
        again(published.coldcard(*pairs(1), (fingerprint, xpub)))


def caravan(**changes: Any) -> str:
    content: dict[str, Any] = {
        "name": "Test Wallet",
        "addressType": "P2WSH",
        "network": "regtest",
        "client": {"type": "public"},
        "quorum": {"requiredSigners": 2, "totalSigners": 3},
        "extendedPublicKeys": [
            {
                "name": "Mercury",
                "bip32Path": "m/48'/1'/0'/2'",
                "xpub": xpub,
                "xfp": fingerprint,
                "method": "trezor",
            }
            for fingerprint, xpub in pairs(1, 2, 3)
        ],
        "startingAddressIndex": 0,
    }
    return json.dumps({**content, **changes})


def test_caravans_json() -> None:
    assert again(caravan()).id == wallet_of(TEAM).id
    assert again(caravan(addressType="P2SH_P2WSH")).branches[0].kind == "sh-wsh"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"addressType": "P2TR"}, "address type"),
        ({"network": "mainnet"}, "another network"),
        ({"quorum": {"requiredSigners": 2, "totalSigners": 2}}, "says 2 keys, and holds 3"),
        ({"quorum": {"requiredSigners": 4, "totalSigners": 3}}, "threshold is 4"),
        ({"quorum": {"requiredSigners": "2", "totalSigners": 3}}, "expected form"),
        ({"extendedPublicKeys": []}, "says 3 keys, and holds 0"),
    ],
    ids=range(6),
)
def test_a_caravan_json_with_a_fault_is_refused(changes: dict[str, Any], error: str) -> None:
    with pytest.raises(InputError, match=error):
        again(caravan(**changes))


@pytest.mark.parametrize(("field", "value"), [("xfp", "Unknown"), ("bip32Path", "Unknown")])
def test_a_key_of_unknown_origin_is_refused(field: str, value: str) -> None:
    content = json.loads(caravan())
    content["extendedPublicKeys"][1][field] = value
    with pytest.raises(InputError, match="key 2"):
        again(json.dumps(content))


def test_a_test_network_is_called_testnet_by_others() -> None:
    text = caravan(network="testnet")
    assert registered("again", read(text), TESTNET4).network is TESTNET4


def test_specters_json_in_its_forms() -> None:
    wallet = wallet_of(TEAM)
    bare = wallet.descriptor.partition("#")[0].replace("/<0;1>/*", "")
    receive = wallet.branches[0].text
    for content in (
        {"label": "w", "blockheight": 646246, "descriptor": receive, "devices": ["a", "b"]},
        {"name": "w", "recv_descriptor": receive, "devices": [{"type": "other", "label": "a"}]},
        {"label": "w", "descriptor": with_checksum(bare)},
        {"label": "w", "descriptor": wallet.descriptor},
    ):
        assert again(json.dumps(content)).id == wallet.id
    with pytest.raises(InputError, match="no checksum"):
        read(json.dumps({"label": "w", "descriptor": bare}))


def sparrow(
    script: str = "wsh(sortedmulti(2,keystore1,keystore2,keystore3))", **changes: Any
) -> str:
    content: dict[str, Any] = {
        "name": "vault",
        "network": "regtest",
        "policyType": "MULTI",
        "scriptType": "P2WSH",
        "defaultPolicy": {"name": "Default", "miniscript": {"script": script}},
        "keystores": [
            {
                "label": f"Keystore {number}",
                "source": "SW_WATCH",
                "walletModel": "SPARROW",
                "keyDerivation": {
                    "masterFingerprint": fingerprint,
                    "derivationPath": "m/48'/1'/0'/2'",
                },
                "extendedPublicKey": xpub,
            }
            for number, (fingerprint, xpub) in enumerate(pairs(1, 2, 3), start=1)
        ],
    }
    return json.dumps({**content, **changes})


def test_sparrows_json() -> None:
    assert again(sparrow()).id == wallet_of(TEAM).id
    one = sparrow("wpkh(keystore1)", policyType="SINGLE", scriptType="P2WPKH")
    content = json.loads(one)
    content["keystores"] = content["keystores"][:1]
    assert again(json.dumps(content)).id == wallet_of("wpkh(K1)").id


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (sparrow("wsh(multi(2,keystore1,keystore2,keystore3))"), "not a sorted multisig"),
        (sparrow("wsh(sortedmulti(4,keystore1,keystore2,keystore3))"), "threshold is 4"),
        (sparrow(scriptType="P2TR"), "kind that is not read"),
        (sparrow(policyType="SINGLE", scriptType="P2WPKH"), "kind that is not read"),
        (sparrow(network="mainnet"), "another network"),
    ],
    ids=range(5),
)
def test_a_sparrow_wallet_with_a_fault_is_refused(text: str, error: str) -> None:
    with pytest.raises(InputError, match=error):
        again(text)


def test_sparrows_descriptor_file_must_agree_with_itself() -> None:
    wallet, other = wallet_of(TEAM), wallet_of("wsh(sortedmulti(2,K1,K2,K4))")
    text = peers.write(wallet, "sparrow")
    assert text.count("\n#") == 2
    mixed = text.replace(wallet.branches[1].text, other.branches[1].text)
    with pytest.raises(IntegrityError, match="not one wallet's"):
        read(mixed)
    pair = f"Receive: {wallet.branches[0].text}\nChange: {wallet.branches[1].text}\n"
    assert again(pair).id == wallet.id


# --- anybody's


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", "no wallet"),
        (b"\n\n# nothing\n", "no wallet"),
        (b"\xff\xfe", "not UTF-8"),
        (b"\xef\xbb\xbf{}", "byte-order mark"),
        (b"{}", "no coordinator"),
        (b'{"descriptor": 1}', "expected form"),
        (b'{"descriptor": "a", "descriptor": "b"}', "a key appears twice"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"a":' * 200_000, "nested too deeply"),
        (b"[]", "0 descriptors"),
        (b"wpkh(" * 20_000 + b"#aaaaaaaa", "longer than 100000"),
        (b"tr(" + b"{" * 5_000 + b"#aaaaaaaa", "nested too deeply"),
        (b"hello", "no checksum"),
        (b"hello\x00", "do not show"),
    ],
    ids=range(14),
)
def test_what_is_no_coordinators_file_is_refused_by_its_fault(data: bytes, error: str) -> None:
    with pytest.raises(InputError, match=error):
        again(data)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda t: t.encode("utf-8", "replace")))
def test_noise_is_refused_without_any_other_exception(noise: bytes) -> None:
    with pytest.raises(CeremonyError):
        again(noise)


@settings(max_examples=40, deadline=None)
@given(st.data(), st.sampled_from(peers.PEERS))
def test_a_changed_character_of_an_export_is_refused_or_another_wallet_or_says_the_same(
    data: st.DataObject, peer: str
) -> None:
    wallet = wallet_of(TEAM)
    text = peers.write(wallet, peer)
    at = data.draw(st.integers(0, len(text) - 1))
    new = data.draw(st.sampled_from("0aAz1 #'/{\n"))
    try:
        found = again(text[:at] + new + text[at + 1 :])
    except CeremonyError:
        return
    # names, labels and the case of a fingerprint may change; keys, threshold and script may not
    if found.id == wallet.id:
        assert found.descriptor == wallet.descriptor
    else:
        assert found.descriptor != wallet.descriptor


def test_the_name_on_a_coldcard_is_as_long_as_it_keeps() -> None:
    named = register("a-name-that-is-longer-than-twenty", [described(TEAM)], REGTEST)
    assert "Name: a-name-that-is-longe\n" in coldcard.write(named)
