"""What the tests of this folder share: transactions out of thin air, and Bitcoin Core's own."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from shared_data import corpus

from ceremonies.bitcoin.transaction import Outpoint, Output, Transaction, TxInput

CASES = ("wpkh", "wpkh-passphrase", "sh-wpkh", "pkh", "tr", "wsh-2of3", "sh-wsh-2of3")
WORDS_32 = st.integers(0, 0xFFFFFFFF)

scripts = st.binary(max_size=80)
outputs = st.builds(Output, st.integers(0, 21_000_000 * 100_000_000), scripts)
outpoints = st.builds(Outpoint, st.binary(min_size=32, max_size=32), WORDS_32)
stacks = st.lists(st.binary(max_size=80), max_size=4).map(tuple)


@st.composite
def transactions(draw: st.DrawFn, *, signed: bool = True) -> Transaction:
    """A transaction of any shape; not `signed`, it has neither unlocking scripts nor witnesses."""
    nothing = st.just(b""), st.just(())
    script_sigs, witnesses = (scripts, stacks) if signed else nothing
    inputs = st.builds(TxInput, outpoints, WORDS_32, script_sigs, witnesses)
    return Transaction(
        version=draw(WORDS_32),
        inputs=tuple(draw(st.lists(inputs, min_size=1, max_size=4))),
        outputs=tuple(draw(st.lists(outputs, max_size=4))),
        locktime=draw(WORDS_32),
    )


@dataclass(frozen=True)
class Spend:
    """One transaction of the corpus: the unsigned PSBT, Core's final bytes, and what it spends."""

    case: dict[str, Any]
    name: str
    psbt: bytes
    final: bytes
    spent: list[Output]

    @property
    def where(self) -> str:
        return f"{self.case['case']} {self.name}"


def case_named(name: str) -> dict[str, Any]:
    """One case of the corpus, or skip."""
    return next(case for case in corpus() if case["case"] == name)


def spends(name: str) -> list[Spend]:
    """The spends of one case of the corpus, or skip."""
    case = case_named(name)
    return [
        Spend(
            case=case,
            name=title,
            psbt=base64.b64decode(spend["psbt"]),
            final=bytes.fromhex(spend["core_final_hex"]),
            spent=[Output(p["value_sat"], bytes.fromhex(p["script"])) for p in spend["prevouts"]],
        )
        for title, spend in case["spends"].items()
    ]
