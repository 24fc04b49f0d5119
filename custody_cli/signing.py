"""Signing as commands do it: review, approval, signatures, output, and the same for a folder."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ceremonies import disk
from ceremonies.errors import InputError
from ceremonies.signing import approval, finish
from ceremonies.signing.finish import trimmed
from ceremonies.signing.history import History
from ceremonies.signing.policy import Policy
from ceremonies.signing.review import Review, insist, review, with_signer
from ceremonies.signing.sign import sign
from ceremonies.spoken import visible
from ceremonies.strict import hex_bytes
from ceremonies.wallets.wallet import Wallet
from custody_cli.exits import WrongUsage, failure_of
from custody_cli.payloads import insist_fits, read_previous, read_psbt, write_signed
from custody_cli.policies import approvals_from, signers_file
from custody_cli.reviews import remembered, review_answer

if TYPE_CHECKING:
    from ceremonies.bitcoin.transaction import Transaction
    from ceremonies.conduct.solitary import SigningLog
    from ceremonies.signing.approval import Approval
    from ceremonies.signing.signer import Signer
    from custody_cli.contract import PsbtBatchItem, PsbtSignAnswer

T = TypeVar("T")

SUFFIX = ".psbt"
"""What files of a folder are signed."""


@dataclass(frozen=True, kw_only=True)
class Consent:
    """How the operator approves: by intents read elsewhere, by `--yes`, or at the terminal.

    `files` are the signatures of other people, and `signers` the list that says who they are.
    """

    intents: tuple[bytes, ...]
    yes: bool
    files: tuple[Path, ...]
    signers: Path | None

    @classmethod
    def of(
        cls,
        approve: Sequence[str] | None,
        *,
        yes: bool,
        files: Sequence[Path] | None,
        signers: Path | None,
    ) -> Consent:
        """Read what `--approve`, `--yes`, `--approval` and `--signers` say.

        Raises:
            WrongUsage: an intent and `--yes` exclude each other.
            InputError: an intent is not one.
        """
        if approve and yes:
            raise WrongUsage("--approve and --yes exclude each other", hint="give the intent alone")
        # as the review prints it, in groups of four, or as scripts read it
        typed = [one.replace(" ", "") for one in approve or ()]
        intents = [hex_bytes(one, what="the approved intent", size=32) for one in typed]
        return cls(intents=tuple(intents), yes=yes, files=tuple(files or ()), signers=signers)


@dataclass(kw_only=True)
class Bench:
    """One wallet and one key, under one policy; what was signed is history for what follows.

    A log begins, if there is to be one, with the first transaction that everybody approved. Of
    what is given for a folder, each PSBT takes the approvals that are of its own intent.
    """

    wallet: Wallet
    policy: Policy
    history: History
    consent: Consent
    prevtx: Sequence[str] | None
    key: Callable[[], Signer]
    trim: bool = False
    is_folder: bool = False
    begin_log: Callable[[], SigningLog] | None = None
    _log: SigningLog | None = field(default=None, init=False)
    _signer: Signer | None = field(default=None, init=False)

    def sign(self, name: str, output: Path) -> PsbtSignAnswer:
        """Review, have approved, sign and write one PSBT.

        Raises:
            CeremonyError: whatever stops it; then nothing was written.
        """
        disk.insist_free(output)
        given = read_psbt(name)
        psbt = given.psbt.with_previous(self._previous)
        least = trimmed(psbt) if self.trim else given.psbt.data
        insist_fits(output, least, shown_as=self.wallet.shown_as)
        first = review(psbt, self.wallet, policy=self.policy, history=self.history)
        intent, approvals = self._approved(first)
        if self._signer is None:
            self._signer = self.key()
        reviewed = with_signer(first, self._signer)
        insist(reviewed)
        if self._log is None and self.begin_log is not None:
            self._log = self.begin_log()
        if self._log is not None:
            self._log.approved(reviewed, intent, approvals)
        signed = sign(reviewed, approved=intent, approvals=approvals)
        result = signed.psbt.with_previous(self._previous)
        complete = finish.is_complete(result, signed.verifier)
        if self._log is not None:
            self._log.signed(reviewed, intent, signed, complete=complete)
        self._remember(reviewed)
        data = trimmed(result) if self.trim else signed.data
        written = write_signed(output, data, given.encoding, shown_as=self.wallet.shown_as)
        return {
            **review_answer(reviewed, result, approvals),
            "signed_by": signed.signed_by,
            "signatures_added": signed.signatures_added,
            "complete": complete,
            "output": str(written),
        }

    @cached_property
    def _previous(self) -> dict[bytes, Transaction]:
        # read once: a folder of many psbts comes with as many of them
        return read_previous(self.prevtx)

    def _approved(self, reviewed: Review) -> tuple[bytes, tuple[Approval, ...]]:
        """Return the intent that may be signed, and who else approved it."""
        wanted = self.consent.intents
        intent = insist(reviewed)
        if wanted and intent not in wanted:
            insist(reviewed, wanted[0])
        approvals = approvals_from(
            self.consent.files,
            intent=intent,
            policy=self.policy,
            signers=self.consent.signers,
            network=self.wallet.network,
            of_several=self.is_folder,
        )
        approval.insist(self.policy, intent, approvals)
        if not wanted and not self.consent.yes:
            from custody_cli import terminal
            from custody_cli.show import psbt as drawn

            shown = drawn.text(review_answer(reviewed, approvals=approvals))
            terminal.ask_yes("Approver: sign exactly this?", shown=shown)
        return intent, approvals

    def _remember(self, reviewed: Review) -> None:
        # what follows in the same folder must not spend the coin again, nor exceed a limit with it
        self.history = self.history.followed_by(remembered(reviewed))


@contextlib.contextmanager
def logged(
    bench: Bench, folder: Path | None, *, signers: Path | None, height: int | None
) -> Iterator[None]:
    """Record what a bench signs in a new folder, if there is to be a log.

    It begins with the first transaction that everybody approved.
    """
    if folder is None:
        yield
        return
    from ceremonies.conduct.solitary import recorded
    from custody_cli.world import this_machine

    disk.insist_free(folder)
    with contextlib.ExitStack() as ending:
        record = recorded(
            folder,
            network=bench.wallet.network,
            signers_file=signers_file(bench.policy, signers),
            height=height,
            world=this_machine(),
        )
        bench.begin_log = lambda: ending.enter_context(record)
        yield


def psbts_in(folder: Path) -> list[Path]:
    """Return the PSBTs of a folder, by name; none where it holds something else.

    Names that begin with a dot are passed over: some systems put such a file beside every other.

    Raises:
        InputError: it cannot be read.
    """
    try:
        found = [path for path in folder.iterdir() if _is_psbt(path.name)]
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        raise InputError(f"cannot read the folder: {reason}", hint="check the medium") from None
    # a link that leads nowhere, or a folder, fails in its turn: no payment is left out in silence
    return sorted(found)


def _is_psbt(name: str) -> bool:
    return name.lower().endswith(SUFFIX) and not name.startswith(".")


def signed_folder(
    bench: Bench, psbts: Iterable[Path], output: Path, *, keep_going: bool
) -> Iterator[tuple[PsbtBatchItem, int]]:
    """Sign one PSBT after the other into a new folder; yield what became of each, and its code.

    It ends at the first that fails, unless it is to keep going. A folder with nothing in it is
    taken away again.
    """
    disk.insist_free(output)
    disk.make_folder(output)
    try:
        for path in psbts:
            item, code = _item(bench, path, output / path.name)
            yield item, code
            if code and not keep_going:
                return
    finally:
        with contextlib.suppress(OSError):
            output.rmdir()


def _item(bench: Bench, path: Path, output: Path) -> tuple[PsbtBatchItem, int]:
    from custody_cli.exits import error_answer

    name = visible(path.name)
    try:
        return {"psbt": name, **bench.sign(str(path), output)}, 0
    except Exception as error:  # noqa: BLE001
        # one psbt that meets a bug does not take the others with it; its code is the worst
        failure = failure_of(error)
        return {"psbt": name, **error_answer(failure)}, failure.code
