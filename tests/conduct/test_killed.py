"""Killed after any record, a ceremony goes on: nothing lost, repeated, or called complete."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest
from conduct.aftermath import insist_complete, insist_verified
from conduct.conduct_material import KEYGEN, SIGN, begin, go_on, signing_phrase
from conduct.interruption import (
    RECORDS,
    all_of,
    die,
    in_child,
    just_before,
    keeping,
    killed,
    killed_again,
    lines_of,
    outputs,
    people,
)
from signing.wallets_made import make_psbt

from ceremonies.keys.account import account_path, derive
from ceremonies.keys.seed import read_seed
from ceremonies.log import facts
from ceremonies.log.verify import State
from ceremonies.network import REGTEST
from ceremonies.secret import Secret
from ceremonies.wallets import file as wallets
from ceremonies.wallets.wallet import register
from custody_cli.ceremony_answers import status

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")

KEY_LIVES = range(26, 47)
"""The records of keygen-2of3 after which there is a key whose cards are not all verified."""

KEY_IS_SHOWN = range(29, 47)
"""Those after which paper with that key may exist."""


EDGES = {1, 2, *(edge + by for edge in (26, 29, 46) for by in (-1, 0, 1)), *RECORDS.values()}
"""Where what a kill leaves is of another kind: these and every fourth record are always tried."""


def always(number: int) -> Collection[pytest.MarkDecorator]:
    return () if number in EDGES or number % 4 == 0 else (pytest.mark.soak,)


@pytest.mark.parametrize("script", [KEYGEN, SIGN])
def test_uninterrupted_a_ceremony_leaves_the_records_that_are_counted_here(
    tmp_path: Path, script: str
) -> None:
    folder = tmp_path / "c"
    here = people(script, folder)
    begin(folder, script, here)
    assert len(lines_of(folder)) == RECORDS[script]
    insist_complete(folder, papers=here.papers, before=())


@pytest.mark.parametrize(
    ("script", "number"),
    [
        pytest.param(script, number, marks=always(number))
        for script, most in RECORDS.items()
        for number in range(1, most + 1)
    ],
)
def test_killed_after_any_record_it_goes_on_to_the_same_end(
    tmp_path: Path, script: str, number: int
) -> None:
    folder = tmp_path / "c"
    here = killed(script, folder, number)
    before, files, is_closed = lines_of(folder), outputs(folder), number == RECORDS[script]
    insist_verified(folder, State.UNSEALED if is_closed else State.INCOMPLETE)
    assert status(folder)["state"] == ("closing" if is_closed else "paused")
    go_on(folder, here)
    insist_complete(folder, papers=here.papers, before=before)
    assert outputs(folder).items() >= files.items()
    is_void, was_shown = number in KEY_LIVES, number in KEY_IS_SHOWN
    keys = 0 if script == SIGN else 1
    assert len(all_of(folder, facts.SeedMade)) == keys + (keys and is_void)
    assert len(all_of(folder, facts.KeyVoid)) == (keys and is_void)
    assert len(all_of(folder, facts.ExceptionMade)) == (keys and was_shown)


@pytest.mark.parametrize(
    ("script", "first", "second"),
    [
        pytest.param(script, first, second, marks=() if first % 3 == at else (pytest.mark.soak,))
        for script, most in RECORDS.items()
        for first in range(3, most, 28)
        for at, second in enumerate((5, 17, 41))
    ],
)
def test_killed_again_while_it_goes_on_it_still_comes_to_the_same_end(
    tmp_path: Path, script: str, first: int, second: int
) -> None:
    folder = tmp_path / "c"
    killed_again(folder, killed(script, folder, first), first + second)
    before = lines_of(folder)
    assert len(before) > first
    here = people(script, folder)
    go_on(folder, here)
    insist_complete(folder, papers=here.papers, before=before)


def taproot_files() -> dict[str, bytes]:
    """The taproot wallet of the key of `sign`'s rehearsal, and a PSBT that spends from it."""
    seed = read_seed(Secret(signing_phrase()))
    with seed.bip32_seed(None) as bip32_seed:
        account = derive(bip32_seed, account_path("tr", 0, REGTEST), REGTEST)
    descriptor = account.descriptor("tr")
    assert descriptor is not None
    wallet = register("REHEARSAL-vault", [descriptor], REGTEST)
    return {"wallet.file": wallets.write(wallet), "psbt.file": make_psbt(wallet)}


def test_a_signed_psbt_that_was_written_is_not_written_over_by_another_signature(
    tmp_path: Path,
) -> None:
    """Schnorr signatures differ each time: what is in the folder already is what leaves it."""
    folder = tmp_path / "c"
    here = people(SIGN, folder)
    here.player.files = taproot_files()

    def life() -> None:
        with just_before(keeping("signed.psbt"), die):
            begin(folder, SIGN, here)

    assert in_child(life) == -9
    before, files = lines_of(folder), outputs(folder)
    assert "signed.psbt" in files
    go_on(folder, here)
    insist_complete(folder, papers=(), before=before)
    assert outputs(folder).items() >= files.items()
    assert len({fact.psbt_sha256 for fact in all_of(folder, facts.PsbtSigned)}) == 2
