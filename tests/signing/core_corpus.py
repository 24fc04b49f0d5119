"""What Bitcoin Core made: each spend of the corpus with its wallet, signed once by its signers."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from shared_data import corpus

from ceremonies.bitcoin import psbt as psbts
from ceremonies.bitcoin.psbt import Psbt
from ceremonies.bitcoin.transaction import Output
from ceremonies.keys.seed import read_seed
from ceremonies.network import network_named
from ceremonies.secret import Secret
from ceremonies.signing.review import Review, review
from ceremonies.signing.sign import sign
from ceremonies.signing.signer import Signer
from ceremonies.wallets.wallet import Wallet, register


@dataclass(frozen=True)
class Spend:
    """One PSBT of the corpus; `core` is what Core says of it."""

    case: dict[str, Any]
    name: str

    def __str__(self) -> str:
        return f"{self.case['case']}-{self.name}"

    @property
    def core(self) -> dict[str, Any]:
        """Core's PSBT, fee, change position, prevouts and final transaction."""
        spend: dict[str, Any] = self.case["spends"][self.name]
        return spend

    @property
    def is_taproot(self) -> bool:
        """Whether its signatures are random, so that bytes cannot be compared."""
        return bool(self.case["case"] == "tr")

    @property
    def data(self) -> bytes:
        """The PSBT's bytes."""
        return base64.b64decode(self.core["psbt"])

    @property
    def prevouts(self) -> list[Output]:
        """What it spends, as Core says."""
        return [Output(p["value_sat"], bytes.fromhex(p["script"])) for p in self.core["prevouts"]]

    @property
    def wallet(self) -> Wallet:
        """The wallet it spends from."""
        return wallet_of(self.case["case"])

    @property
    def signers(self) -> list[Signer]:
        """The signers that Core let sign."""
        return [s for s, told in zip(*signers_of(self.case["case"]), strict=True) if told["signs"]]

    @cached_property
    def psbt(self) -> Psbt:
        """The PSBT, parsed."""
        return psbts.parse(self.data)

    @cached_property
    def reviewed(self) -> Review:
        """Its review with no key at hand."""
        return review(self.psbt, self.wallet)

    @cached_property
    def answers(self) -> list[bytes]:
        """The PSBT as each of the signers gives it back."""
        return [sign(review(self.psbt, self.wallet, signer=s)).data for s in self.signers]


@cache
def _cases() -> dict[str, dict[str, Any]]:
    return {case["case"]: case for case in corpus()}


@cache
def wallet_of(name: str) -> Wallet:
    """The wallet of a case."""
    case = _cases()[name]
    return register(name, [case["descriptor"]], network_named(case["network"]))


@cache
def signers_of(name: str) -> tuple[list[Signer], list[dict[str, Any]]]:
    """All keys of a case, and what the corpus tells of each."""
    told = _cases()[name]["signers"]
    return [_signer(one, wallet_of(name)) for one in told], told


@cache
def _seed(mnemonic: str, passphrase: str) -> Secret:
    return read_seed(Secret(mnemonic.encode())).bip32_seed(
        Secret(passphrase.encode()) if passphrase else None
    )


def _signer(told: dict[str, Any], wallet: Wallet) -> Signer:
    return Signer(_seed(told["mnemonic"], told["passphrase"]), wallet.network)


@cache
def spends() -> list[Spend]:
    """Every spend of every case."""
    return [Spend(case, name) for case in _cases().values() for name in case["spends"]]


def spend(case: str, name: str) -> Spend:
    """One of them."""
    return next(one for one in spends() if (one.case["case"], one.name) == (case, name))
