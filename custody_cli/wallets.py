"""Wallet files as commands name them."""

from __future__ import annotations

from pathlib import Path

from ceremonies import disk
from ceremonies.wallets import file
from ceremonies.wallets.wallet import Wallet


def read_wallet(path: Path) -> Wallet:
    """Read a wallet file.

    Raises:
        InputError: there is none, or it is not one.
        IntegrityError: it was changed.
    """
    return file.read(disk.read(path, limit=file.MAX_SIZE, what="the wallet file"))
