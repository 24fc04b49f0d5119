"""Each rule refuses what breaks it, and nothing refuses what is honest."""

from __future__ import annotations

import pytest
from signing.hostile import EVERY, MULTISIG, SEGWIT_V0, STRANGER, TAPROOT, Hostile
from signing.hostile import witness_utxo as as_witness_utxo
from signing.hostile_uncommon import CASES
from signing.psbt_records import Map, edited, put
from signing.wallets_made import (
    CHANGE,
    PAYEE,
    RECEIVED,
    STANDARD,
    key_expression,
    make_psbt,
    make_wallet,
    origin,
    output_records,
    previous,
    signer,
)

from ceremonies.bitcoin.descriptor import with_checksum
from ceremonies.bitcoin.psbt import MalformedPsbt, parse
from ceremonies.bitcoin.script import PAY_TO_ANCHOR
from ceremonies.bitcoin.transaction import Output
from ceremonies.errors import Finding, InputError, Level, Refused
from ceremonies.frozen import replace
from ceremonies.network import MAINNET, REGTEST, TESTNET4
from ceremonies.signing.facts import gather
from ceremonies.signing.history import History
from ceremonies.signing.policy import Policy
from ceremonies.signing.review import Review, review
from ceremonies.signing.rules import LEVELS, LOWERABLE, RULES, name_of
from ceremonies.signing.sign import sign
from ceremonies.wallets.wallet import Place, Wallet, register

READING = {"size", "strict"}
"""What makes a review impossible, and so raises by itself."""

REVIEWED = [case for case in CASES if case.rule not in READING]
ONE_OF_EACH = list({(case.rule, case.name): case for case in REVIEWED}.values())
"""Each way of breaking a rule under one type of wallet."""


def look(data: bytes, wallet: Wallet, policy: Policy | None = None) -> Review:
    return review(parse(data), wallet, signer=signer(1, wallet.network), policy=policy)


def levels(reviewed: Review) -> set[tuple[str, Level]]:
    return {(found.rule, found.level) for found in reviewed.findings}


@pytest.mark.parametrize("hostile", [c for c in REVIEWED if not c.refuses], ids=str)
def test_only_the_rule_that_is_concerned_says_a_word(hostile: Hostile) -> None:
    reviewed = hostile.reviewed()
    assert {found.rule for found in reviewed.findings} == hostile.rules
    told = [found for found in reviewed.findings if found.rule == hostile.rule]
    assert {found.level for found in told} == {hostile.level}
    assert all(found.message and found.hint for found in told)
    assert reviewed.verdict == "sign"
    assert sign(reviewed).signatures_added > 0


@pytest.mark.parametrize("hostile", [c for c in REVIEWED if c.refuses], ids=str)
def test_only_the_rule_that_is_broken_refuses(hostile: Hostile) -> None:
    reviewed = hostile.reviewed()
    assert {found.rule for found in reviewed.refusals} == hostile.rules
    assert reviewed.verdict == "refuse"
    assert reviewed.intent is None
    with pytest.raises(Refused) as refused:
        sign(reviewed)
    assert hostile.rule in refused.value.cause
    assert refused.value.findings == reviewed.findings
    assert refused.value.hint
    assert all(found.message and found.hint for found in reviewed.findings)


@pytest.mark.parametrize("hostile", [c for c in CASES if c.rule in READING], ids=str)
def test_what_cannot_be_reviewed_is_not_read(hostile: Hostile) -> None:
    with pytest.raises(MalformedPsbt) as malformed:
        parse(hostile.psbt)
    assert [found.rule for found in malformed.value.findings] == [hostile.rule]
    assert hostile.rules == {hostile.rule}
    assert malformed.value.hint


def test_every_rule_has_a_hostile_psbt() -> None:
    assert {case.rule for case in CASES} == {name_of(rule) for rule in RULES} | READING


def test_every_rule_finds_under_its_own_name() -> None:
    found: dict[str, set[str]] = {name_of(rule): set() for rule in RULES}
    for case in ONE_OF_EACH:
        facts = gather(parse(case.psbt), case.wallet, signer(case.signer))
        for rule in RULES:
            findings = list(rule(facts, case.policy, case.history))
            found[name_of(rule)] |= {finding.rule for finding in findings}
    assert found == {name: {name} for name in found}


@pytest.mark.parametrize("kind", EVERY)
def test_the_good_psbt_that_all_others_are_made_of_passes_without_a_word(kind: str) -> None:
    wallet = make_wallet(kind)
    reviewed = look(make_psbt(wallet), wallet)
    assert reviewed.findings == ()
    assert reviewed.intent is not None


# the fee


def test_a_fee_of_5_percent_exactly_is_a_warning_and_one_satoshi_more_is_refused() -> None:
    wallet = make_wallet("wpkh")
    exactly = look(make_psbt(wallet, change=(CHANGE, 580_000)), wallet)
    assert exactly.facts.fee_sat == 20_000
    assert levels(exactly) == {("fee-share", Level.WARN)}
    over = look(make_psbt(wallet, change=(CHANGE, 579_999)), wallet)
    assert levels(over) == {("fee-share", Level.REFUSE)}


def test_a_fee_of_10_000_satoshi_is_never_refused_for_its_share() -> None:
    wallet = make_wallet("wpkh")

    def paying(fee: int) -> Review:
        small = [(PAYEE, 20_000)]
        return look(
            make_psbt(wallet, payments=small, change=(CHANGE, 980_000 - fee)),
            wallet,
        )

    assert levels(paying(10_000)) == {("fee-share", Level.WARN)}
    assert levels(paying(10_001)) == {("fee-share", Level.REFUSE)}


def test_a_fee_of_1_percent_exactly_says_nothing() -> None:
    wallet = make_wallet("wpkh")
    assert look(make_psbt(wallet, change=(CHANGE, 596_000)), wallet).findings == ()
    over = look(make_psbt(wallet, change=(CHANGE, 595_999)), wallet)
    assert levels(over) == {("fee-share", Level.WARN)}


def test_where_nothing_is_paid_the_fee_is_a_share_of_the_inputs() -> None:
    wallet = make_wallet("wpkh")
    exactly = look(make_psbt(wallet, payments=[], change=(CHANGE, 950_000)), wallet)
    assert ("fee-share", Level.WARN) in levels(exactly)
    assert exactly.verdict == "sign"


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        ("0.99", Level.WARN),
        ("1.00", None),
        ("200.00", None),
        ("200.01", Level.WARN),
        ("1000.00", Level.WARN),
        ("1000.01", Level.REFUSE),
    ],
)
def test_fee_rates_are_judged_at_their_limits(rate: str, expected: Level | None) -> None:
    wallet = make_wallet("wpkh")
    whole, _, part = rate.partition(".")
    vsize = look(make_psbt(wallet), wallet).facts.vsize
    hundredths = int(whole) * 100 + int(part)
    fee = hundredths * vsize // 100 + (1 if part == "01" else 0)
    coins = [(RECEIVED[0], 60_000_000), (RECEIVED[1], 40_000_000)]
    reviewed = look(
        make_psbt(
            wallet,
            inputs=coins,
            payments=[(PAYEE, 50_000_000)],
            change=(CHANGE, 50_000_000 - fee),
        ),
        wallet,
    )
    found = [one.level for one in reviewed.findings if one.rule == "fee-rate"]
    assert found == ([expected] if expected else [])


# what was said of the past


@pytest.mark.parametrize("height", [850_000, 850_001, 902_560])
def test_a_height_within_a_year_of_the_last_that_is_known_says_nothing(height: int) -> None:
    past = History(is_given=True, height=height, logged_height=850_000)
    wallet = make_wallet("wpkh")
    assert review(parse(make_psbt(wallet)), wallet, history=past).findings == ()


# what is spent


@pytest.mark.parametrize("kind", SEGWIT_V0)
def test_the_unproved_amount_of_the_only_input_is_a_warning(kind: str) -> None:
    wallet = make_wallet(kind)
    one = look(
        make_psbt(wallet, inputs=[(RECEIVED[0], 1_000_000)], with_prevtx=False),
        wallet,
    )
    assert levels(one) == {("prevtx-missing", Level.WARN)}
    assert one.verdict == "sign"
    assert one.facts.inputs[0].is_vouched is False
    assert sign(one).signatures_added == 1


@pytest.mark.parametrize("kind", SEGWIT_V0)
def test_previous_transactions_given_beside_the_psbt_prove_its_amounts(kind: str) -> None:
    wallet = make_wallet(kind)
    bare = parse(make_psbt(wallet, with_prevtx=False))
    coins = [previous(wallet, RECEIVED[n], value, n) for n, value in enumerate((600_000, 400_000))]
    given = bare.with_previous({coin.txid: coin for coin in coins})
    reviewed = review(given, wallet, signer=signer(1))
    assert reviewed.findings == ()
    assert reviewed.intent == look(make_psbt(wallet), wallet).intent


def test_a_previous_transaction_of_another_coin_proves_nothing() -> None:
    wallet = make_wallet("wpkh")
    other = previous(wallet, RECEIVED[0], 600_000, 99)
    given = parse(make_psbt(wallet, with_prevtx=False)).with_previous({other.txid: other})
    assert {found.rule for found in review(given, wallet).refusals} == {"prevtx-missing"}


@pytest.mark.parametrize("kind", EVERY)
def test_a_previous_transaction_with_another_txid_vouches_for_nothing(kind: str) -> None:
    wallet = make_wallet(kind)
    lie = previous(wallet, RECEIVED[0], 900_000, 99).serialize(witness=True)
    reviewed = look(edited(make_psbt(wallet), lambda maps: put(maps[1], b"\x00", lie)), wallet)
    fact = reviewed.facts.inputs[0]
    assert not fact.is_vouched
    assert fact.spent == fact.given.witness_utxo
    assert reviewed.facts.fee_sat in (3_000, None)


@pytest.mark.parametrize("kind", TAPROOT)
def test_taproot_needs_no_previous_transactions(kind: str) -> None:
    wallet = make_wallet(kind)
    assert look(make_psbt(wallet, with_prevtx=False), wallet).findings == ()


def test_a_false_amount_without_a_previous_transaction_changes_the_intent() -> None:
    wallet = make_wallet("wpkh")
    coins = [(RECEIVED[0], 1_000_000)]
    honest = make_psbt(wallet, inputs=coins, with_prevtx=False)
    lie = as_witness_utxo(Output(999_999, wallet.derive(RECEIVED[0]).script))
    lying = edited(honest, lambda maps: put(maps[1], b"\x01", lie))
    assert look(honest, wallet).intent != look(lying, wallet).intent


# signature types


@pytest.mark.parametrize("kind", STANDARD)
def test_asking_for_sighash_all_is_fine(kind: str) -> None:
    wallet = make_wallet(kind)
    asked = edited(make_psbt(wallet), lambda maps: put(maps[1], b"\x03", b"\x01\0\0\0"))
    reviewed = look(asked, wallet)
    assert reviewed.findings == ()
    signed = parse(sign(reviewed).data).inputs
    if kind == "tr":
        assert [len(one.tap_key_signature) for one in signed] == [65, 64]
        assert signed[0].tap_key_signature[-1] == 1
    else:
        assert {sig[-1] for one in signed for _, sig in one.signatures} == {1}


@pytest.mark.parametrize("kind", TAPROOT)
def test_asking_for_sighash_default_is_fine_for_taproot(kind: str) -> None:
    wallet = make_wallet(kind)
    asked = edited(make_psbt(wallet), lambda maps: put(maps[1], b"\x03", bytes(4)))
    assert look(asked, wallet).findings == ()


# where it goes


@pytest.mark.parametrize("payee", ["pay-to-anchor", *EVERY])
def test_payments_that_somebody_can_own_are_fine(payee: str) -> None:
    wallet = make_wallet("wpkh")
    script = PAY_TO_ANCHOR
    if payee != "pay-to-anchor":
        script = make_wallet(payee).derive(Place(0, 99)).script
    assert look(make_psbt(wallet, payments=[(script, 400_000)]), wallet).findings == ()


@pytest.mark.parametrize("kind", STANDARD)
def test_our_fingerprint_under_another_account_is_a_payment_with_a_warning(kind: str) -> None:
    wallet = make_wallet(kind)
    ours = wallet.branches[0].keys[0].fingerprint
    elsewhere = origin(ours, (0x80000054, 0x80000001, 0x80000009, 0, 0))
    (real,) = make_wallet("wpkh-of-mainnet").derive(CHANGE).keys
    record = b"\x02" + real, elsewhere
    if kind == "tr":
        record = b"\x07" + real[1:], b"\x00" + elsewhere
    reviewed = look(edited(make_psbt(wallet), lambda maps: maps[3].append(record)), wallet)
    assert reviewed.facts.outputs[0].kind == "payment"
    assert levels(reviewed) == {("change-not-ours", Level.WARN)}
    assert reviewed.verdict == "sign"


def test_a_stranger_s_fingerprint_on_a_payment_says_nothing() -> None:
    wallet = make_wallet("wpkh")
    (real,) = make_wallet("wpkh-of-mainnet").derive(CHANGE).keys
    record = b"\x02" + real, origin(*STRANGER)
    reviewed = look(edited(make_psbt(wallet), lambda maps: maps[3].append(record)), wallet)
    assert reviewed.findings == ()


@pytest.mark.parametrize("kind", EVERY)
def test_a_receive_address_of_ours_is_ours_and_no_payment(kind: str) -> None:
    wallet = make_wallet(kind)
    own = Place(0, 77)
    data = make_psbt(wallet, payments=[(wallet.derive(own).script, 400_000)])
    claimed = edited(data, lambda maps: maps[3].extend(output_records(wallet, own)))
    reviewed = look(claimed, wallet)
    assert [made.kind for made in reviewed.facts.outputs] == ["self", "change"]
    assert [made.place for made in reviewed.facts.outputs] == [own, CHANGE]
    # without its key path it cannot be told from a payment, which is the safe side
    assert look(data, wallet).facts.outputs[0].kind == "payment"


@pytest.mark.parametrize("kind", MULTISIG)
def test_change_with_one_of_its_keys_named_is_still_ours(kind: str) -> None:
    wallet = make_wallet(kind)

    def change(maps: list[Map]) -> None:
        del maps[-1][1:]

    assert look(edited(make_psbt(wallet), change), wallet).findings == ()


# networks


def test_keys_of_another_network_s_version_make_no_wallet() -> None:
    main, test = key_expression(1, "84h/0h/0h", MAINNET), key_expression(1, "84h/1h/0h")
    with pytest.raises(InputError):
        register("vault", [with_checksum(f"wpkh({main})")], REGTEST)
    with pytest.raises(InputError):
        register("vault", [with_checksum(f"wpkh({test})")], MAINNET)


def test_test_origins_under_mainnet_are_refused_too() -> None:
    key = key_expression(1, "84h/1h/0h", MAINNET)
    wallet = register("vault", [with_checksum(f"wpkh({key})")], MAINNET)
    reviewed = look(make_psbt(wallet), wallet)
    assert {found.rule for found in reviewed.refusals} == {"network"}


def test_the_same_psbt_has_another_intent_on_another_network() -> None:
    home = make_wallet("wpkh")
    abroad = register(home.name, [home.descriptor], TESTNET4)
    one, other = look(make_psbt(home), home), look(make_psbt(home), abroad)
    assert one.findings == other.findings == ()
    assert one.intent != other.intent


def test_a_wallet_of_mainnet_signs_on_mainnet() -> None:
    key = key_expression(1, "84h/0h/0h", MAINNET)
    wallet = register("vault", [with_checksum(f"wpkh({key})")], MAINNET)
    reviewed = look(make_psbt(wallet), wallet)
    assert reviewed.findings == ()
    assert str(reviewed.facts.outputs[0].address).startswith("bc1q")
    assert sign(reviewed).signatures_added == 2


# the policy


def test_the_levels_of_rules_are_those_they_give() -> None:
    order = list(Level).index
    heaviest = {rule: max((c.level for c in CASES if c.rule == rule), key=order) for rule in LEVELS}
    assert heaviest == LEVELS | {"locktime": Level.WARN}
    assert LEVELS.keys() > LOWERABLE


@pytest.mark.parametrize("hostile", [c for c in ONE_OF_EACH if c.refuses], ids=str)
def test_a_policy_lowers_only_what_may_be_lowered(hostile: Hostile) -> None:
    lowered = replace(hostile.policy, levels={hostile.rule: Level.WARN})
    reviewed = hostile.reviewed(lowered)
    never = (
        hostile.rule not in LOWERABLE
        or (hostile.rule == "prevtx-missing" and "several" not in hostile.name)
        or hostile.name == "the_history_that_is_needed_is_not_given"
    )
    assert (reviewed.verdict == "refuse") is never
    assert (reviewed.intent is None) is never


@pytest.mark.parametrize(
    "change", [None, 580_000], ids=["says nothing where nothing is found", "warning"]
)
def test_a_policy_raises_what_it_wants(change: int | None) -> None:
    wallet = make_wallet("wpkh")
    data = make_psbt(wallet) if change is None else make_psbt(wallet, change=(CHANGE, change))
    raised = look(data, wallet, Policy(levels={"fee-share": Level.REFUSE}))
    assert (raised.verdict == "refuse") is (change is not None)


@pytest.mark.parametrize("wanted", list(Level))
@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("may", [True, False])
def test_a_policy_raises_always_and_lowers_where_allowed(
    wanted: Level, level: Level, may: bool
) -> None:
    found = Finding(rule="x", level=level, where="", message="m", hint="h", may_be_lowered=may)
    order = list(Level)
    expected = wanted if may or order.index(wanted) > order.index(level) else level
    assert Policy(levels={"x": wanted}).weighed(found).level is expected
    assert Policy(levels={"y": wanted}).weighed(found) is found


def test_limits_are_the_policy_s() -> None:
    wallet = make_wallet("wpkh")
    data = make_psbt(wallet, change=(CHANGE, 579_999))
    assert look(data, wallet, Policy(fee_share_refuse_percent=6)).verdict == "sign"
    assert look(data, wallet, Policy(fee_share_floor_sat=20_001)).verdict == "sign"
    tight = look(make_psbt(wallet), wallet, Policy(fee_rate_refuse=14, fee_rate_warn=1))
    assert {found.rule for found in tight.refusals} == {"fee-rate"}
