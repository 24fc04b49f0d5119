"""The error tree, and the networks."""

from __future__ import annotations

import pytest

from ceremonies import errors
from ceremonies.network import MAINNET, NETWORKS, network_named


@pytest.mark.parametrize(
    "name", ["InputError", "Refused", "IntegrityError", "MachineError", "Declined"]
)
def test_each_error_carries_a_cause_and_a_hint(name: str) -> None:
    kind = getattr(errors, name)
    error = kind("a cause", hint="a hint")
    assert (error.cause, error.hint, str(error)) == ("a cause", "a hint", "a cause")
    assert isinstance(error, errors.CeremonyError)
    with pytest.raises(TypeError, match="hint"):
        kind("a cause")


def test_a_refusal_carries_its_findings() -> None:
    found = errors.Finding(
        rule="size", level=errors.Level.REFUSE, where="", message="too long", hint="send less"
    )
    assert errors.Refused("no", hint="ask", findings=iter([found])).findings == (found,)
    assert errors.Refused("no", hint="ask").findings == ()


def test_networks_are_found_by_name_alone() -> None:
    assert [network_named(name).name for name in NETWORKS] == [
        "mainnet",
        "testnet4",
        "signet",
        "regtest",
    ]
    for name in ("", "Mainnet", "main", "testnet", "testnet3", "regtest "):
        with pytest.raises(errors.InputError) as caught:
            network_named(name)
        assert "mainnet, testnet4, signet, regtest" in caught.value.hint


def test_only_mainnet_has_value() -> None:
    assert [network for network in NETWORKS.values() if network.is_mainnet] == [MAINNET]
    assert len({network.xpub_version for network in NETWORKS.values()}) == 2
    assert all(network.xpub_version != network.xprv_version for network in NETWORKS.values())
