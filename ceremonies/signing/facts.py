"""What a PSBT does, stated from proofs: facts that every rule reads and none may assume.

`Ours` means that the script derived from the wallet's descriptor at a place equals the script in
the transaction. A path or fingerprint in the PSBT only says where to look.
"""

from __future__ import annotations

from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Literal

from ceremonies.bitcoin import script, spending
from ceremonies.bitcoin.coincurve_verify import Verifier
from ceremonies.bitcoin.descriptor import Derived
from ceremonies.bitcoin.psbt import KeyClaim, Psbt, PsbtInput, PsbtOutput
from ceremonies.bitcoin.transaction import MAX_MONEY_SAT, Output
from ceremonies.frozen import Frozen, field
from ceremonies.wallets.wallet import CHANGE, Place, Wallet

if TYPE_CHECKING:
    from ceremonies.bitcoin.sighash import SignatureHashes
    from ceremonies.signing.signer import Signer

_MOST_PLACES = 16
"""How many places of a wallet one input or output may claim; honest ones claim one."""

OutputKind = Literal["payment", "change", "self", "data"]
Era = Literal["legacy", "segwit", "taproot"]


class InputFact(Frozen, kw_only=True, dict=True):
    """One input. `spent` is proved where `is_vouched`, else the PSBT's word; None where unknown."""

    index: int
    given: PsbtInput
    spent: Output | None
    is_vouched: bool
    place: Place | None
    derived: Derived | None

    @property
    def where(self) -> str:
        """How findings name it."""
        return f"input {self.index}"

    @cached_property
    def kind(self) -> str:
        """What kind of output it spends, such as `wsh` or `sh-wpkh`; `unknown` where it is not."""
        if self.spent is None:
            return "unknown"
        return script.kind_of(self.spent.script, self.given.redeem_script)

    @cached_property
    def era(self) -> Era | None:
        """Which signature hash it needs, or None where what it spends is unknown."""
        if self.spent is None:
            return None
        if self.kind == "tr":
            return "taproot"
        return "segwit" if self.kind.endswith(("wpkh", "wsh")) else "legacy"


class OutputFact(Frozen, kw_only=True):
    """One output: what it is, where it pays, and its place where it is ours."""

    index: int
    made: PsbtOutput
    kind: OutputKind
    address: str | None
    place: Place | None
    derived: Derived | None

    @property
    def where(self) -> str:
        """How findings name it."""
        return f"output {self.index}"


class Facts(Frozen, kw_only=True, dict=True):
    """All that is known of one PSBT under one wallet. `signer` is the key at hand, if any.

    `verifier` knows which signatures were verified already.
    """

    psbt: Psbt
    wallet: Wallet
    inputs: tuple[InputFact, ...]
    outputs: tuple[OutputFact, ...]
    vsize: int
    signer: Signer | None
    verifier: Verifier = field(default_factory=Verifier)

    @cached_property
    def spent(self) -> tuple[Output, ...] | None:
        """Every output that is spent, in order, or None where one is unknown."""
        known = [fact.spent for fact in self.inputs if fact.spent is not None]
        return tuple(known) if len(known) == len(self.inputs) else None

    @cached_property
    def outputs_sat(self) -> int:
        """The sum of all outputs, in satoshi."""
        return sum(fact.made.value for fact in self.outputs)

    @cached_property
    def payments_sat(self) -> int:
        """The sum of what leaves the wallet, without the fee, in satoshi."""
        return sum(f.made.value for f in self.outputs if f.kind in ("payment", "data"))

    @cached_property
    def inputs_sat(self) -> int | None:
        """The sum of all inputs, in satoshi, or None where one is unknown."""
        return None if self.spent is None else sum(output.value for output in self.spent)

    @cached_property
    def fee_sat(self) -> int | None:
        """What is left for the fee, in satoshi; negative where the outputs exceed the inputs."""
        return None if self.inputs_sat is None else self.inputs_sat - self.outputs_sat

    @cached_property
    def hashes(self) -> SignatureHashes | None:
        """The hashes that signatures commit to, or None where what is spent is unknown.

        None too where it is more than all money: that is refused, and has no hash.
        """
        from ceremonies.bitcoin.sighash import SignatureHashes

        spent = self.spent
        if spent is None or any(output.value > MAX_MONEY_SAT for output in spent):
            return None
        return SignatureHashes(self.psbt.transaction, spent)


def gather(psbt: Psbt, wallet: Wallet, signer: Signer | None = None) -> Facts:
    """State what a PSBT does, proving what is ours from the wallet's descriptor."""
    inputs = tuple(_input(wallet, index, given) for index, given in enumerate(psbt.inputs))
    outputs = tuple(_output(wallet, index, made) for index, made in enumerate(psbt.outputs))
    return Facts(
        psbt=psbt,
        wallet=wallet,
        inputs=inputs,
        outputs=outputs,
        vsize=spending.estimated_vsize(psbt, wallet.branches[0]),
        signer=signer,
    )


def _input(wallet: Wallet, index: int, given: PsbtInput) -> InputFact:
    proved = given.previous_output
    spent = proved or given.witness_utxo
    place, derived = _ours(wallet, given.claims, spent.script) if spent else (None, None)
    return InputFact(
        index=index,
        given=given,
        spent=spent,
        is_vouched=proved is not None,
        place=place,
        derived=derived,
    )


def _output(wallet: Wallet, index: int, made: PsbtOutput) -> OutputFact:
    place, derived = _ours(wallet, made.claims, made.script)
    kind: OutputKind = "payment"
    if script.is_data(made.script):
        kind = "data"
    elif place is not None:
        kind = "change" if place.branch == CHANGE else "self"
    return OutputFact(
        index=index,
        made=made,
        kind=kind,
        address=script.address(made.script, wallet.network),
        place=place,
        derived=derived,
    )


def _ours(
    wallet: Wallet, claims: tuple[KeyClaim, ...], wanted: bytes
) -> tuple[Place | None, Derived | None]:
    for place in islice(wallet.places(claims), _MOST_PLACES):
        derived = wallet.derive(place)
        if derived.script == wanted:
            return place, derived
    return None, None
