"""Accounts as coordinators take them, against what the standards and Coldcard's manual publish."""

from __future__ import annotations

import json
from functools import cache

import pytest

from ceremonies.bitcoin import bip32, legacy_message, slip132
from ceremonies.bitcoin.derivation import format_path
from ceremonies.errors import InputError, IntegrityError
from ceremonies.exchange import bsms, crypto_account, ur
from ceremonies.exchange.crypto_hdkey import HdKey
from ceremonies.keys import account, coldcard_json, formats, key_record
from ceremonies.keys.account import Account
from ceremonies.keys.formats import Export
from ceremonies.keys.seed import read_seed
from ceremonies.network import MAINNET, NETWORKS, REGTEST, TESTNET4, Network
from ceremonies.secret import Secret

ABANDON = "abandon " * 11 + "about"
SIMULATOR = (
    "wife shiver author away frog air rough vanish fantasy frozen noodle athlete pioneer citizen "
    "symptom firm much faith extend rare axis garment kiwi clarify"
)
SHIELD = "shield group erode awake lock sausage cash glare wave crew flame glove"

# Coldcard's documentation of its generic JSON: its simulator, testnet, account 123
COLDCARD = {
    "pkh": {
        "deriv": "m/44'/1'/123'",
        "first": "n44vs1Rv7T8SANrg2PFGQhzVkhr5Q6jMMD",
        "xfp": "B7908B26",
        "xpub": (
            "tpubDCiHGUNYdRRGoSH22j8YnruUKgguCK1CC2NFQUf9PApeZh8ewAJJWGMUrhggDNK73iCTanWXv1RN5FYemUH8"
            "UrVUBjqDb8WF2VoKmDh9UTo"
        ),
    },
    "sh-wpkh": {
        "_pub": (
            "upub5DMRSsh6mNak9KbcVjJ7xAgHJvbE3Nx22CBTier5C35kv8j7g2q58ywxskBe6JCcAE2VH86CE2aL4MifJyKb"
            "Rw8Gj9ay7SWvUBkp2DJ7y52"
        ),
        "deriv": "m/49'/1'/123'",
        "first": "2N87V39riUUCd4vmXfDjMWAu9gUCiBji5jB",
        "xfp": "CEE1D809",
        "xpub": (
            "tpubDCDqt7XXvhAdy1MpSze5nMJA9x8DrdRaKALRRPasfxyHpiqWWEAr9cbDBQ9BcX7cB3up98Pk97U2QQ3xrvQs"
            "i5dNPmRYYhdcsKY9wwEY87T"
        ),
    },
    "wpkh": {
        "_pub": (
            "vpub5Y5a91QvDT45EnXQaKeuvJupVvX8f9BiywDcadSTtaeJ1VgJPPXMitnYsqd9k7GnEqh44FKJ5McJfu6KrihF"
            "XhAmvSWgm7BAVVK8Gupu4fL"
        ),
        "deriv": "m/84'/1'/123'",
        "first": "tb1qc58ys2dphtphg6yuugdf3d0kufmk0tye044g3l",
        "xfp": "78CF94E5",
        "xpub": (
            "tpubDC7jGaaSE66VDB6VhEDFYQSCAyugXmfnMnrMVyHNzW9wryyTxvha7TmfAHd7GRXrr2TaAn2HXn9T8ep4gyNX"
            "1bzGiieqcTUNcu2poyntrET"
        ),
    },
}
SECTIONS = {
    "pkh": "bip44",
    "sh-wpkh": "bip49",
    "wpkh": "bip84",
    "tr": "bip86",
    "sh-wsh": "bip48_1",
    "wsh": "bip48_2",
    "sh": "bip45",
}

# SLIP-132's own test vectors
SLIP132 = {
    "sh-wpkh": (
        "ypub6Ww3ibxVfGzLrAH1PNcjyAWenMTbbAosGNB6VvmSEgytSER9azLDWCxoJwW7Ke7icmizBMXrzBx9979FfaHxHcrArf3"
        "zbeJJJUZPf663zsP"
    ),
    "wpkh": (
        "zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDKf31mGDt"
        "KsAYz2oz2AGutZYs"
    ),
}

# BCR-2020-015: the accounts of one seed, each output as its CBOR, and the order they stand in
BCR = ("pkh", "sh-wpkh", "wpkh", "sh", "sh-wsh", "wsh", "tr")
BCR_HEX = (
    "a2011a37b5eed40287d90193d9012fa403582103eb3e2863911826374de86c231a4b76f0b89dfa174afb78d7f478199884"
    "d9dd320458206456a5df2db0f6d9af72b2a1af4b25f45200ed6fcc29c3440b311d4796b70b5b06d90130a10186182cf500"
    "f500f5081a99f9cdf7d90190d90194d9012fa403582102c7e4823730f6ee2cf864e2c352060a88e60b51a84e89e4c8c75e"
    "c22590ad6b690458209d2f86043276f9251a4a4f577166a5abeb16b6ec61e226b5b8fa11038bfda42d06d90130a1018618"
    "31f500f500f5081aa80f7cdbd90194d9012fa403582103fd433450b6924b4f7efdd5d1ed017d364be95ab2b592dc8bddb3"
    "b00c1c24f63f04582072ede7334d5acf91c6fda622c205199c595a31f9218ed30792d301d5ee9e3a8806d90130a1018618"
    "54f500f500f5081a0d5de1d7d90190d9012fa4035821035ccd58b63a2cdc23d0812710603592e7457573211880cb59b1ef"
    "012e168e059a04582088d3299b448f87215d96b0c226235afc027f9e7dc700284f3e912a34daeb1a2306d90130a1018218"
    "2df5081a37b5eed4d90190d90191d9012fa4035821032c78ebfcabdac6d735a0820ef8732f2821b4fb84cd5d6b26526938"
    "f90c0507110458207953efe16a73e5d3f9f2d4c6e49bd88e22093bbd85be5a7e862a4b98a16e0ab606d90130a101881830"
    "f500f500f501f5081a59b69b2ad90191d9012fa40358210260563ee80c26844621b06b74070baf0e23fb76ce439d0237e8"
    "7502ebbd3ca3460458202fa0e41c9dc43dc4518659bfcef935ba8101b57dbc0812805dd983bc1d34b81306d90130a10188"
    "1830f500f500f502f5081a59b69b2ad90199d9012fa403582102bbb97cf9efa176b738efd6ee1d4d0fa391a973394fbc16"
    "e4c5e78e536cd14d2d0458204b4693e1f794206ed1355b838da24949a92b63d02e58910bf3bd3d9c242281e606d90130a1"
    "01861856f500f500f5081acec7070c"
)


@cache
def seed_of(phrase: str) -> Secret:
    return read_seed(Secret(phrase.encode())).bip32_seed(None)


def account_of(phrase: str, script: str, number: int, network: Network) -> Account:
    path = account.account_path(script, number, network)
    return account.derive(seed_of(phrase), path, network)


def export_of(phrase: str, script: str, number: int, network: Network) -> Export:
    found = account_of(phrase, script, number, network)
    return Export(account=found, script=script, number=number, network=network)


@pytest.mark.parametrize("script", COLDCARD)
def test_coldcards_published_json(script: str) -> None:
    text = formats.written(export_of(SIMULATOR, script, 123, TESTNET4), "coldcard")
    content = json.loads(text)
    section = content.pop(SECTIONS[script])
    assert content == {"chain": "XTN", "xfp": "0F056943", "account": 123}
    assert COLDCARD[script].items() <= section.items()


@pytest.mark.parametrize("script", account.ALL_SCRIPTS)
def test_every_account_has_its_section_and_no_other(script: str) -> None:
    export = export_of(ABANDON, script, 0, REGTEST)
    content = json.loads(formats.written(export, "coldcard"))
    assert set(content) == {"chain", "xfp", "account", SECTIONS[script]}
    assert content["chain"] == "XRT"
    section = content[SECTIONS[script]]
    assert ("first" in section) is (script in account.SINGLE_KEY_SCRIPTS)
    with pytest.raises(InputError):
        coldcard_json.read(json.dumps({"xfp": "73C5DA0A"}), script)


@pytest.mark.parametrize("script", SLIP132)
def test_slip132s_published_keys(script: str) -> None:
    export = export_of(ABANDON, script, 0, MAINNET)
    assert formats.written(export, "slip132") == SLIP132[script]
    assert slip132.as_bip32(SLIP132[script]) == export.account.xpub


@pytest.mark.parametrize("script", ["wpkh", "sh-wpkh", "wsh", "sh-wsh"])
@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_slip132_says_its_script_and_network_and_comes_back(script: str, network: Network) -> None:
    xpub = account_of(ABANDON, script, 0, network).xpub
    text = slip132.written(xpub, script, network)
    assert slip132.script_of(text) == script
    assert slip132.is_mainnet(text) is network.is_mainnet
    assert slip132.as_bip32(text) == xpub


def test_slip132_has_no_letters_for_taproot() -> None:
    with pytest.raises(InputError, match="no letters for tr"):
        formats.written(export_of(ABANDON, "tr", 0, MAINNET), "slip132")


@pytest.mark.parametrize("key", ["", "xpub", SLIP132["wpkh"][:-1], SLIP132["wpkh"][:-1] + "t"])
def test_a_damaged_key_is_not_read(key: str) -> None:
    with pytest.raises(InputError):
        slip132.as_bip32(key)


def test_the_accounts_of_bcr_2020_015_to_the_byte() -> None:
    keys = []
    for script in BCR:
        found = account_of(SHIELD, script, 0, MAINNET)
        node = bip32.public_node(found.xpub)
        keys.append(
            crypto_account.AccountKey(
                script=script,
                key=HdKey(
                    key=node.key,
                    chain_code=node.chain_code,
                    path=account.account_path(script, 0, MAINNET),
                    parent_fingerprint=node.parent_fingerprint,
                    is_mainnet=True,
                ),
            )
        )
    written = crypto_account.write(bytes.fromhex("37b5eed4"), keys)
    assert written.hex() == BCR_HEX
    assert crypto_account.read(written) == (bytes.fromhex("37b5eed4"), tuple(keys))


@pytest.mark.parametrize("script", account.ALL_SCRIPTS)
def test_a_ur_is_one_account_in_lower_case(script: str) -> None:
    for network in (MAINNET, REGTEST):
        text = formats.written(export_of(SHIELD, script, 0, network), "ur")
        assert text.startswith("ur:crypto-account/")
        assert text == text.lower()
        content = ur.parse(text).content
        assert isinstance(content, bytes)
        fingerprint, (key,) = crypto_account.read(content)
        assert (fingerprint.hex(), key.script) == ("37b5eed4", script)
        assert (b"\xd9\x01\x31" in content) is not network.is_mainnet


@pytest.mark.parametrize("data", [b"", b"\xa0", b"\x01", bytes.fromhex("a1011a37b5eed4")])
def test_what_is_no_crypto_account_is_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        crypto_account.read(data)


# BIP-129, round 1 without encryption
RECORD_1 = (
    "BSMS 1.0\n00\n[1cf0bf7e/48'/0'/0'/2']xpub6FL8FhxNNUVnG64YurPd16AfGyvFLhh7S2uSsDqR3Qfcm6o9jtcMY"
    "wh6DvmcBF9qozxNQmTCVvWtxLpKTnhVLN3Pgnu2D3pAoXYFgVyd8Yz\nSigner 1 key\n"
    "IB7v+qi1b+Xrwm/3bF+Rjl8QbIJ/FMQ40kUsOOQo1SqUWn5QlFWbBD8BKPRetfo1L1N7DmYjVscZNsmMrqRJGWw="
)
RECORD_2 = (
    "BSMS 1.0\n00\n[4fc1dd4a/48'/0'/0'/2']xpub6EebMbEps7ZcV3FYEnddRsvrFWDrt2tiPmCeM7pPXQEmphvq9ZfJ1"
    "LWFUDjf3vxCeBuPrfyGrMazWUsYsetrnHatQZVLJH7LsgCjtMqdzgj\nSigner 2 key\n"
    "HzUa4Z76PFHMl54flIIF3XKiHZ+KbWjjxCEG5G3ZqZSqTd6OgTiFFLqq9PXJXdfYm6/cnL8IVWQgjFF9DQhIqQs="
)
RECORDS = (RECORD_1, RECORD_2)


@pytest.mark.parametrize("position", [0, 1])
def test_bip129s_published_key_records_are_verified(position: int) -> None:
    record = RECORDS[position]
    key = record.splitlines()[2]
    assert (
        key_record.read(record)
        == key.partition("]")[0].replace("'", "h") + "]" + (key.partition("]")[2])
    )


def test_bip129s_published_signature_is_made_to_the_byte() -> None:
    # the WIF L3q1sg7iso1L3QfzB1riC9bQpqMynWyBeuLLSKwCDGkHkahB7MgU, published for signer 1
    from btclib.b58 import prv_key_data_from_wif

    wif = "L3q1sg7iso1L3QfzB1riC9bQpqMynWyBeuLLSKwCDGkHkahB7MgU"
    private = Secret(prv_key_data_from_wif(wif).q.to_bytes(32, "big"))
    body, _, signature = RECORD_1.rpartition("\n")
    public = bip32.public_node(body.splitlines()[2].partition("]")[2]).key
    assert legacy_message.sign(body.encode(), private, public) == signature


def record_of(script: str = "wsh", token: Secret | None = None, label: str = "key A") -> str:
    path = account.account_path(script, 0, MAINNET)
    found = account.derive(seed_of(ABANDON), path, MAINNET)
    return key_record.write(found, seed_of(ABANDON), path, MAINNET, token=token, description=label)


def test_a_key_record_is_signed_by_its_key_and_read_back() -> None:
    lines = record_of().splitlines()
    assert lines[:2] == ["BSMS 1.0", "00"]
    assert lines[2].startswith("[73c5da0a/48'/0'/0'/2']xpub")
    assert key_record.read(record_of()) == account_of(ABANDON, "wsh", 0, MAINNET).key


def test_an_encrypted_key_record_opens_with_its_token_alone() -> None:
    token = Secret(b"a54044308ceac9b7")
    sealed = record_of(token=token)
    assert set(sealed) <= set("0123456789abcdef")
    opened = bsms.open_sealed(sealed.encode(), token)
    assert opened.splitlines()[1] == "a54044308ceac9b7"
    assert key_record.read(opened) == account_of(ABANDON, "wsh", 0, MAINNET).key
    with pytest.raises(IntegrityError, match="MAC"):
        bsms.open_sealed(sealed.encode(), Secret(b"a54044308ceac9b8"))


@pytest.mark.parametrize(
    "change",
    [
        lambda r: r.replace("key A", "key B"),
        lambda r: r.replace("\n00\n", "\n01\n"),
        lambda r: r.replace("/48'", "/49'"),
        lambda r: r.replace("73c5da0a", "73c5da0b"),
        lambda r: r[:-4] + "AAA=",
    ],
    ids=range(5),
)
def test_a_changed_key_record_is_not_signed(change) -> None:  # type: ignore[no-untyped-def]
    record = record_of()
    assert change(record) != record
    with pytest.raises(IntegrityError, match="not by its key"):
        key_record.read(change(record))


@pytest.mark.parametrize("label", ["x" * 81, "two\nlines", "é", "\x1b[2J"])
def test_a_label_is_one_short_line(label: str) -> None:
    with pytest.raises(InputError, match="description"):
        record_of(label=label)


@pytest.mark.parametrize("form", ["key", "descriptor", "coldcard", "slip132", "ur"])
def test_what_is_not_read_back_does_not_leave(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    export = export_of(ABANDON, "wpkh", 0, MAINNET)
    other = formats.written(export_of(ABANDON, "wpkh", 1, MAINNET), form)
    _, reader = formats._FORMS[form]
    monkeypatch.setitem(formats._FORMS, form, (lambda _export: other, reader))
    with pytest.raises(IntegrityError, match="not read back"):
        formats.written(export, form)


@pytest.mark.parametrize(
    ("script", "purpose", "path"),
    [
        ("sh", None, "m/45h"),
        ("sh", 45, "m/45h"),
        ("wsh", 48, "m/48h/0h/7h/2h"),
        ("wsh", 87, "m/87h/0h/7h"),
        ("sh-wsh", 87, "m/87h/0h/7h"),
        ("sh", 87, "m/87h/0h/7h"),
        ("tr", 87, "m/87h/0h/7h"),
        ("tr", 86, "m/86h/0h/7h"),
        ("pkh", 44, "m/44h/0h/7h"),
    ],
)
def test_purposes_and_their_paths(script: str, purpose: int | None, path: str) -> None:
    number = 0 if path == "m/45h" else 7
    found = account.account_path(script, number, MAINNET, purpose=purpose)
    assert format_path(found) == path


@pytest.mark.parametrize(
    ("script", "purpose"),
    [("wpkh", 44), ("pkh", 84), ("wsh", 45), ("wpkh", 87), ("sh", 48), ("wpkh", 0), ("tr", 99)],
)
def test_another_scripts_purpose_is_refused(script: str, purpose: int) -> None:
    with pytest.raises(InputError, match=f"no accounts for {script} in BIP-{purpose}"):
        account.account_path(script, 0, MAINNET, purpose=purpose)


def test_bip45_has_one_account() -> None:
    with pytest.raises(InputError, match="account 0 is the only one"):
        account.account_path("sh", 1, MAINNET)
