"""Claims and inputs in great number cost what they weigh, and no more."""

from __future__ import annotations

from btclib.script import sig_hash
from btclib.tx import Tx
from hypothesis import given, settings
from hypothesis import strategies as st
from signing.psbt_records import Map, edited, put
from signing.wallets_made import make_psbt, make_wallet

from ceremonies.bitcoin.psbt import reread
from ceremonies.bitcoin.sighash import ALL, SignatureHashes
from ceremonies.bitcoin.transaction import Outpoint, Output, Transaction, TxInput
from ceremonies.signing.facts import gather
from ceremonies.wallets.wallet import Place, Wallet


def test_only_so_many_claimed_places_are_looked_at() -> None:
    wallet = make_wallet("wpkh")
    key = wallet.branches[0].keys[0]
    looked: list[Place] = []

    class Counted(Wallet):
        def derive(self, place: Place):  # type: ignore[no-untyped-def]
            looked.append(place)
            return super().derive(place)

    def claim_many(maps: list[Map]) -> None:
        path = b"".join(step.to_bytes(4, "little") for step in key.prefix)
        for index in range(200):
            lie = bytes.fromhex(key.fingerprint) + path + (9_000 + index).to_bytes(4, "little")
            put(maps[-1], b"\x02\x02" + (index + 1).to_bytes(32, "big"), lie)

    counted = Counted(
        name=wallet.name,
        network=wallet.network,
        descriptor=wallet.descriptor,
        branches=wallet.branches,
    )

    gather(reread(edited(make_psbt(wallet), claim_many)), counted)
    assert len(looked) < 40


OUTPOINTS = st.builds(Outpoint, st.binary(min_size=32, max_size=32), st.integers(0, 2**32 - 1))
INPUTS = st.builds(TxInput, OUTPOINTS, st.integers(0, 2**32 - 1))
OUTPUTS = st.builds(Output, st.integers(0, 10**15), st.binary(max_size=40))


@settings(max_examples=60)
@given(
    st.lists(INPUTS, min_size=1, max_size=260, unique_by=lambda made: made.outpoint),
    st.lists(OUTPUTS, min_size=1, max_size=4),
    st.integers(0, 2**32 - 1),
    st.binary(max_size=300),
    st.data(),
)
def test_a_legacy_hash_put_together_from_parts_is_the_engines(
    inputs: list[TxInput],
    outputs: list[Output],
    locktime: int,
    script: bytes,
    data: st.DataObject,
) -> None:
    unsigned = Transaction(2, tuple(inputs), tuple(outputs), locktime)
    spent = [Output(1, b"\x6a" + script)] * len(inputs)
    index = data.draw(st.integers(0, len(inputs) - 1))
    ours = SignatureHashes(unsigned, spent).ecdsa(index, redeem_script=b"", witness_script=b"")
    theirs = Tx.parse_without_witness(unsigned.serialize(witness=False), check_validity=False)
    assert ours == sig_hash.legacy(b"\x6a" + script, theirs, index, ALL)
