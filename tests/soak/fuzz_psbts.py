"""A fuzzer led by coverage: parse, review, sign and finalize whatever libFuzzer makes of PSBTs.

`python tests/soak/fuzz_psbts.py FOLDER -runs=N` keeps in FOLDER what reached new code; anything but
an error of ours ends it with the input that did it. `test_fuzzed_psbts.py` runs it for a while.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

with atheris.instrument_imports(include=["ceremonies"]):
    from signing.test_signing_properties import EVERY, attempt, base
    from signing.wallets_made import make_wallet

LONGEST = 8_192
"""Longer inputs are tried by the tests of damage, and slow this down."""


def try_one(data: bytes) -> None:
    """Take the first byte for the kind of wallet, and the rest for a PSBT."""
    if data:
        attempt(data[1:], make_wallet(EVERY[data[0] % len(EVERY)]))


def write_seeds(folder: Path) -> None:
    """Begin with good PSBTs of every kind of wallet, unsigned and signed."""
    for number, kind in enumerate(EVERY):
        for state in ("unsigned", "signed", "twice"):
            (folder / f"{kind}-{state}").write_bytes(bytes([number]) + base(kind, state))


if __name__ == "__main__":
    write_seeds(Path(sys.argv[1]))
    atheris.Setup([*sys.argv, f"-max_len={LONGEST}", "-timeout=20", "-rss_limit_mb=1024"], try_one)
    atheris.Fuzz()
