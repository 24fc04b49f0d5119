"""A PSBT to practise on: `python docs/practice_coin.py WALLET PSBT`.

It spends a coin that exists in no chain, and pays change back. The wallet must be one of a single
key (`wpkh`) on regtest.
"""

import sys
from pathlib import Path

from ceremonies import disk
from ceremonies.bitcoin.practice import practice_psbt
from ceremonies.wallets import file

wallet, psbt = map(Path, sys.argv[1:])
registered = file.read(disk.read(wallet, limit=file.MAX_SIZE, what="the wallet file"))
disk.create(psbt, practice_psbt(registered.branches))
