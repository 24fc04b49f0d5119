"""For each rule, PSBTs made from a good one so that they break only this rule.

`CASES` lists them. Each knows its wallet, the key that would sign, the PSBT, and the exact set of
rules that refuse it: its own, and where that cannot be helped a companion, for a reason given
beside it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from btclib_wallet.psbt import Psbt as EnginePsbt
from btclib_wallet.psbt import ecdsa_sig_hash, taproot_sig_hash
from coincurve import PrivateKey, PublicKey
from signing.psbt_records import Map, blob, drop, edited, put, read, write
from signing.wallets_made import (
    CHANGE,
    MULTISIG,
    NUMS,
    PAYEE,
    RECEIVED,
    STANDARD,
    input_records,
    make_psbt,
    make_wallet,
    origin,
    output_records,
    previous,
    signer,
)

from ceremonies.bitcoin import psbt as psbts
from ceremonies.bitcoin import signer as keys
from ceremonies.bitcoin import transaction
from ceremonies.bitcoin.script import tapleaf_hash
from ceremonies.bitcoin.sighash import SignatureHashes
from ceremonies.bitcoin.transaction import (
    MAX_MONEY_SAT,
    Outpoint,
    Output,
    Transaction,
    TxInput,
    tagged_hash,
)
from ceremonies.errors import Level
from ceremonies.frozen import replace
from ceremonies.network import REGTEST
from ceremonies.secret import Secret
from ceremonies.signing.destinations import destinations
from ceremonies.signing.facts import gather
from ceremonies.signing.history import History, PastPayment, PastSigning
from ceremonies.signing.message import propose
from ceremonies.signing.policy import Period, Policy
from ceremonies.signing.review import Review, review
from ceremonies.wallets.wallet import Place, Wallet

THIEF = b"\x00\x14" + bytes(range(20))
STRANGER = "0badcafe", (0x80000054, 0x80000001, 0x80000000, 0, 7)
"""A key origin that is not of the wallet."""

Make = Callable[[Wallet], bytes]

SEGWIT_V0 = ("wpkh", "sh-wpkh", "wsh", "sh-wsh", "decaying")
TAPROOT = ("tr", "tr-leaf", "tr-multi-a")
WITNESS = (*SEGWIT_V0, *TAPROOT)
EVERY = (*STANDARD, "decaying", "tr-leaf", "tr-multi-a")


@dataclass(frozen=True, kw_only=True)
class Hostile:
    """One hostile PSBT: `rules` is the exact set of rules that find something in it.

    `level` is what they say; `policy` and `history` are what it is reviewed with.
    """

    rule: str
    name: str
    kind: str
    rules: frozenset[str]
    signer: int
    make: Make
    level: Level = Level.REFUSE
    policy: Policy = field(default_factory=Policy)
    history: History = field(default_factory=History)
    pinned: str | None = None

    def __str__(self) -> str:
        return f"{self.rule}-{self.name}-{self.kind}"

    @property
    def wallet(self) -> Wallet:
        """The wallet it is reviewed under."""
        return replace(make_wallet(self.kind), policy_sha256=self.pinned)

    @property
    def psbt(self) -> bytes:
        """Its bytes."""
        return self.make(self.wallet)

    @property
    def refuses(self) -> bool:
        """Whether it is not signed."""
        return self.level is Level.REFUSE

    def reviewed(self, policy: Policy | None = None) -> Review:
        """Its review, with the key that would sign."""
        return review(
            psbts.parse(self.psbt),
            self.wallet,
            signer=signer(self.signer),
            policy=policy or self.policy,
            history=self.history,
        )


CASES: list[Hostile] = []


def breaks(
    rule: str,
    *kinds: str,
    companions: tuple[str, ...] = (),
    by: int = 1,
    level: Level = Level.REFUSE,
    policy: Policy | None = None,
    history: History | None = None,
    pinned: str | None = None,
) -> Callable[[Make], Make]:
    """Register what makes, of a good PSBT of each of these wallets, one that breaks this rule."""

    def register(make: Make) -> Make:
        for kind in kinds:
            CASES.append(
                Hostile(
                    rule=rule,
                    name=make.__name__,
                    kind=kind,
                    rules=frozenset((rule, *companions)),
                    signer=by,
                    make=make,
                    level=level,
                    policy=policy or Policy(),
                    history=history or History(),
                    pinned=pinned,
                )
            )
        return make

    return register


def unsigned(maps: list[Map]) -> Transaction:
    """A version 0 PSBT's transaction."""
    return transaction.parse(maps[0][0][1], witness=False)


def with_transaction(
    maps: list[Map],
    *,
    inputs: tuple[TxInput, ...] | None = None,
    outputs: tuple[Output, ...] | None = None,
) -> None:
    """Give a version 0 PSBT's transaction other inputs or outputs."""
    old = unsigned(maps)
    new = Transaction(old.version, inputs or old.inputs, outputs or old.outputs, old.locktime)
    put(maps[0], b"\x00", new.serialize(witness=False))


def with_output(maps: list[Map], index: int, output: Output) -> None:
    """Give a version 0 PSBT's transaction another output at an index."""
    outputs = list(unsigned(maps).outputs)
    outputs[index] = output
    with_transaction(maps, outputs=tuple(outputs))


def witness_utxo(output: Output) -> bytes:
    """An output as `witness_utxo` holds it."""
    return output.value.to_bytes(8, "little") + blob(output.script)


def coin(wallet: Wallet, number: int) -> Output:
    """What input `number` of an untouched `make_psbt` spends."""
    return Output((600_000, 400_000)[number], wallet.derive(RECEIVED[number]).script)


# size


@breaks("size", "wpkh")
def longer_than_64_mebibytes(wallet: Wallet) -> bytes:
    return make_psbt(wallet).ljust(64 * 1024 * 1024 + 1, b"\x00")


@breaks("size", "wpkh")
def version_2_claims_too_many_inputs(_wallet: Wallet) -> bytes:
    count = b"\xfd" + (20_001).to_bytes(2, "little")
    first = [(b"\x02", bytes(4)), (b"\x04", count), (b"\x05", b"\x00"), (b"\xfb", b"\x02\0\0\0")]
    return write([first]) + bytes(20_001)


@breaks("size", "wpkh")
def version_2_claims_more_outputs_than_bytes(_wallet: Wallet) -> bytes:
    first = [(b"\x02", bytes(4)), (b"\x04", b"\x00"), (b"\x05", b"\x64"), (b"\xfb", b"\x02\0\0\0")]
    return write([first])


@breaks("size", "wpkh")
def more_than_20_000_inputs(_wallet: Wallet) -> bytes:
    inputs = tuple(TxInput(Outpoint(bytes(32), n), 0) for n in range(20_001))
    many = Transaction(2, inputs, (Output(1, PAYEE),), 0)
    return write([[(b"\x00", many.serialize(witness=False))]]) + bytes(20_002)


@breaks("size", "wpkh")
def too_many_inputs_are_not_even_looked_at(wallet: Wallet) -> bytes:
    """What is counted is garbage, which would be `strict` had anybody read it."""
    counted = bytes(4) + b"\xfd" + (20_001).to_bytes(2, "little") + b"\xff" * (20_001 * 41)
    return edited(make_psbt(wallet), lambda maps: put(maps[0], b"\x00", counted))


@breaks("size", "wpkh")
def more_than_20_000_outputs(wallet: Wallet) -> bytes:
    maps = read(make_psbt(wallet))
    with_transaction(maps, outputs=(Output(1, PAYEE),) * 20_001)
    return write(maps) + bytes(20_001)


@breaks("size", "wpkh")
def its_transaction_counts_more_inputs_than_bytes(wallet: Wallet) -> bytes:
    raw = unsigned(read(make_psbt(wallet))).serialize(witness=False)
    counted = raw[:4] + b"\xfe\xff\xff\xff\xff" + raw[5:]
    return edited(make_psbt(wallet), lambda maps: put(maps[0], b"\x00", counted))


@breaks("size", "wpkh", "tr")
def a_hundred_thousand_unknown_keys(wallet: Wallet) -> bytes:
    def change(maps: list[Map]) -> None:
        maps[1] += [(b"\xfc" + number.to_bytes(4, "big"), b"") for number in range(100_000)]

    return edited(make_psbt(wallet), change)


@breaks("size", "wpkh")
def version_2_claims_4294967296_inputs(_wallet: Wallet) -> bytes:
    count = b"\xff" + (2**32).to_bytes(8, "little")
    first = [(b"\x02", bytes(4)), (b"\x04", count), (b"\x05", b"\0"), (b"\xfb", b"\x02\0\0\0")]
    return write([first]) + bytes(1_000)


@breaks("size", "tr")
def a_tree_that_takes_longer_to_read_than_to_write(wallet: Wallet) -> bytes:
    tree = b"\x80\xc0\x01\x51" * 600_000
    return edited(make_psbt(wallet), lambda maps: put(maps[-1], b"\x06", tree))


@breaks("size", "tr")
def a_hundred_thousand_people_sign_together(wallet: Wallet) -> bytes:
    key = b"\x02" + bytes.fromhex(NUMS)
    return edited(make_psbt(wallet), lambda maps: put(maps[1], b"\x1a" + key, key * 100_000))


def _paid_by_many(maps: list[Map], where: list[int], *, outputs: int, items: int = 0) -> None:
    paying = TxInput(Outpoint(bytes(32), 0), 0, witness=(b"",) * items)
    paid = Transaction(2, (paying,), (Output(1, PAYEE),) * outputs, 0)
    for index in where:
        put(maps[1 + index], b"\x00", paid.serialize(witness=True))


@breaks("size", "wpkh")
def a_coin_of_a_transaction_with_100_001_outputs(wallet: Wallet) -> bytes:
    return edited(make_psbt(wallet), lambda maps: _paid_by_many(maps, [0], outputs=100_001))


@breaks("size", "wpkh")
def a_coin_of_a_transaction_with_100_001_items_of_witness(wallet: Wallet) -> bytes:
    return edited(
        make_psbt(wallet), lambda maps: _paid_by_many(maps, [0], outputs=1, items=100_001)
    )


@breaks("size", "wpkh")
def coins_of_transactions_with_100_000_outputs_together(wallet: Wallet) -> bytes:
    return edited(make_psbt(wallet), lambda maps: _paid_by_many(maps, [0, 1], outputs=55_000))


@breaks("size", "wpkh")
def a_final_witness_of_a_million_items(wallet: Wallet) -> bytes:
    stack = b"\xfe" + (1_000_000).to_bytes(4, "little") + bytes(1_000_000)
    return edited(make_psbt(wallet), lambda maps: put(maps[1], b"\x08", stack))


# strict


@breaks("strict", "wpkh")
def a_key_deeper_than_any_can_be(wallet: Wallet) -> bytes:
    key = b"\x02\x02" + bytes.fromhex(NUMS)
    deep = origin("0badcafe", (0,) * 256)
    return edited(make_psbt(wallet), lambda maps: maps[-1].append((key, deep)))


@breaks("strict", "wpkh", "tr", "wsh")
def bytes_follow_its_end(wallet: Wallet) -> bytes:
    return make_psbt(wallet) + b"\x00"


@breaks("strict", "wpkh")
def bytes_follow_the_end_of_what_the_engine_is_not_shown(wallet: Wallet) -> bytes:
    return the_same_coin_twice(wallet) + b"\x00"


@breaks("strict", "wpkh", "tr", "wsh")
def a_key_twice_in_one_map(wallet: Wallet) -> bytes:
    return edited(make_psbt(wallet), lambda maps: maps[1].append(maps[1][0]))


@breaks("strict", "wpkh")
def version_1(wallet: Wallet) -> bytes:
    return edited(make_psbt(wallet), lambda maps: put(maps[0], b"\xfb", b"\x01\0\0\0"))


@breaks("strict", "wpkh", "pkh")
def its_unsigned_transaction_is_signed(wallet: Wallet) -> bytes:
    maps = read(make_psbt(wallet))
    first, *rest = unsigned(maps).inputs
    with_transaction(maps, inputs=(TxInput(first.outpoint, first.sequence, b"\x51"), *rest))
    return write(maps)


@breaks("strict", "wpkh")
def its_unsigned_transaction_has_a_witness(wallet: Wallet) -> bytes:
    maps = read(make_psbt(wallet))
    old = unsigned(maps)
    stuffed = tuple(TxInput(g.outpoint, g.sequence, b"", (b"\x01",)) for g in old.inputs)
    raw = Transaction(old.version, stuffed, old.outputs, old.locktime).serialize(witness=True)
    put(maps[0], b"\x00", raw)
    return write(maps)


@breaks("strict", "tr")
def an_empty_signature_stands_where_ours_is_to_go(wallet: Wallet) -> bytes:
    return edited(make_psbt(wallet), lambda maps: put(maps[1], b"\x13", b""))


@breaks("strict", "tr-leaf", "tr-multi-a")
def an_empty_signature_stands_where_that_of_our_leaf_is_to_go(wallet: Wallet) -> bytes:
    data = make_psbt(wallet)
    key, claim = next(record for record in read(data)[1] if record[0][0] == 0x16)
    record = b"\x14" + key[1:] + claim[1:33], b""
    return edited(data, lambda maps: put(maps[1], *record))


# prevtx


def _other_previous(wallet: Wallet, number: int) -> bytes:
    other = previous(wallet, RECEIVED[number], coin(wallet, number).value, 99)
    return other.serialize(witness=True)


@breaks("prevtx", *EVERY)
def another_transaction_with_the_same_output(wallet: Wallet) -> bytes:
    other = _other_previous(wallet, 0)
    return edited(make_psbt(wallet), lambda maps: put(maps[1], b"\x00", other))


@breaks("prevtx", *EVERY)
def the_transaction_has_no_such_output(wallet: Wallet) -> bytes:
    maps = read(make_psbt(wallet))
    first, *rest = unsigned(maps).inputs
    beyond = TxInput(Outpoint(first.outpoint.txid, 2), first.sequence)
    with_transaction(maps, inputs=(beyond, *rest))
    return write(maps)


# prevtx-missing


@breaks("prevtx-missing", "pkh", "sh")
def a_legacy_input_says_nothing_of_what_it_spends(wallet: Wallet) -> bytes:
    return edited(make_psbt(wallet), lambda maps: drop(maps[1], 0x00))


@breaks("prevtx-missing", "pkh", "sh")
def a_legacy_input_gives_its_word_alone(wallet: Wallet) -> bytes:
    maps = read(make_psbt(wallet))
    drop(maps[1], 0x00)
    put(maps[1], b"\x01", witness_utxo(coin(wallet, 0)))
    return write(maps)


@breaks("prevtx-missing", *WITNESS)
def an_input_says_nothing_of_what_it_spends(wallet: Wallet) -> bytes:
    return edited(make_psbt(wallet), lambda maps: drop(maps[1], 0x00, 0x01))


@breaks("prevtx-missing", *SEGWIT_V0)
def one_of_several_segwit_amounts_unproved(wallet: Wallet) -> bytes:
    """Signed twice, each time with the other amount proved, the fee grows by both lies."""
    return edited(make_psbt(wallet), lambda maps: drop(maps[2], 0x00))


@breaks("prevtx-missing", *SEGWIT_V0)
def several_segwit_amounts_unproved(wallet: Wallet) -> bytes:
    return make_psbt(wallet, with_prevtx=False)


# amount


@breaks("amount", *EVERY)
def one_satoshi_less_than_it_spends(wallet: Wallet) -> bytes:
    lie = witness_utxo(Output(coin(wallet, 0).value - 1, coin(wallet, 0).script))
    return edited(make_psbt(wallet), lambda maps: put(maps[1], b"\x01", lie))


@breaks("amount", *EVERY)
def another_script_than_it_spends(wallet: Wallet) -> bytes:
    lie = witness_utxo(Output(coin(wallet, 0).value, coin(wallet, 1).script))
    return edited(make_psbt(wallet), lambda maps: put(maps[1], b"\x01", lie))


# script


def _records_of_another_place(wallet: Wallet) -> dict[bytes, bytes]:
    return dict(input_records(wallet, RECEIVED[1]))


@breaks("script", "sh-wpkh", "sh", "sh-wsh")
def another_redeem_script(wallet: Wallet) -> bytes:
    other = _records_of_another_place(wallet)[b"\x04"]
    return edited(make_psbt(wallet), lambda maps: put(maps[1], b"\x04", other))


@breaks("script", "wsh", "sh-wsh", "decaying")
def another_witness_script(wallet: Wallet) -> bytes:
    other = _records_of_another_place(wallet)[b"\x05"]
    return edited(make_psbt(wallet), lambda maps: put(maps[1], b"\x05", other))


@breaks("script", "sh-wpkh", "sh", "sh-wsh")
def no_redeem_script(wallet: Wallet) -> bytes:
    return edited(make_psbt(wallet), lambda maps: drop(maps[1], 0x04))


@breaks("script", "wsh", "sh-wsh")
def no_witness_script(wallet: Wallet) -> bytes:
    return edited(make_psbt(wallet), lambda maps: drop(maps[1], 0x05))


@breaks("script", "pkh", "wpkh", "wsh", "tr")
def a_redeem_script_where_none_belongs(wallet: Wallet) -> bytes:
    return edited(make_psbt(wallet), lambda maps: put(maps[1], b"\x04", b"\x51"))


@breaks("script", "pkh", "wpkh", "sh-wpkh", "sh", "tr")
def a_witness_script_where_none_belongs(wallet: Wallet) -> bytes:
    return edited(make_psbt(wallet), lambda maps: put(maps[1], b"\x05", b"\x51"))


@breaks("script", *TAPROOT)
def another_internal_key(wallet: Wallet) -> bytes:
    other = wallet.derive(RECEIVED[0]).script[2:]
    return edited(make_psbt(wallet), lambda maps: put(maps[1], b"\x17", other))


@breaks("script", *TAPROOT)
def an_internal_key_that_is_no_key(wallet: Wallet) -> bytes:
    return edited(make_psbt(wallet), lambda maps: put(maps[1], b"\x17", b"\xff" * 32))


@breaks("script", "tr")
def a_tree_that_is_not_there(wallet: Wallet) -> bytes:
    return edited(make_psbt(wallet), lambda maps: put(maps[1], b"\x18", bytes(range(32))))


@breaks("script", "tr-leaf", "tr-multi-a")
def a_leaf_that_is_not_in_the_tree(wallet: Wallet) -> bytes:
    def change(maps: list[Map]) -> None:
        key, _ = next(record for record in maps[1] if record[0][0] == 0x15)
        put(maps[1], key, b"\x51\xc0")

    return edited(make_psbt(wallet), change)


# foreign-input


@breaks("foreign-input", *EVERY)
def an_input_of_the_next_account(wallet: Wallet) -> bytes:
    """It is of the same type, and claims to be ours; only its script says that it is not."""
    strange = make_wallet("wpkh-of-mainnet" if wallet.name != "wpkh-of-mainnet" else "wpkh")
    script = strange.derive(RECEIVED[0]).script
    paid = Transaction(2, (TxInput(Outpoint(bytes(32), 1), 0),), (Output(5_000, script),), 0)
    maps = read(make_psbt(wallet))
    extra = TxInput(Outpoint(paid.txid, 0), 0xFFFFFFFD)
    with_transaction(maps, inputs=(*unsigned(maps).inputs, extra))
    claims = [record for record in maps[1] if record[0][0] in (0x06, 0x16)]
    maps.insert(3, [(b"\x00", paid.serialize(witness=True)), *claims])
    return write(maps)


@breaks("foreign-input", *EVERY)
def an_input_without_key_paths(wallet: Wallet) -> bytes:
    return edited(make_psbt(wallet), lambda maps: drop(maps[1], 0x06, 0x16))


# duplicate-input


@breaks("duplicate-input", *EVERY)
def the_same_coin_twice(wallet: Wallet) -> bytes:
    maps = read(make_psbt(wallet, inputs=[(RECEIVED[0], 500_000), (RECEIVED[0], 500_000)]))
    first, _ = unsigned(maps).inputs
    with_transaction(maps, inputs=(first, first))
    maps[2] = list(maps[1])
    return write(maps)


# empty


@breaks("empty", *EVERY)
def it_pays_nobody_and_all_is_fee(wallet: Wallet) -> bytes:
    return make_psbt(wallet, inputs=[(RECEIVED[0], 9_000)], payments=[], change=None)


@breaks("empty", "wpkh", "tr", companions=("signer-missing",))
def it_spends_nothing(wallet: Wallet) -> bytes:
    return make_psbt(wallet, inputs=[], payments=[(b"\x6a\x01\x00", 0)], change=None)


# value


@breaks("value", *STANDARD)
def one_coin_of_more_than_there_is(wallet: Wallet) -> bytes:
    return make_psbt(
        wallet,
        inputs=[(RECEIVED[0], MAX_MONEY_SAT + 1)],
        payments=[(PAYEE, MAX_MONEY_SAT - 3_000)],
        change=None,
    )


@breaks("value", *STANDARD)
def inputs_and_outputs_that_sum_to_more_than_there_is(wallet: Wallet) -> bytes:
    half = MAX_MONEY_SAT // 2 + 10_000
    return make_psbt(
        wallet,
        inputs=[(RECEIVED[0], half), (RECEIVED[1], half)],
        payments=[(PAYEE, half)],
        change=(CHANGE, half - 3_000),
    )


@breaks("value", "pkh", "wpkh", "tr")
def a_value_that_is_negative_when_signed(wallet: Wallet) -> bytes:
    return make_psbt(
        wallet,
        inputs=[(RECEIVED[0], 2**64 - 1)],
        payments=[(PAYEE, 2**64 - 4_000)],
        change=None,
    )


# outputs-exceed


@breaks("outputs-exceed", *EVERY)
def one_satoshi_more_than_the_inputs(wallet: Wallet) -> bytes:
    return make_psbt(wallet, change=(CHANGE, 600_001))


# change-not-ours


@breaks("change-not-ours", *EVERY)
def the_change_goes_to_a_thief(wallet: Wallet) -> bytes:
    return edited(make_psbt(wallet), lambda maps: with_output(maps, 1, Output(597_000, THIEF)))


@breaks("change-not-ours", *EVERY)
def the_change_claims_another_index(wallet: Wallet) -> bytes:
    def change(maps: list[Map]) -> None:
        maps[-1] = output_records(wallet, Place(1, CHANGE.index + 1))

    return edited(make_psbt(wallet), change)


@breaks("change-not-ours", *EVERY)
def the_change_claims_a_branch_the_wallet_does_not_have(wallet: Wallet) -> bytes:
    def change(maps: list[Map]) -> None:
        branch, other = (1).to_bytes(4, "little"), (2).to_bytes(4, "little")
        maps[-1] = [
            (key, value[:-8] + value[-8:].replace(branch, other, 1))
            for key, value in output_records(wallet, CHANGE)
        ]

    return edited(make_psbt(wallet), change)


@breaks("change-not-ours", "wsh")
def the_change_multisig_has_a_key_of_the_thief(wallet: Wallet) -> bytes:
    """Two keys of ours and one of a thief, all three claimed: the classic substitution."""

    def change(maps: list[Map]) -> None:
        ours = sorted(wallet.derive(CHANGE).keys)[:2]
        theirs = b"\x02" + bytes.fromhex(NUMS)
        script = b"\x52" + b"".join(map(blob, sorted([*ours, theirs]))) + b"\x53\xae"
        program = b"\x00\x20" + hashlib.sha256(script).digest()
        with_output(maps, 1, Output(597_000, program))
        maps[-1] = [(b"\x01", script), (b"\x02" + theirs, origin(*STRANGER))]
        known = wallet.derive(CHANGE).keys
        maps[-1] += [(b"\x02" + key, origin(*known[key])) for key in ours]

    return edited(make_psbt(wallet), change)


# change-key


@breaks("change-key", *EVERY)
def the_change_names_one_key_more(wallet: Wallet) -> bytes:
    def change(maps: list[Map]) -> None:
        (known,) = make_wallet("wpkh-of-mainnet").derive(CHANGE).keys
        stranger = known[1:]
        if wallet.derive(CHANGE).taproot:
            maps[-1].append((b"\x07" + stranger, b"\x00" + origin(*STRANGER)))
        else:
            maps[-1].append((b"\x02\x02" + stranger, origin(*STRANGER)))

    return edited(make_psbt(wallet), change)


# sighash


def _asks_for(kind: int) -> Make:
    def make(wallet: Wallet) -> bytes:
        asked = kind.to_bytes(4, "little")
        return edited(make_psbt(wallet), lambda maps: put(maps[1], b"\x03", asked))

    make.__name__ = f"asks_for_0x{kind:02x}"
    return make


for _kind in (0x02, 0x03, 0x81, 0x82, 0x83):
    breaks("sighash", *STANDARD, "decaying", "tr-leaf")(_asks_for(_kind))
breaks("sighash", "pkh", "wpkh", "wsh")(_asks_for(0x00))
for _kind in (0x04, 0x41, 0x101):
    breaks("sighash", "pkh", "wsh")(_asks_for(_kind))


@breaks("sighash", *MULTISIG, "decaying", by=2)
def a_good_signature_of_sighash_none_is_there(wallet: Wallet) -> bytes:
    return _with_ecdsa_signature(wallet, kind=0x02)


@breaks("sighash", "pkh", "wpkh", "sh-wpkh")
def a_good_signature_of_anyone_can_pay_is_there(wallet: Wallet) -> bytes:
    return _with_ecdsa_signature(wallet, kind=0x81)


def _final(data: bytes) -> bytes:
    """The same with input 0 final: its one signature and key are what unlocks it."""
    maps = read(data)
    key, signature = next((key, value) for key, value in maps[1] if key[0] in (0x02, 0x13))
    items = [signature, key[1:]] if key[0] == 0x02 else [signature]
    if any(key == b"\x01" for key, _ in maps[1]):
        put(maps[1], b"\x08", bytes([len(items)]) + b"".join(map(blob, items)))
    else:
        put(maps[1], b"\x07", b"".join(map(blob, items)))
    drop(maps[1], 0x02, 0x13)
    return write(maps)


@breaks("sighash", "pkh", "wpkh")
def a_final_signature_of_sighash_none_is_there(wallet: Wallet) -> bytes:
    return _final(_with_ecdsa_signature(wallet, kind=0x02))


@breaks("sighash", "tr")
def a_final_taproot_signature_of_anyone_can_pay_is_there(wallet: Wallet) -> bytes:
    return _final(_with_taproot_signature(wallet, kind=0x81))


@breaks("sighash", "tr")
def a_good_taproot_signature_of_sighash_none_is_there(wallet: Wallet) -> bytes:
    return _with_taproot_signature(wallet, kind=0x02)


# network


@breaks("network", "wpkh-of-mainnet")
def the_wallet_has_a_key_of_mainnet_at_its_origin(wallet: Wallet) -> bytes:
    return make_psbt(wallet)


@breaks("network", *STANDARD)
def it_names_an_extended_key_of_mainnet(wallet: Wallet) -> bytes:
    key = hashlib.sha256(b"chain").digest() + b"\x02" + bytes.fromhex(NUMS)
    xpub = bytes.fromhex("0488b21e") + b"\x03" + bytes(4) + bytes.fromhex("80000000") + key
    path = origin("0badcafe", (0x80000054, 0x80000000, 0x80000000))
    return edited(make_psbt(wallet), lambda maps: put(maps[0], b"\x01" + xpub, path))


# witness-version


def _pays_to(name: str, script: bytes) -> None:
    def make(wallet: Wallet) -> bytes:
        return make_psbt(wallet, payments=[(script, 400_000)])

    make.__name__ = name
    breaks("witness-version", "wpkh", "wsh", "tr", "pkh")(make)


_pays_to("pays_to_version_2", b"\x52\x20" + bytes.fromhex(NUMS))
_pays_to("pays_to_version_16", b"\x60\x02\x01\x02")
_pays_to("pays_to_a_taproot_program_of_20_bytes", b"\x51\x14" + bytes(20))
_pays_to("pays_to_a_taproot_program_of_2_bytes", b"\x51\x02\x4e\x74")
_pays_to("pays_to_a_taproot_key_off_the_curve", b"\x51\x20" + b"\xff" * 32)
_pays_to("pays_to_version_0_of_25_bytes", b"\x00\x19" + bytes(25))


# bad-signature


def _with_ecdsa_signature(wallet: Wallet, *, kind: int, good: bool = True) -> bytes:
    """A PSBT that has, at input 0, an ECDSA signature by practice key 1 of that sighash type."""
    data = make_psbt(wallet)
    fact = gather(psbts.parse(data), wallet).inputs[0]
    assert fact.derived is not None
    (node,) = signer(1).nodes(fact.derived)
    digest = ecdsa_sig_hash(EnginePsbt.parse(data), 0, hash_type=kind)
    signed = keys.sign_ecdsa(node.private_key, digest if good else bytes(range(32)))
    record = b"\x02" + node.public_key, signed + bytes([kind])
    return edited(data, lambda maps: put(maps[1], *record))


def _with_taproot_signature(wallet: Wallet, *, kind: int, good: bool = True) -> bytes:
    """A PSBT that has, at input 0, a key path signature by practice key 1 of that sighash type."""
    data = make_psbt(wallet)
    (node,) = signer(1).nodes(wallet.derive(RECEIVED[0]))
    digest = taproot_sig_hash(EnginePsbt.parse(data), 0, hash_type=kind)
    if not good:
        digest = bytes(range(32))
    signed = keys.sign_schnorr(keys.taproot_key(node.private_key, b""), digest, bytes(32))
    tail = bytes([kind]) if kind else b""
    return edited(data, lambda maps: put(maps[1], b"\x13", signed + tail))


@breaks("bad-signature", "pkh", "wpkh", "sh-wpkh")
def a_signature_of_another_transaction(wallet: Wallet) -> bytes:
    return _with_ecdsa_signature(wallet, kind=0x01, good=False)


@breaks("bad-signature", *MULTISIG, "decaying", by=2)
def a_cosigner_signed_another_transaction(wallet: Wallet) -> bytes:
    return _with_ecdsa_signature(wallet, kind=0x01, good=False)


@breaks("bad-signature", "pkh", "wpkh", "wsh")
def a_signature_that_no_key_could_make(wallet: Wallet) -> bytes:
    """Well encoded, and its `r` is on no point of the curve."""
    (node,) = signer(1).nodes(wallet.derive(RECEIVED[0]))
    signed = bytes.fromhex("3006020105020101") + b"\x01"
    return edited(make_psbt(wallet), lambda maps: put(maps[1], b"\x02" + node.public_key, signed))


@breaks("bad-signature", "tr")
def a_key_path_signature_of_another_transaction(wallet: Wallet) -> bytes:
    return _with_taproot_signature(wallet, kind=0x00, good=False)


@breaks("bad-signature", "tr-leaf", "tr-multi-a")
def a_leaf_signature_of_another_transaction(wallet: Wallet) -> bytes:
    data = make_psbt(wallet)
    (node,) = signer(1).nodes(wallet.derive(RECEIVED[0]))
    claim = next(value for key, value in read(data)[1] if key == b"\x16" + node.public_key[1:])
    signed = keys.sign_schnorr(node.private_key, bytes(range(32)), bytes(32))
    record = b"\x14" + node.public_key[1:] + claim[1:33], signed
    return edited(data, lambda maps: put(maps[1], *record))


@breaks("bad-signature", "wsh")
def a_stranger_signed_with_a_key_that_is_not_asked(wallet: Wallet) -> bytes:
    """A good signature of this very input, by a key its script does not name."""
    data = make_psbt(wallet)
    given = psbts.parse(data).inputs[0]
    hashes = SignatureHashes(unsigned(read(data)), [coin(wallet, 0), coin(wallet, 1)])
    digest = hashes.ecdsa(0, redeem_script=b"", witness_script=given.witness_script)
    secret = Secret(b"\x07" * 32)
    stranger = PrivateKey(secret.reveal()).public_key.format()
    signed = keys.sign_ecdsa(secret, digest) + b"\x01"
    return edited(data, lambda maps: put(maps[1], b"\x02" + stranger, signed))


# fee-share and fee-rate


@breaks("fee-share", *EVERY)
def over_5_percent_and_over_10_000_satoshi(wallet: Wallet) -> bytes:
    return make_psbt(wallet, payments=[(PAYEE, 400_000)], change=(CHANGE, 579_999))


@breaks("fee-share", "wpkh", "tr", "wsh", "pkh")
def over_5_percent_of_the_inputs_where_nothing_is_paid(wallet: Wallet) -> bytes:
    return make_psbt(wallet, payments=[], change=(CHANGE, 949_999))


@breaks("fee-share", *STANDARD)
def a_fee_of_90_percent(wallet: Wallet) -> bytes:
    coins = [(RECEIVED[0], 100_000)]
    return make_psbt(wallet, inputs=coins, payments=[(PAYEE, 10_000)], change=None)


@breaks("fee-rate", *EVERY)
def over_1_000_satoshi_a_vbyte(wallet: Wallet) -> bytes:
    return make_psbt(
        wallet,
        inputs=[(RECEIVED[0], 100_000_000)],
        payments=[(PAYEE, 90_000_000)],
        change=(CHANGE, 9_000_000),
    )


# signer-missing


@breaks("signer-missing", *EVERY, by=9)
def the_key_at_hand_is_not_in_the_wallet(wallet: Wallet) -> bytes:
    return make_psbt(wallet)


# change-far


def _comes_back_to(name: str, place: Place) -> None:
    def make(wallet: Wallet) -> bytes:
        return make_psbt(wallet, change=(place, 597_000))

    make.__name__ = name
    breaks("change-far", *EVERY)(make)


_comes_back_to("one_index_beyond_the_gap", Place(1, RECEIVED[1].index + 1_001))
_comes_back_to("the_last_index_there_is", Place(1, 2**31 - 1))
_comes_back_to("far_away_on_the_receive_branch", Place(0, 1_000_000))


# unknown-script


def _pays_script(name: str, script: bytes) -> None:
    def make(wallet: Wallet) -> bytes:
        return make_psbt(wallet, payments=[(script, 400_000)])

    make.__name__ = name
    breaks("unknown-script", "wpkh", "wsh", "tr", "pkh")(make)


_pays_script("pays_to_anyone_who_comes", b"\x51")
_pays_script("pays_to_nobody_at_all", b"")
_pays_script("pays_to_a_bare_key", b"\x21\x02" + bytes.fromhex(NUMS) + b"\xac")
_pays_script("pays_to_a_push_that_never_ends", b"\x4e\xff\xff\xff\xff")


# data-output


@breaks("data-output", *STANDARD)
def burns_value_in_a_data_output(wallet: Wallet) -> bytes:
    return make_psbt(wallet, payments=[(PAYEE, 399_000), (b"\x6a\x04\x1b[2J", 1_000)])


@breaks("data-output", "wpkh", "tr", level=Level.WARN)
def publishes_what_repaints_a_terminal(wallet: Wallet) -> bytes:
    return make_psbt(wallet, payments=[(PAYEE, 400_000), (b"\x6a\x04\x1b[2J", 0)])


@breaks("data-output", "wpkh", level=Level.WARN)
def publishes_a_hundred_thousand_bytes(wallet: Wallet) -> bytes:
    data = b"\x6a\x4e" + (100_000).to_bytes(4, "little") + bytes(100_000)
    coins = [(RECEIVED[0], 100_000_000)]
    paid = [(PAYEE, 90_000_000), (data, 0)]
    return make_psbt(wallet, inputs=coins, payments=paid, change=(CHANGE, 9_800_000))


# fee-amount


@breaks("fee-amount", *EVERY)
def a_fee_of_more_than_is_ever_paid(wallet: Wallet) -> bytes:
    """Payments so large, and so many, that neither its share nor its rate is odd."""
    paid = [(b"\x00\x14" + n.to_bytes(20, "big"), 10_000_000) for n in range(200)]
    coins = [(RECEIVED[0], 2_000_000_000), (RECEIVED[1], 100_000_000)]
    left = 100_000_000 - 5_000_001
    return make_psbt(wallet, inputs=coins, payments=paid, change=(CHANGE, left))


# annex


@breaks("annex", "tr", by=1, companions=("bad-signature",))
def a_final_input_with_an_annex(wallet: Wallet) -> bytes:
    stack = b"\x02\x40" + bytes(64) + b"\x02\x50\x00"
    return edited(make_psbt(wallet), lambda maps: put(maps[1], b"\x08", stack))


# message


@breaks("message", *EVERY)
def a_message_that_poses_as_a_payment(wallet: Wallet) -> bytes:
    return propose(b"this institution owes the bearer", wallet, RECEIVED[0]).facts.psbt.data


# policy


@breaks("policy", *STANDARD, pinned="ab" * 32)
def the_pinned_policy_is_not_given(wallet: Wallet) -> bytes:
    return make_psbt(wallet)


@breaks("policy", "wpkh", pinned="ab" * 32, policy=Policy(sha256="ac" * 32))
def another_policy_than_the_pinned_one(wallet: Wallet) -> bytes:
    return make_psbt(wallet)


@breaks("policy", "wpkh", policy=Policy(sha256="ac" * 32, network="mainnet"))
def a_policy_of_another_network(wallet: Wallet) -> bytes:
    return make_psbt(wallet)


@breaks("policy", "wpkh", policy=Policy(sha256="ac" * 32, wallet="00" * 32))
def a_policy_of_another_wallet(wallet: Wallet) -> bytes:
    return make_psbt(wallet)


@breaks("policy", *STANDARD, policy=Policy(must_be_pinned=True))
def a_copy_of_the_wallet_file_that_pins_no_policy(wallet: Wallet) -> bytes:
    return make_psbt(wallet)


# destination


_LISTED = destinations(
    ["bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"],
    [make_wallet("tr").descriptor],
    REGTEST,
    search=5,
)


@breaks("destination", *EVERY, policy=Policy(destinations=_LISTED))
def pays_whom_the_list_does_not_name(wallet: Wallet) -> bytes:
    return make_psbt(wallet)


@breaks("destination", "wpkh", policy=Policy(destinations=_LISTED))
def pays_a_listed_wallet_further_than_is_searched(wallet: Wallet) -> bytes:
    return make_psbt(wallet, payments=[(make_wallet("tr").derive(Place(0, 5)).script, 400_000)])


# limit and seen-input


def past(wallet: Wallet, **changes: object) -> PastSigning:
    """An earlier signing of a wallet, of coins that nobody has."""
    told: dict[str, object] = {
        "log": "vault/1",
        "txid": "11" * 32,
        "wallet": wallet.id,
        "height": 850_000,
        "outpoints": ("22" * 32 + ":0",),
        "payments": (PastPayment(address=None, value_sat=100_001),),
        "fee_sat": 500,
    }
    return PastSigning(**(told | changes))  # type: ignore[arg-type]


_DAILY = Policy(periods=(Period(blocks=144, most_sat=500_000),), needs_history=True)


@breaks("limit", *EVERY, policy=Policy(output_most_sat=399_999))
def pays_more_in_one_output(wallet: Wallet) -> bytes:
    return make_psbt(wallet)


@breaks("limit", "wpkh", "tr", "wsh", policy=Policy(transaction_most_sat=399_999))
def pays_more_at_once(wallet: Wallet) -> bytes:
    return make_psbt(wallet, payments=[(PAYEE, 200_000), (PAYEE[:-1] + b"\0", 200_000)])


@breaks(
    "limit",
    "wpkh",
    policy=_DAILY,
    history=History(
        signings=(past(make_wallet("wpkh"), height=849_857),), is_given=True, height=850_000
    ),
)
def pays_more_in_a_day(wallet: Wallet) -> bytes:
    return make_psbt(wallet)


@breaks(
    "limit",
    "wpkh",
    policy=_DAILY,
    history=History(
        signings=(past(make_wallet("wpkh"), height=None),), is_given=True, height=850_000
    ),
)
def earlier_signings_of_an_unknown_height_count_too(wallet: Wallet) -> bytes:
    return make_psbt(wallet)


@breaks(
    "limit",
    "wpkh",
    policy=_DAILY,
    history=History(
        signings=(past(make_wallet("wpkh"), payments=None),), is_given=True, height=850_000
    ),
)
def a_log_does_not_open_what_was_paid(wallet: Wallet) -> bytes:
    return make_psbt(wallet)


@breaks("limit", "wpkh", policy=_DAILY, history=History(is_given=True))
def nobody_says_what_height_it_is(wallet: Wallet) -> bytes:
    return make_psbt(wallet)


def _coin_of(wallet: Wallet, number: int = 0) -> str:
    return str(unsigned(read(make_psbt(wallet))).inputs[number].outpoint)


for _wallet in EVERY:
    _spent = past(make_wallet(_wallet), outpoints=(_coin_of(make_wallet(_wallet)),))
    _seen = History(signings=(_spent,), is_given=True)

    @breaks("seen-input", _wallet, history=_seen)
    def a_coin_that_was_signed_in_another_transaction(wallet: Wallet) -> bytes:
        return make_psbt(wallet)


@breaks("seen-input", "wpkh", policy=Policy(needs_history=True))
def the_history_that_is_needed_is_not_given(wallet: Wallet) -> bytes:
    return make_psbt(wallet)


# warnings and notes


@breaks("dust", *STANDARD, level=Level.WARN)
def pays_one_satoshi_less_than_nodes_relay(wallet: Wallet) -> bytes:
    return make_psbt(wallet, payments=[(PAYEE, 293), (PAYEE[:-1] + b"\0", 399_707)])


@breaks("reuse", *EVERY, level=Level.WARN)
def the_change_goes_where_the_coin_came_from(wallet: Wallet) -> bytes:
    return make_psbt(wallet, change=(RECEIVED[0], 597_000))


@breaks("modifiable", "wpkh", "tr", "wsh", level=Level.WARN)
def version_2_that_may_still_be_changed(wallet: Wallet) -> bytes:
    second = EnginePsbt.parse(make_psbt(wallet)).to_v2()
    second.tx_modifiable = 0b011
    return bytes(second.serialize())


@breaks("branch", "decaying", level=Level.WARN, by=2)
def the_heir_does_not_wait(wallet: Wallet) -> bytes:
    return make_psbt(wallet)


@breaks("branch", "decaying", companions=("locktime",), level=Level.WARN, by=2)
def the_heir_waits_one_block_too_few(wallet: Wallet) -> bytes:
    return make_psbt(wallet, sequence=5)


@breaks("history", "wpkh", level=Level.WARN, history=History(is_given=True, unconfirmed=("a/1",)))
def nobody_confirms_the_log(wallet: Wallet) -> bytes:
    return make_psbt(wallet)


@breaks("history", "wpkh", level=Level.WARN, history=History(is_given=True, is_empty=True))
def the_folder_of_the_history_is_empty(wallet: Wallet) -> bytes:
    return make_psbt(wallet)


def _at(height: int) -> History:
    return History(is_given=True, height=height, logged_height=850_000)


@breaks("history", "wpkh", level=Level.WARN, history=_at(849_999))
def the_height_is_lower_than_one_that_is_known(wallet: Wallet) -> bytes:
    return make_psbt(wallet)


@breaks("history", "wpkh", level=Level.WARN, history=_at(902_561))
def the_height_is_more_than_a_year_after_the_last_that_is_known(wallet: Wallet) -> bytes:
    return make_psbt(wallet)


@breaks("locktime", *EVERY, level=Level.NOTE)
def it_counts_only_later(wallet: Wallet) -> bytes:
    return make_psbt(wallet, locktime=850_000)


@breaks("locktime", "wpkh", level=Level.WARN, history=History(height=849_999))
def it_counts_one_block_after_the_known_height(wallet: Wallet) -> bytes:
    return make_psbt(wallet, locktime=850_000)


@breaks("locktime", "wpkh", level=Level.NOTE)
def its_inputs_wait(wallet: Wallet) -> bytes:
    return make_psbt(wallet, sequence=6)


@breaks("already-final", "wpkh", level=Level.NOTE)
def an_input_is_final(wallet: Wallet) -> bytes:
    maps = read(_with_ecdsa_signature(wallet, kind=1))
    key, signature = next((key, value) for key, value in maps[1] if key[0] == 0x02)
    stack = b"\x02" + blob(signature) + blob(key[1:])
    put(maps[1], b"\x08", stack)
    drop(maps[1], 0x02)
    return write(maps)


@breaks("bad-signature", "wpkh")
def a_final_witness_does_not_unlock_its_coin(wallet: Wallet) -> bytes:
    maps = read(_with_ecdsa_signature(wallet, kind=1, good=False))
    key, signature = next((key, value) for key, value in maps[1] if key[0] == 0x02)
    put(maps[1], b"\x08", b"\x02" + blob(signature) + blob(key[1:]))
    drop(maps[1], 0x02)
    return write(maps)


@breaks("bad-signature", "tr-multi-a", companions=("foreign-input",), by=1)
def a_stranger_s_final_witness_runs_for_minutes(wallet: Wallet) -> bytes:
    """It is valid, if ever anybody waits for its end, and no block could hold it."""
    leaf = b"\x51\x75" * 2_000_000 + b"\x51"
    root = tapleaf_hash(leaf, 0xC0)
    key = (
        PublicKey(b"\x02" + bytes.fromhex(NUMS))
        .add(tagged_hash("TapTweak", bytes.fromhex(NUMS) + root))
        .format()
    )
    control = bytes([0xC0 | (key[0] & 1)]) + bytes.fromhex(NUMS)
    maps = read(make_psbt(wallet))
    with_transaction(maps, inputs=(*unsigned(maps).inputs, TxInput(Outpoint(b"\x07" * 32, 0), 0)))
    coin = witness_utxo(Output(1_000, b"\x51\x20" + key[1:]))
    maps.insert(3, [(b"\x01", coin), (b"\x08", b"\x02" + blob(leaf) + blob(control))])
    return write(maps)


@breaks("bad-signature", "pkh")
def a_final_script_does_not_unlock_its_coin(wallet: Wallet) -> bytes:
    maps = read(_with_ecdsa_signature(wallet, kind=1, good=False))
    key, signature = next((key, value) for key, value in maps[1] if key[0] == 0x02)
    put(maps[1], b"\x07", blob(signature) + blob(key[1:]))
    drop(maps[1], 0x02)
    return write(maps)


@breaks("value", "wpkh", companions=("bad-signature", "outputs-exceed"))
def an_impossible_value_is_paid_beside_a_final_input(wallet: Wallet) -> bytes:
    maps = read(a_final_witness_does_not_unlock_its_coin(wallet))
    with_output(maps, 0, replace(unsigned(maps).outputs[0], value=2**63))
    return write(maps)


_STRANGERS = Policy(levels={"foreign-input": Level.NOTE})


@breaks("mixed", "wpkh", "tr", companions=("foreign-input",), level=Level.WARN, policy=_STRANGERS)
def a_stranger_s_coin_is_of_another_type(wallet: Wallet) -> bytes:
    script = make_wallet("pkh").derive(RECEIVED[0]).script
    paid = Transaction(2, (TxInput(Outpoint(bytes(32), 1), 0),), (Output(5_000, script),), 0)
    maps = read(make_psbt(wallet, change=(CHANGE, 602_000)))
    extra = TxInput(Outpoint(paid.txid, 0), 0xFFFFFFFD)
    with_transaction(maps, inputs=(*unsigned(maps).inputs, extra))
    maps.insert(3, [(b"\x00", paid.serialize(witness=True))])
    return write(maps)
