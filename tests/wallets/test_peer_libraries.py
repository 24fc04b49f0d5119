"""Our exports in coordinators' own libraries, and theirs in ours: `make peers` installs them.

Caravan's library in JavaScript, Specter Desktop's importer, and embit, on which Specter and several
signers are built. Skipped with a reason where they are missing.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from wallet_material import REGTEST, described

from ceremonies.network import TESTNET4
from ceremonies.wallets import peers
from ceremonies.wallets.addresses import address_at
from ceremonies.wallets.registration import registered
from ceremonies.wallets.wallet import Place, Wallet, register

PEERS = Path(__file__).parent / "peers"
TEAM = "wsh(sortedmulti(2,K1,K2,K3))"
SORTED = (TEAM, "sh(wsh(sortedmulti(2,K1,K2,K3)))", "sh(sortedmulti(1,K1,K2))")
KINDS = (
    *SORTED,
    "wpkh(K1)",
    "sh(wpkh(K1))",
    "pkh(K1)",
    "tr(K1)",
    "wsh(or_d(multi(2,K1,K2,K3),and_v(v:pkh(K4),older(6))))",
)
COUNT = 3


def answer(called: list[str], asked: dict[str, Any]) -> Any:
    done = subprocess.run(
        called, input=json.dumps(asked).encode(), capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def caravan(verb: str, **asked: Any) -> Any:
    """What Caravan's library answers."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    if not (PEERS / "node_modules").is_dir():
        pytest.skip("the peers are not installed: make peers")
    return answer([node, str(PEERS / "caravan.mjs"), verb], asked)


def desktop(verb: str, **asked: Any) -> Any:
    """What Specter's importer, or embit alone, answers."""
    python = PEERS / ".venv" / "bin" / "python"
    if not python.exists():
        pytest.skip("the peers are not installed: make peers")
    return answer([str(python), str(PEERS / "desktop.py"), verb], asked)


def wallet_of(body: str) -> Wallet:
    return register("vault", [described(body)], REGTEST)


def ours(wallet: Wallet, branch: int) -> list[str]:
    return [address_at(wallet, Place(branch, index)).text for index in range(COUNT)]


@pytest.mark.parametrize("body", SORTED)
def test_caravan_derives_our_addresses_from_our_file(body: str) -> None:
    wallet = wallet_of(body)
    config = json.loads(peers.write(wallet, "caravan"))
    for branch in (0, 1):
        told = caravan("addresses", config=config, branch=str(branch), count=COUNT)
        assert told["addresses"] == ours(wallet, branch)


def test_a_wallet_of_caravans_own_is_read_with_its_addresses() -> None:
    example = caravan("example")
    base = example["keys"][0][0]
    of_these_keys = [one for one in example["addresses"] if one[2] == f"{base}/0/0"]
    assert of_these_keys
    for kind, network, _, address in of_these_keys:
        assert network == example["network"] == "testnet"
        keys = [{"bip32Path": at, "xpub": xpub, "xfp": xfp} for at, xpub, xfp in example["keys"]]
        config = {
            "name": "example",
            "addressType": kind,
            "network": network,
            "quorum": {"requiredSigners": example["required"], "totalSigners": len(keys)},
            "extendedPublicKeys": keys,
        }
        wallet = registered("read", peers.read(json.dumps(config).encode(), None), TESTNET4)
        assert address_at(wallet, Place(0, 0)).text == address


@pytest.mark.parametrize("body", KINDS)
def test_specter_imports_our_file_and_derives_our_addresses(body: str) -> None:
    wallet = wallet_of(body)
    told = desktop("specter", file=peers.write(wallet, "specter"), network="regtest", count=COUNT)
    assert told == {"name": "vault", "addresses": ours(wallet, 0)}


@pytest.mark.parametrize("body", KINDS)
def test_embit_derives_our_addresses_from_what_others_are_told(body: str) -> None:
    wallet = wallet_of(body)
    for branch, request in enumerate(json.loads(peers.write(wallet, "core"))):
        told = desktop("embit", descriptor=request["desc"], network="regtest", count=COUNT)
        assert told["addresses"] == ours(wallet, branch)
    text = peers.write(wallet, "sparrow").splitlines()[1]
    for branch in (0, 1):
        told = desktop("embit", descriptor=text, network="regtest", branch=branch, count=COUNT)
        assert told["addresses"] == ours(wallet, branch)
