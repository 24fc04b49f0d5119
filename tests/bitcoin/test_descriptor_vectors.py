"""Vectors of BIP-67, 383, 386, 387 and 389, public descriptors alone: none other is read here."""

from __future__ import annotations

import pytest
from btclib_wallet.descriptors import add_checksum

from ceremonies.bitcoin import descriptor as descriptors
from ceremonies.bitcoin import second_opinion
from ceremonies.errors import InputError
from ceremonies.network import MAINNET

A = (
    "xpub6ERApfZwUNrhLCkDtcHTcxd75RbzS1ed54G1LkBUHQVHQKqhMkhgbmJbZRkrgZw4koxb5JaHWkY4ALHY2grBGRjaDM"
    "zQLcgJvLJuZZvRcEL"
)
B = (
    "xpub68NZiKmJWnxxS6aaHmn81bvJeTESw724CRDs6HbuccFQN9Ku14VQrADWgqbhhTHBaohPX4CjNLf9fq9MYo6oDaPPLP"
    "xSb7gwQN3ih19Zm4Y"
)
C = (
    "xpub69H7F5d8KSRgmmdJg2KhpAK8SR3DjMwAdkxj3ZuxV27CprR9LgpeyGmXUbC6wb7ERfvrnKZjXoUmmDznezpbZb7ap6"
    "r1D3tgFxHmwMkQTPH"
)
D = (
    "xpub661MyMwAqRbcFW31YEwpkMuc5THy2PSt5bDMsktWQcFF8syAmRUapSCGu8ED9W6oDMSgv6Zz8idoc4a6mr8BDzTJY4"
    "7LJhkJ8UB7WEGuduB"
)
NUMS = "50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0"

BIP67 = [
    (
        [
            "02ff12471208c14bd580709cb2358d98975247d8765f92bc25eab3b2763ed605f8",
            "02fe6f0a5a297eb38c391581c4413e084773ea23954d93f7753db7dc0adc188b2f",
        ],
        "39bgKC7RFbpoCRbtD5KEdkYKtNyhpsNa3Z",
    ),
    (
        [
            "02632b12f4ac5b1d1b72b2a3b508c19172de44f6f46bcee50ba33f3f9291e47ed0",
            "027735a29bae7780a9755fae7a1c4374c656ac6a69ea9f3697fda61bb99a4f3e77",
            "02e2cc6bd5f45edd43bebe7cb9b675f0ce9ed3efe613b177588290ad188d11b404",
        ],
        "3CKHTjBKxCARLzwABMu9yD85kvtm7WnMfH",
    ),
    (
        [
            "030000000000000000000000000000000000004141414141414141414141414141",
            "020000000000000000000000000000000000004141414141414141414141414141",
            "020000000000000000000000000000000000004141414141414141414141414140",
            "030000000000000000000000000000000000004141414141414141414141414140",
        ],
        "32V85igBri9zcfBRVupVvwK18NFtS37FuD",
    ),
    (
        [
            "022df8750480ad5b26950b25c7ba79d3e37d75f640f8e5d9bcd5b150a0f85014da",
            "03e3818b65bcc73a7d64064106a859cc1a5a728c4345ff0b641209fba0d90de6e9",
            "021f2f6e1e50cb6a953935c3601284925decd3fd21bc445712576873fb8c6ebc18",
        ],
        "3Q4sF6tv9wsdqu2NtARzNCpQgwifm2rAba",
    ),
]


@pytest.mark.parametrize("position", range(len(BIP67)))
def test_bip67s_addresses_by_the_second_road(position: int) -> None:
    keys, address = BIP67[position]
    raw = [bytes.fromhex(key) for key in keys]
    found = second_opinion.multisig_address("sh", 2, raw, sort=True, network=MAINNET)
    assert found == address


@pytest.mark.parametrize("position", [0, 1, 3])
def test_bip67s_addresses_by_the_engine(position: int) -> None:
    from btclib_wallet import descriptors as engine

    from ceremonies.bitcoin import script

    keys, address = BIP67[position]
    read = engine.parse(f"sh(sortedmulti(2,{','.join(keys)}))", network="mainnet")
    assert script.address(read.script_pub_key(0).script, MAINNET) == address


# each script is a 2-of-2 of these keys, derived at 0, 1 and 2
BIP383 = (
    (
        "025d5fc65ebb8d44a5274b53bac21ff8307fec2334a32df05553459f8b1f7fe1b6",
        "02fbd47cc8034098f0e6a94c6aeee8528abf0a2153a5d8e46d325b7284c0467846",
    ),
    (
        "0264fd4d1f5dea8ded94c61e9641309349b62f27fbffe807291f664e286bfbe647",
        "03f4ece6dfccfa37b211eb3d0af4d0c61dba9ef698622dc17eecdf764beeb005a6",
    ),
    (
        "022ccabda84c30bad578b13c89eb3b9544ce149787e5b538175b1d1ba259cbb833",
        "024d902e1a2fc7a8755ab5b694c575fce742c48d9ff192e63df5193e4c7afe1f9c",
    ),
)
BIP387 = (
    "5120abd47468515223f58a1a18edfde709a7a2aab2b696d59ecf8c34f0ba274ef772",
    "5120fe62e7ed20705bd1d3678e072bc999acb014f07795fa02cb8f25a7aa787e8cbd",
    "51201311093750f459039adaa2a5ed23b0f7a8ae2c2ffb07c5390ea37e2fb1050b41",
)


def test_bip383s_published_scripts() -> None:
    read = descriptors.parse(add_checksum(f"sortedmulti(2,{A}/*,{B}/0/0/*)"), MAINNET)
    for index, (first, second) in enumerate(BIP383):
        assert read.script_at(index).hex() == f"5221{first}21{second}52ae"


def test_bip387s_published_scripts() -> None:
    text = add_checksum(f"tr({NUMS},sortedmulti_a(2,{A}/*,{B}/0/0/*))")
    read = descriptors.parse(text, MAINNET)
    assert tuple(read.script_at(index).hex() for index in range(3)) == BIP387


@pytest.mark.parametrize(
    ("body", "branches"),
    [
        (f"pk({B}/<0;1>)", [f"pk({B}/0)", f"pk({B}/1)"]),
        (
            f"wpkh([ffffffff/13h]{C}/<1;3>/2/*)",
            [f"wpkh([ffffffff/13h]{C}/1/2/*)", f"wpkh([ffffffff/13h]{C}/3/2/*)"],
        ),
        (
            f"multi(2,{A}/<1;2>/*,{B}/<3;4>/0/*)",
            [f"multi(2,{A}/1/*,{B}/3/0/*)", f"multi(2,{A}/2/*,{B}/4/0/*)"],
        ),
        (f"pkh({D}/<0;1;2>)", [f"pkh({D}/0)", f"pkh({D}/1)", f"pkh({D}/2)"]),
    ],
)
def test_bip389s_branches(body: str, branches: list[str]) -> None:
    assert descriptors.branches(add_checksum(body)) == tuple(map(add_checksum, branches))


@pytest.mark.parametrize(
    "body",
    [
        f"pkh({D}/<0;1>/<2;3>)",
        f"pkh([deadbeef/<0;1>]{D}/0)",
        f"tr({D}/<6;7;8;9>/*,{{pk({A}/<1;2;3>/0/*),pk({B}/0/0/<3;4;5>/*)}})",
        f"wpkh({D}/<>/*)",
        f"wpkh({D}/0>/*)",
        f"wpkh({D}/<0/*)",
        f"wpkh({D}/<0;>/*)",
        f"sh(multi_a(1,{A}/*))",
        f"wsh(multi_a(1,{A}/*))",
        f"tr({NUMS},multi_a(a,{A}/*))",
        f"tr({NUMS},multi_a(0,{A}/*))",
        f"tr({NUMS},multi_a(3,{A}/*,{B}/*))",
        f"wsh(tr({A}/*))",
        f"sh(tr({A}/*))",
        f"sh(multi(a,{A}/*))",
        f"sh(multi(0,{A}/*))",
        f"sh(multi(3,{A}/*,{B}/*))",
        f"tr(04{'ab' * 64})",
    ],
)
def test_published_invalid_descriptors_make_no_wallet(body: str) -> None:
    with pytest.raises(InputError):
        _read(add_checksum(body))


def _read(text: str) -> list[descriptors.Descriptor]:
    return [descriptors.parse(branch, MAINNET) for branch in descriptors.branches(text)]


def test_what_bip67_sorts_is_what_the_engine_sorts() -> None:
    texts = [f"wsh(sortedmulti(2,{one}/*,{other}/*))" for one, other in ((A, B), (B, A))]
    found = [descriptors.parse(add_checksum(text), MAINNET).script_at(5) for text in texts]
    assert found[0] == found[1]
