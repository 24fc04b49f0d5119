"""The Bitcoin networks, and what tells them apart."""

from __future__ import annotations

from ceremonies.errors import InputError
from ceremonies.frozen import Frozen


class Network(Frozen, kw_only=True):
    """One network: its name here, its SLIP-44 coin type and its BIP-32 version bytes."""

    name: str
    coin_type: int
    xpub_version: bytes
    xprv_version: bytes

    @property
    def is_mainnet(self) -> bool:
        """Whether coins on this network have a value."""
        return self.coin_type == 0


_XPUB, _XPRV = bytes.fromhex("0488b21e"), bytes.fromhex("0488ade4")
_TPUB, _TPRV = bytes.fromhex("043587cf"), bytes.fromhex("04358394")

MAINNET = Network(name="mainnet", coin_type=0, xpub_version=_XPUB, xprv_version=_XPRV)
TESTNET4 = Network(name="testnet4", coin_type=1, xpub_version=_TPUB, xprv_version=_TPRV)
SIGNET = Network(name="signet", coin_type=1, xpub_version=_TPUB, xprv_version=_TPRV)
REGTEST = Network(name="regtest", coin_type=1, xpub_version=_TPUB, xprv_version=_TPRV)

NETWORKS = {network.name: network for network in (MAINNET, TESTNET4, SIGNET, REGTEST)}


def network_named(name: str) -> Network:
    """Return the network of that name.

    Raises:
        InputError: there is no such network here.
    """
    try:
        return NETWORKS[name]
    except KeyError:
        raise InputError("unknown network", hint=f"use one of {', '.join(NETWORKS)}") from None
