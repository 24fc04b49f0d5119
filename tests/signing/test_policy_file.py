"""A policy file: read to the last key, said in words, and never looser by a mistake."""

from __future__ import annotations

import hashlib
import re
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shared_data import ROOT
from signing.wallets_made import CHANGE, PAYEE, RECEIVED, make_psbt, make_wallet, signer

from ceremonies.bitcoin.psbt import parse
from ceremonies.errors import CeremonyError, InputError, Level
from ceremonies.signing import policy_file
from ceremonies.signing.policy import Policy
from ceremonies.signing.policy_words import words
from ceremonies.signing.review import review
from ceremonies.signing.rules import LEVELS, LOWERABLE
from ceremonies.wallets.wallet import Place

HEAD = 'schema = "custody-policy/1"\nnetwork = "regtest"\n'
TAPROOT = "bcrt1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqc8gma6"


def read(text: str) -> Policy:
    return policy_file.read((HEAD + text).encode())


def test_an_empty_policy_is_the_default_limits_and_the_hash_of_its_file() -> None:
    policy = read("")
    default = Policy(network="regtest", sha256=hashlib.sha256(HEAD.encode()).hexdigest())
    assert policy == default


def test_the_policy_of_the_manual_is_read_and_every_key_is_told() -> None:
    page = (ROOT / "docs" / "policy.md").read_text("utf-8")
    (shown,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    policy = policy_file.read(shown.encode())
    assert policy.fee_most_sat == 200_000
    assert policy.fee_share_refuse_percent == 3
    assert [period.blocks for period in policy.periods] == [144]
    assert policy.needs_history
    assert policy.approvals is not None
    assert policy.approvals.people == ("ana", "ben", "cleo")
    assert policy.gap == 200
    assert policy.levels == {"reuse": Level.REFUSE}
    told = set(re.findall(r"`([a-z0-9.-]+)`", page))
    for table, keys in tomllib.loads(shown).items():
        names = keys if isinstance(keys, dict) and table != "levels" else {}
        assert table in told or all(f"{table}.{name}" in told for name in names)


@pytest.mark.parametrize(
    "wrong",
    [
        'colour = "red"',
        "[fee]\nmost_sat = 1",
        "[fee]\nmost-sat = -1",
        "[fee]\nmost-sat = 1.5",
        '[fee]\nmost-sat = "1"',
        "[fee]\nmost-sat = 2100000000000001",
        "[fee]\nrefuse-percent = 101",
        "[fee]\nwarn-percent = 6",
        "[fee]\nwarn-rate = 1001",
        "[amounts]\nperiod = 3",
        "[[amounts.period]]\nblocks = 0\nmost-sat = 1",
        "[[amounts.period]]\nblocks = 144",
        '[destinations]\naddresses = ["bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"]',
        '[destinations]\naddresses = ["bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt081"]',
        '[destinations]\ndescriptors = ["wpkh(abc)#aaaaaaaa"]',
        "[destinations]\nsearch = 0",
        "[approvals]\nneeded = 0",
        "[approvals]\nneeded = 1",
        '[approvals]\nneeded = 2\nsigners = ["ana ssh-ed25519 x"]',
        f'[approvals]\nneeded = 1\nsigners = ["a b c"]\nsigners-sha256 = "{"0" * 64}"',
        f'[approvals]\nneeded = 1\nsigners-sha256 = "{"0" * 63}"',
        f'[approvals]\nneeded = 2\nsigners-sha256 = "{"0" * 64}"\npeople = ["ana", "ana"]',
        f'[approvals]\nneeded = 3\nsigners-sha256 = "{"0" * 64}"\npeople = ["ana", "ben"]',
        "[change]\ngap = -1",
        "[history]\nneeded = 1",
        '[levels]\nreuse = "loud"',
        '[levels]\nno-such-rule = "warn"',
        *(
            f'[levels]\n{rule} = "note"'
            for rule, level in LEVELS.items()
            if level is Level.REFUSE and rule not in LOWERABLE
        ),
        "[levels]\nreuse",
        'wallet = "ab"',
    ],
)
def test_what_is_not_understood_is_refused(wrong: str) -> None:
    with pytest.raises(InputError) as refused:
        read(wrong)
    assert refused.value.hint
    assert refused.value.cause.startswith(("the policy", "address", "descriptor"))


@pytest.mark.parametrize("start", ["", 'schema = "custody-policy/2"\nnetwork = "regtest"'])
def test_another_schema_or_none_is_no_policy(start: str) -> None:
    with pytest.raises(InputError):
        policy_file.read(start.encode())


def test_a_policy_may_raise_every_rule() -> None:
    levels = "".join(f'{rule} = "refuse"\n' for rule in LEVELS)
    assert read("[levels]\n" + levels).levels == dict.fromkeys(LEVELS, Level.REFUSE)


@given(st.binary(max_size=200))
@settings(max_examples=50, deadline=None)
def test_any_bytes_are_a_policy_or_an_error_of_ours(tail: bytes) -> None:
    try:
        words(policy_file.read(HEAD.encode() + tail))
    except CeremonyError:
        return


# destinations


def paying(script: bytes, policy: Policy) -> set[str]:
    wallet = make_wallet("wpkh")
    reviewed = review(parse(make_psbt(wallet, payments=[(script, 400_000)])), wallet, policy=policy)
    return {found.rule for found in reviewed.refusals}


def test_listed_addresses_may_be_paid_and_change_comes_back() -> None:
    policy = read(f'[destinations]\naddresses = ["{TAPROOT}"]')
    assert policy.destinations is not None
    (listed,) = policy.destinations.scripts
    assert paying(listed, policy) == set()
    assert paying(PAYEE, policy) == {"destination"}


def test_addresses_of_a_listed_wallet_may_be_paid_as_far_as_is_searched() -> None:
    other = make_wallet("wsh")
    listed = f'[destinations]\ndescriptors = ["{other.descriptor}"]\nsearch = 5'
    policy = read(listed)
    for branch in (0, 1):
        assert paying(other.derive(Place(branch, 4)).script, policy) == set()
        assert paying(other.derive(Place(branch, 5)).script, policy) == {"destination"}


def test_a_policy_that_pays_nobody_lets_money_come_back() -> None:
    policy = read("[destinations]\n")
    wallet = make_wallet("wpkh")
    home = parse(make_psbt(wallet, payments=[], change=(CHANGE, 997_000)))
    assert review(home, wallet, policy=policy, signer=signer(1)).verdict == "sign"
    assert paying(PAYEE, policy) == {"destination"}


# change-far


def test_the_wallet_file_s_last_index_moves_the_gap() -> None:
    from ceremonies.frozen import replace

    wallet = make_wallet("wpkh")
    far = parse(make_psbt(wallet, change=(Place(1, 5_000), 597_000)))
    assert {found.rule for found in review(far, wallet).refusals} == {"change-far"}
    known = replace(wallet, last_index=4_000)
    assert review(far, known).verdict == "sign"
    at_the_gap = parse(make_psbt(wallet, change=(Place(1, RECEIVED[1].index + 1_000), 597_000)))
    assert review(at_the_gap, wallet).findings == ()
    tight = read("[change]\ngap = 0")
    near = parse(make_psbt(wallet, change=(Place(1, 9), 597_000)))
    assert {found.rule for found in review(near, wallet, policy=tight).refusals} == {"change-far"}


# words


def test_the_words_name_every_number_and_every_destination() -> None:
    policy = read(
        f'wallet = "{"ab" * 32}"\n'
        "[fee]\nmost-sat = 123_456\nrefuse-percent = 4\nwarn-percent = 2\n"
        "floor-sat = 7_777\nrefuse-rate = 321\nwarn-rate = 54\n"
        "[amounts]\noutput-most-sat = 11_111\ntransaction-most-sat = 22_222\n"
        "[[amounts.period]]\nblocks = 1_008\nmost-sat = 33_333\n"
        f'[destinations]\naddresses = ["{TAPROOT}"]\n'
        f'descriptors = ["{make_wallet("tr").descriptor}"]\nsearch = 77\n'
        f'[approvals]\nneeded = 2\nsigners-sha256 = "{"cd" * 32}"\npeople = ["ana", "ben"]\n'
        '[change]\ngap = 99\n[levels]\nreuse = "refuse"\nfee-share = "warn"\n'
    )
    told = "\n".join(words(policy))
    for said in (
        *("regtest", "ab" * 32, "123,456", "4 %", "2 %", "7,777", "321 sat/vB", "54 sat/vB"),
        *("11,111", "22,222", "1008 blocks", "33,333", TAPROOT, make_wallet("tr").descriptor),
        *("index 76", "2 different people", "ana, ben", "cd" * 32, "99 indices", "reuse"),
        *("fee-share is at warn", "refuse"),
    ):
        assert said in told, said
