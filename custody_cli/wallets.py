"""Wallet files and coordinators' files as commands name them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ceremonies import disk
from ceremonies.errors import InputError
from ceremonies.exchange.payload import Kind
from ceremonies.network import MAINNET, TESTNET4, Network
from ceremonies.secret import Secret
from ceremonies.wallets import file
from ceremonies.wallets.wallet import Wallet
from custody_cli.arrivals import arrived_from
from custody_cli.sources import payload_from, secret_from

if TYPE_CHECKING:
    from ceremonies.wallets.found import Found

_WRITTEN = (Kind.TEXT, Kind.JSON, Kind.BYTES)
"""Kinds that the file of a coordinator comes as, where it does not come as a wallet."""


def read_wallet(path: Path) -> Wallet:
    """Read a wallet file.

    Raises:
        InputError: there is none, or it is not one.
        IntegrityError: it was changed.
    """
    return file.read(disk.read(path, limit=file.MAX_SIZE, what="the wallet file"))


def read_export(name: str, token: str | None) -> Found:
    """Read a coordinator's file, `-`, or pictures of its codes; `token` opens an encrypted one."""
    from ceremonies.wallets import peers, uniform

    what = "the coordinator's file"
    payload = arrived_from(name, what=what).payload
    if len(payload.data) > peers.MAX_SIZE:
        raise InputError(
            f"{what} is longer than {peers.MAX_SIZE} bytes",
            hint="check that this is the right file",
        )
    if payload.kind in uniform.KINDS:
        return uniform.carried(payload)
    if payload.kind not in _WRITTEN:
        raise InputError(
            f"{what} is a {payload.kind.value}, not a wallet",
            hint="name the wallet that the coordinator exports",
        )
    return peers.read(payload.data, token_from(token))


def token_from(source: str | None) -> Secret | None:
    """Read the token of a BSMS session from its source."""
    if source is None:
        return None

    def ask() -> Secret:
        from custody_cli import terminal

        return terminal.ask_passphrase("the BSMS token")

    return secret_from(source, ask, what="the token")


def own_keys(names: Sequence[str] | None) -> tuple[str, ...]:
    """Return the keys that `--ours` names: key expressions themselves, or files that hold one."""
    from ceremonies.wallets import ours

    return tuple(
        name
        if name.startswith("[")
        else ours.key_in(payload_from(name, what="our key", limit=ours.MAX_SIZE))
        for name in names or ()
    )


@dataclass(frozen=True)
class Given:
    """A wallet as a file gave it; only a wallet file has a name for it, and says what is ours."""

    wallet: Wallet
    data: bytes
    is_wallet_file: bool


def read_either(name: str, network: Network | None) -> Given:
    """Read a wallet file, or any coordinator's file as a wallet.

    `network` is that of a file that does not say one; without it the keys' letters decide.

    Raises:
        InputError: it is neither.
        IntegrityError: it was changed.
    """
    # every coordinator's format is loaded here alone: signing reads wallet files
    from ceremonies.bitcoin import slip132
    from ceremonies.wallets import peers
    from ceremonies.wallets.registration import registered

    data = payload_from(name, what="the wallet file", limit=file.MAX_SIZE)
    found = peers.read(data)
    if found.peer == peers.CUSTODY:
        return Given(file.read(data), data, is_wallet_file=True)
    if network is None:
        keys = slip132.keys_in(found.descriptors[0])
        network = MAINNET if all(map(slip132.is_mainnet, keys)) else TESTNET4
    wallet = registered(found.peer, found, network, unsorted=True)
    return Given(wallet, data, is_wallet_file=False)
