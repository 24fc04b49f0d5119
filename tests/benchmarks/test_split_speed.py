"""A split of three groups with its full cross-recovery, beside the split alone."""

from __future__ import annotations

import pytest
from shamir_mnemonic import generate_mnemonics
from timings import CPU, Timings

from ceremonies.keys import entropy, slip39
from ceremonies.keys.card import Group
from ceremonies.keys.quorum import quorums
from ceremonies.keys.seed import Scheme, Seed
from ceremonies.secret import Secret

GROUPS = [Group(2, 3), Group(3, 5), Group(2, 4)]
SEED = Seed(Scheme.BIP39, Secret(bytes(range(32))))


@pytest.mark.benchmark(timer=CPU)
@pytest.mark.parametrize("needed", [1, 2])
def test_three_groups_and_every_quorum_beside_the_reference_alone(
    timings: Timings, needed: int
) -> None:
    pool = entropy.draw([entropy.system()])

    def ours() -> object:
        return slip39.split(SEED, GROUPS, groups_needed=needed, pool=pool)

    def theirs() -> object:
        return generate_mnemonics(
            needed, [(group.needs, group.of) for group in GROUPS], SEED.secret.reveal()
        )

    tried = len(list(quorums(slip39.split(SEED, GROUPS, groups_needed=needed, pool=pool))))
    mine, alone = timings.fastest(ours, theirs, rounds=3, timer=CPU)
    timings.tell(
        f"split, {tried} quorums tried",
        f"{mine * 1e3:.0f} ms",
        f"shamir-mnemonic, none tried: {alone * 1e3:.0f} ms",
        ratio=mine / alone,
    )
    timings.tell(
        "of which each quorum",
        f"{(mine - alone) / tried * 1e3:.1f} ms",
        f"the whole split: {mine * 1e3:.0f} ms",
        ratio=(mine - alone) / tried / mine,
    )
