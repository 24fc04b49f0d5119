"""Files that other programs wrote, as their own repositories keep them for tests."""

from __future__ import annotations

import json

import pytest

from ceremonies.errors import InputError
from ceremonies.network import MAINNET, TESTNET4, Network
from ceremonies.wallets import peers
from ceremonies.wallets.addresses import address_at
from ceremonies.wallets.registration import registered
from ceremonies.wallets.wallet import Place, Wallet

MERCURY = (
    "xpub6EMVvcTUbaABdaPLaVWE72CjcN72URa5pKK1knrKLz1hKaDwUkgddc3832a8MHEpLyuow7MfjMRomt2iMtwPH4pWrFL"
    "ft4JsquHjeZfKsYp"
)
VENUS = (
    "xpub6EbTHAgvzZtVppjLPXia2prt6T2w7DD2VQ8gysgV6ECzmKkA6zt4WR3hX4bgciTDrnaneZoJbA19tYKBMrWuA89SbgY"
    "AdbMNWmtzrgLhqco"
)
EARTH = (
    "xpub6Ea6qWGr6BWpCSyLo8ggypvXg1MwadiAGZxAHvrBUwvT2ki6pNVG61bg3YEdxkj7FRJ1cLFK7Vvqd9rcDvwCLX7VfEM"
    "fJJfdbA1NGsFazvz"
)
# sparrow: src/test/resources/com/sparrowwallet/sparrow/io/caravan-multisig-export-1.json
CARAVAN = {
    "name": "Test Wallet",
    "addressType": "P2WSH",
    "network": "mainnet",
    "client": {"type": "public"},
    "quorum": {"requiredSigners": 2, "totalSigners": 3},
    "extendedPublicKeys": [
        {"name": name, "bip32Path": "m/48'/0'/0'/2'", "xpub": xpub, "xfp": xfp, "method": method}
        for name, xpub, xfp, method in (
            ("Mercury", MERCURY, "8188029f", "trezor"),
            ("Venus", VENUS, "a15e8133", "ledger"),
            ("Earth", EARTH, "d31cf7f9", "coldcard"),
        )
    ],
    "startingAddressIndex": 0,
}
# the same folder: bsms/multisig-1.bsms
BSMS = (
    "BSMS 1.0\n"
    f"wsh(sortedmulti(2,[8188029f/48'/0'/0'/2']{MERCURY}/**,[3bd5c9b0/48'/0'/0'/2']{VENUS}/**))\n"
    "/0/*,/1/*\n"
    "bc1qfagqa83vrv9phj0886rlx6d68zzd7gejtr0ns8xxfeckve27397q6vq47w\n"
)
# Coldcard's firmware: testing/data/multisig/export-p2wsh-myself.txt
COLDCARD = """\
# Coldcard Multisig setup file (created on 0F056943)
#
Name: CC-2-of-4
Policy: 2 of 4
Derivation: m/48'/1'/0'/2'
Format: P2WSH

0F056943: tpubDF2rnouQaaYrXF4noGTv6rQYmx87cQ4GrUdhpvXkhtChwQPbdGTi8GA88NUaSrwZBwNsTkC9bFkkC8vDyGBVVAQTZ2AS6gs68RQXtXcCvkP
6BA6CFD0: tpubDFcrvj5n7gyaxWQkoX69k2Zij4vthiAwvN2uhYjDrE6wktKoQaE7gKVZRiTbYdrAYH1UFPGdzdtWJc6WfR2gFMq6XpxA12gCdQmoQNU9mgm
747B698E: tpubDExj5FnaUnPAn7sHGUeBqD3buoNH5dqmjAT6884vbDpH1iDYWigb7kFo2cA97dc8EHb54u13TRcZxC4kgRS9gc3Ey2xc8c5urytEzTcp3ac
7BB026BE: tpubDFiuHYSJhNbHcbLJoxWdbjtUcbKR6PvLq53qC1Xq6t93CrRx78W3wcng8vJyQnY3giMJZEgNCRVzTojLb8RqPFpW5Ms2dYpjcJYofN1joyu
"""  # noqa: E501
ALONE = (
    "wpkh([a262308d/84h/0h/0h]xpub6DM7CYgaTMdMbhTcLTUWmNUE5WLXK5hx8ZMa4sRw8qYJPqtqKYiKnwsmT8A6AijDVA"
    "UZRivdBnXdR8QE7Y9vVnqvzPL3fXCmu1WtCRLdAoz"
)
# sparrow again: descriptor-receive-change1.txt, descriptor-labelled.txt
PAIR = f"{ALONE}/0/*)#s5x06kda\n\n{ALONE}/1/*)#pqrw8ra9\n"
LABELLED = f"Receive: {ALONE}/0/*)#s5x06kda\n"
# specter-wallet.json
SPECTER = {
    "label": "specter-wallet",
    "blockheight": 647153,
    "descriptor": (
        "sh(wpkh([4df18faa/49'/0'/0']xpub6BgwyseZdeGJj2vB3FPHSGPxR1LLkr8AsAJqedrgjwBXKXXVWkH31fhwtQXgr"
        "M7uMrWjLwXhuDhhenNAh5eBdUSjrHkrKfaXutcJdAfgQ8D))"
    ),
}


def read(text: str, network: Network) -> Wallet:
    return registered("read", peers.read(text.encode(), None), network)


def test_caravans_file_of_three_devices() -> None:
    wallet = read(json.dumps(CARAVAN, indent=2), MAINNET)
    assert (wallet.threshold, wallet.signers) == (2, ("8188029f", "a15e8133", "d31cf7f9"))
    assert wallet.descriptor.count("/<0;1>/*") == 3


def test_sparrows_bsms_record_has_the_address_that_it_tells() -> None:
    wallet = read(BSMS, MAINNET)
    assert address_at(wallet, Place(0, 0)).text == BSMS.rsplit(maxsplit=1)[-1]


def test_coldcards_own_file() -> None:
    wallet = read(COLDCARD, TESTNET4)
    assert (wallet.threshold, len(wallet.signers)) == (2, 4)
    assert wallet.descriptor.startswith("wsh(sortedmulti(2,[0f056943/48h/1h/0h/2h]tpubDF2rnou")
    with pytest.raises(InputError, match="keys are of a test network"):
        read(COLDCARD, MAINNET)


def test_sparrows_descriptors() -> None:
    pair = read(PAIR, MAINNET)
    assert len(pair.branches) == 2
    receive = read(LABELLED, MAINNET)
    assert address_at(receive, Place(0, 7)).text == address_at(pair, Place(0, 7)).text


def test_a_file_of_specter_from_before_checksums_is_refused() -> None:
    with pytest.raises(InputError, match="no checksum"):
        read(json.dumps(SPECTER), MAINNET)
