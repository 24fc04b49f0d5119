"""Messages signed for every kind of wallet, and all that is refused before one is signed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signing.hostile import CASES
from signing.psbt_records import Map, edited, put
from signing.wallets_made import PAYEE, RECEIVED, TYPES, make_psbt, make_wallet, signer

from ceremonies.bitcoin import bip322, message_verify
from ceremonies.bitcoin import psbt as psbts
from ceremonies.bitcoin.bip322 import Form
from ceremonies.bitcoin.psbt import Psbt
from ceremonies.errors import InputError, IntegrityError, Refused
from ceremonies.frozen import replace
from ceremonies.network import MAINNET, REGTEST
from ceremonies.signing import challenge, message
from ceremonies.signing.message import Proposal, SignedMessage, Wait
from ceremonies.wallets.wallet import Place, Wallet

MESSAGE = b"We hold these keys.\n"
HERE = Place(0, 4)
WAITING = ("tr-hashed-leaf",)
NATIVE = ("wpkh", "wsh", "tr")
KINDS = [kind for kind in TYPES if kind != "wpkh-of-mainnet"]


def proposed(
    wallet: Wallet, *, funds: Psbt | None = None, signed: list[Psbt] | None = None, wait: int = 0
) -> Proposal:
    return message.propose(
        MESSAGE, wallet, HERE, funds=funds, signed=signed or [], wait=Wait(sequence=wait)
    )


def by(number: int, proposal: Proposal) -> SignedMessage:
    return message.sign(message.with_signer(proposal, signer(number)))


def completed(kind: str, funds: Psbt | None = None) -> tuple[Proposal, str]:
    """A message signed by as many practice keys as it takes."""
    wallet, wait = make_wallet(kind), 6 if kind in WAITING else 0
    signed: list[Psbt] = []
    for number in (1, 2):
        proposal = proposed(wallet, funds=funds, signed=signed, wait=wait)
        done = by(number, proposal)
        if done.signature is not None:
            return proposal, done.signature
        assert done.signatures_added >= 1
        signed = [done.psbt]
    raise AssertionError(kind)


def holds(proposal: Proposal, text: str, said: bytes = MESSAGE) -> message_verify.Verified:
    script = make_script(proposal)
    return message_verify.verify(said, proposal.address, script, bip322.read(text))


def make_script(proposal: Proposal) -> bytes:
    return proposal.facts.wallet.derive(HERE).script


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_is_signed_as_simply_as_it_can_be(kind: str) -> None:
    proposal, text = completed(kind)
    found = holds(proposal, text)
    is_simple = make_wallet(kind).branches[0].kind in NATIVE and kind not in WAITING
    assert found.form is proposal.form is (Form.SIMPLE if is_simple else Form.FULL)
    assert text.startswith("smp" if is_simple else "ful")
    assert found.sequence == (6 if kind in WAITING else 0)
    with pytest.raises(IntegrityError):
        holds(proposal, text, MESSAGE[:-1])


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in WAITING])
def test_coins_are_proved_beside_it(kind: str) -> None:
    coins = psbts.parse(make_psbt(make_wallet(kind)))
    proposal, text = completed(kind, coins)
    found = holds(proposal, text)
    assert found.form is Form.FUNDS
    assert [one.outpoint for one in found.funds] == [given.outpoint for given in coins.inputs]
    assert proposal.funds_sat == sum(one.output.value for one in found.funds) == 1_000_000


def test_what_a_coin_is_worth_is_the_provers_word_without_its_previous_transaction() -> None:
    """Whoever proves makes the signature, and commits to the amount he likes."""
    wallet = make_wallet("tr")
    script = wallet.derive(RECEIVED[0]).script
    lie = (2_000_000_000_000).to_bytes(8, "little") + bytes([len(script)]) + script
    bare = make_psbt(wallet, inputs=[(RECEIVED[0], 1_000_000)], with_prevtx=False)
    boast = psbts.parse(edited(bare, lambda maps: put(maps[1], b"\x01", lie)))
    for coins, proved in ((boast, False), (psbts.parse(make_psbt(wallet)), True)):
        proposal, text = completed("tr", coins)
        assert {one.is_proved for one in holds(proposal, text).funds} == {proved}
    (coin,) = holds(*completed("tr", boast)).funds
    assert coin.output.value == 2_000_000_000_000


def test_nothing_of_the_coins_psbt_but_its_coins_is_taken_over() -> None:
    wallet = make_wallet("wpkh")
    one = psbts.parse(make_psbt(wallet))
    other = psbts.parse(make_psbt(wallet, payments=[(PAYEE, 5_000)], change=None))
    assert proposed(wallet, funds=one).intent == proposed(wallet, funds=other).intent


def test_the_intent_is_another_for_every_thing_that_is_proved() -> None:
    wallet, coins = make_wallet("wpkh"), psbts.parse(make_psbt(make_wallet("wpkh")))
    several = [
        proposed(wallet).intent,
        message.propose(MESSAGE + b" ", wallet, HERE).intent,
        message.propose(MESSAGE, wallet, Place(0, 5)).intent,
        message.propose(MESSAGE, wallet, Place(1, 4)).intent,
        message.propose(MESSAGE, make_wallet("tr"), HERE).intent,
        proposed(wallet, funds=coins).intent,
        proposed(wallet, wait=6).intent,
    ]
    assert None not in several
    assert len(set(several)) == len(several)


def test_only_the_approved_intent_is_signed() -> None:
    wallet = make_wallet("wpkh")
    ready = message.with_signer(proposed(wallet), signer(1))
    other = message.propose(MESSAGE + b" ", wallet, HERE).intent
    with pytest.raises(Refused, match="another intent"):
        message.sign(ready, approved=other)
    assert message.sign(ready, approved=ready.intent).signature


def test_a_key_that_is_not_in_the_wallet_signs_nothing() -> None:
    with pytest.raises(Refused, match="signer-missing"):
        by(3, proposed(make_wallet("wpkh")))


def test_a_wallet_of_mainnet_keys_on_regtest_signs_nothing() -> None:
    with pytest.raises(Refused, match="network"):
        by(1, proposed(make_wallet("wpkh-of-mainnet")))


@pytest.mark.parametrize("name", ["foreign-input", "amount", "prevtx", "duplicate-input"])
def test_coins_are_held_to_the_rules(name: str) -> None:
    """Each hostile PSBT of these rules is refused as coins to prove as well."""
    tried = 0
    for case in CASES:
        if case.rule != name or case.kind not in ("wpkh", "pkh", "wsh"):
            continue
        wallet = make_wallet(case.kind)
        coins = psbts.parse(case.make(wallet))
        with pytest.raises((Refused, InputError)):
            by(1, proposed(wallet, funds=coins))
        tried += 1
    assert tried


def test_another_message_is_not_joined() -> None:
    wallet = make_wallet("wsh")
    first = by(1, message.propose(b"another", wallet, HERE))
    with pytest.raises(InputError, match="signed psbt 1 is of another message"):
        proposed(wallet, signed=[first.psbt])


def test_a_cosigners_damaged_signature_is_refused() -> None:
    wallet = make_wallet("wsh")
    first = by(1, proposed(wallet)).psbt
    ((key, signature),) = first.inputs[0].signatures

    def damage(maps: list[Map]) -> None:
        put(maps[1], b"\x02" + key, signature[:20] + bytes([signature[20] ^ 1]) + signature[21:])

    hurt = psbts.reread(edited(first.data, damage))
    with pytest.raises(Refused, match="bad-signature"):
        by(2, proposed(wallet, signed=[hurt]))


def test_a_witness_that_was_changed_does_not_hold() -> None:
    proposal, text = completed("wsh")
    found = bip322.read(text)
    for at, item in enumerate(found.witness):
        for changed in (item + b"\x00", item[:-1]) if item else (b"\x01",):
            stack = (*found.witness[:at], changed, *found.witness[at + 1 :])
            hurt = bip322.write(Form.SIMPLE, bip322.write_witness(stack))
            with pytest.raises(IntegrityError):
                holds(proposal, hurt)


def test_a_coin_is_not_counted_twice() -> None:
    coins = psbts.parse(make_psbt(make_wallet("wpkh")))
    proposal, text = completed("wpkh", coins)
    psbt = bip322.read(text).psbt
    assert psbt is not None
    twice = replace(psbt.transaction, inputs=(*psbt.transaction.inputs, psbt.transaction.inputs[1]))

    def double(maps: list[Map]) -> None:
        put(maps[0], b"\x00", twice.serialize(witness=False))
        maps.insert(3, list(maps[2]))

    hurt = bip322.write(Form.FUNDS, edited(psbt.data, double))
    with pytest.raises((IntegrityError, InputError)):
        holds(proposal, hurt)


# challenges


BLOCK = "00000000000000000002a7c4c1e48d76c5a37902165a270156b7a8d72728a054"
PURPOSES = st.text(min_size=1, max_size=200).filter(str.isprintable)


@settings(max_examples=80, deadline=None)
@given(PURPOSES, st.integers(0, 2**32 - 1), st.binary(min_size=16, max_size=16))
def test_a_challenge_is_read_as_it_was_made(purpose: str, height: int, nonce: bytes) -> None:
    made = challenge.challenge(purpose, MAINNET, BLOCK, height, nonce.hex())
    assert challenge.read(made.text) == made
    assert challenge.read(made.text + b"\n") is None
    assert challenge.read(made.text[:-1]) is None


def test_a_nonce_is_drawn_where_none_is_given() -> None:
    one, two = (challenge.challenge("p", MAINNET, BLOCK, 1) for _ in range(2))
    assert one.nonce != two.nonce
    fixed = challenge.challenge("p", MAINNET, BLOCK, 1, os_random=lambda size: b"\x05" * size)
    assert fixed.nonce == "05" * 16


@pytest.mark.parametrize(
    ("purpose", "block", "height", "nonce"),
    [
        ("", BLOCK, 1, None),
        ("two\nlines", BLOCK, 1, None),
        ("x" * 201, BLOCK, 1, None),
        ("p", BLOCK[2:], 1, None),
        ("p", BLOCK[::-1], 1, None),
        ("p", BLOCK, -1, None),
        ("p", BLOCK, 2**32, None),
        ("p", BLOCK, 1, "00"),
    ],
)
def test_a_challenge_of_what_cannot_be_is_not_made(
    purpose: str, block: str, height: int, nonce: str | None
) -> None:
    with pytest.raises(InputError):
        challenge.challenge(purpose, MAINNET, block, height, nonce)


def test_a_block_of_a_practice_chain_needs_no_work() -> None:
    assert challenge.challenge("p", REGTEST, BLOCK[::-1], 1).block == BLOCK[::-1]
