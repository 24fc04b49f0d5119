"""Logs, told: a sentence for each record, and what verifying found."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

from ceremonies.log import facts
from ceremonies.log.facts import Fact
from ceremonies.spoken import in_fours, visible
from custody_cli.show.console import console
from custody_cli.show.console import facts as pairs
from custody_cli.show.things import of_things

if TYPE_CHECKING:
    from ceremonies.log.records import Record
    from custody_cli.contract import LogAttestAnswer, LogRegisterAnswer, LogSealAnswer
    from custody_cli.verifying import Found

Opened = Mapping[tuple[int, str], str]
"""What commitments hide, by record and commitment."""

_STATES = {
    "complete": "COMPLETE: whole, closed, and sealed by its quorum",
    "incomplete": "INCOMPLETE: whole as far as it goes, and not closed",
    "unsealed": "UNSEALED: closed, and not sealed by its quorum",
    "unanchored": "UNANCHORED: it agrees with itself, and nothing else confirms it",
    "aborted": "ABORTED: given up",
    "void": "VOID: given up after its key was lost",
    "tampered": "TAMPERED: it is not what was written",
    "unreadable": "UNREADABLE: this is no log that can be read",
}


def line(record: Record, opened: Opened) -> str:
    """Tell a record in one line; names and amounts only where the reveal file opens them."""
    return _hung(f"{record.seq:>4}  {visible(sentence(record, opened))}", by=6)


def _hung(text: str, *, by: int) -> str:
    """Break a long line on a terminal where a reader would; programs get it whole."""
    if not sys.stdout.isatty():
        return text
    width = max(shutil.get_terminal_size().columns, 4 * by)
    return textwrap.fill(text, width, subsequent_indent=" " * by, drop_whitespace=False) or text


def sentence(record: Record, opened: Opened) -> str:
    """Say what a record says; its text is as foreign as it was."""
    fact = record.fact
    said = (
        _of_the_session(fact)
        or _of_steps(fact)
        or _of_people(fact, record.seq, opened)
        or _of_keys(fact)
        or _of_wallets(fact)
        or _of_transactions(fact, record.seq, opened)
        or of_things(fact, record.seq, opened)
    )
    return said or record.type


def verdicts(found: Sequence[Found]) -> None:
    """Draw what verifying found, a block for each log; of a single one, also what that means."""
    page = console()
    for number, one in enumerate(found):
        if number:
            page.print()
        means = _meaning(one) if len(found) == 1 else ()
        page.print(pairs((*_head(one), *means)))
        for problem in one.verdict.problems:
            # what a problem quotes was made visible where it was quoted
            page.print(_hung(f"  - {problem}", by=4), soft_wrap=True)


def sealed(found: LogSealAnswer) -> None:
    """Draw a seal, to be read aloud and taken away."""
    page = console()
    page.print(pairs(_seal(found)))


def registered(found: LogRegisterAnswer) -> None:
    """Draw that a ceremony is in the registry."""
    about = f"line {found['number'] + 1}"
    console().print(pairs([("log", found["log"]), ("seal", found["seal"]), ("registry", about)]))


def attested(found: LogAttestAnswer) -> None:
    """Draw what somebody runs to sign, or that they have signed."""
    page = console()
    page.print(pairs(_seal(found)))
    name, file = found["name"], found["file"].rsplit("/", 1)[-1]
    page.print()
    if found["key_exposed"]:
        page.print(f"{name}'s key was on this machine: that is recorded, and does not count.")
    if found["signed"]:
        page.print(f"{name} has signed this seal; so have, in all, {_listed(found['signers'])}")
        page.print(f"({len(found['signers'])} of {found['quorum']} who are needed).")
        return
    page.print(f"{name}: copy {found['file']} to your own machine. There, compare")
    page.print("its hash with the one above, and sign it with your own key:")
    page.print()
    page.print(f"  sha256sum {file}", soft_wrap=True)
    page.print(f"  {found['command']}", soft_wrap=True)
    page.print()
    page.print(f"Bring {file}.sig back, or a picture of it as a QR code, and give it to")
    page.print(f"  custody log attest DIR --as {name} --signature {file}.sig", soft_wrap=True)


def _seal(found: LogSealAnswer | LogAttestAnswer) -> Iterator[tuple[str, str]]:
    yield "log", found["log"]
    yield "seal", f"of {found['size']} records"
    for name, at in (("hash", 0), ("", 32)):
        yield name, in_fours(found["seal"][at : at + 32])
    spoken = found["words"].split()
    for at in range(0, len(spoken), 4):
        yield "" if at else "words", " ".join(spoken[at : at + 4])
    yield "file", found["file"]


def _head(one: Found) -> Iterable[tuple[str, str]]:
    verdict = one.verdict
    yield "log", verdict.log or "unknown"
    yield "folder", str(one.folder)
    yield "state", _STATES[verdict.state.value]
    yield "records", str(verdict.records)
    if verdict.root is not None:
        yield "sealed", f"the first {verdict.size} records"
        yield "root", verdict.root
        yield "signed by", f"{_listed(verdict.signers)} (quorum {verdict.quorum})"
    named = zip_longest(verdict.peers[:_MOST_PEERS], one.held[:_MOST_PEERS])
    for at, ((_, log, size, _), held) in enumerate(named):
        yield "" if at else "names", f"a seal of {size} records of {log}, {_HELD[held]}"


def _meaning(one: Found) -> Iterable[tuple[str, str]]:
    verdict = one.verdict
    if verdict.about:
        yield "what", "; ".join((verdict.about, *verdict.happened))
        yield "when", verdict.when
        yield "people", _listed(verdict.people)
        if verdict.final_seal:
            yield "seal", verdict.final_seal
        is_witnessed = verdict.is_witnessed and verdict.state.value == "complete"
        seen = ", and a witness saw this end" if is_witnessed else ""
        yield "proved", _PROVED[verdict.state.value] + seen
        yield "not proved", "who holds the keys, what the machine really did, that paper is gone"
        yield "ask next", _WITNESSED if is_witnessed else _ASK[verdict.state.value]


_MOST_PEERS = 5
_HELD = {True: "which has it", False: "which has none such", None: "which is not here"}

_WHOLE = "every record is as it was written and follows the one before, as far as it goes"
_PROVED = {
    "complete": "every record is as it was written, the end is there, and its quorum signed it",
    "incomplete": f"{_WHOLE}; not that this is the end",
    "unsealed": f"{_WHOLE}; its quorum did not sign that",
    "unanchored": f"{_WHOLE}; whoever made the folder could have made all of it",
    "aborted": f"{_WHOLE}; people gave the ceremony up",
    "void": f"{_WHOLE}; people gave the ceremony up and its key is void",
    "tampered": "nothing: something in the folder is not what was written",
    "unreadable": "nothing: this program cannot read it",
}
_WITNESSED = "those who were there whether it tells what they saw: custody log show"
_ASK = {
    "complete": "a witness for their copy of the closing seal; give it with --seal",
    "incomplete": "whoever runs it how it goes on, and a witness for a closing seal",
    "unsealed": "the people who are missing to sign: custody log attest",
    "unanchored": "for your own list of signers (--signers), or a witness's seal (--seal)",
    "aborted": "for proof that what was made was destroyed: custody log show",
    "void": "for proof that every card and phrase of the key was destroyed: custody log show",
    "tampered": "for other copies of the folder; keep this one as it is",
    "unreadable": "which version of the program wrote it",
}


def _of_the_session(fact: Fact) -> str | None:
    match fact:
        case facts.Genesis():
            return (
                f"the {fact.mode} log {fact.log} begins, of {fact.program}, script "
                f"{_short(fact.script_sha256)}, signers {_short(fact.signers_sha256)}; "
                f"the clock says {fact.wall_claimed}"
            )
        case facts.Plan():
            steps = f"{_counted(len(fact.steps), 'step')}, quorum {fact.quorum}"
            return f"planned: {fact.title} ({fact.ceremony}), on {fact.network}; {steps}"
        case facts.Resumed():
            gap = "after a restart" if fact.gap_ms is None else f"after {_lasted(fact.gap_ms)}"
            return f"resumed {gap}; the clock says {fact.wall_claimed}"
        case facts.Recovered():
            return f"{fact.bytes} torn bytes were moved to {fact.kept_as}"
        case facts.Paused():
            where = f"in step {fact.step}" if fact.step else "between steps"
            return f"paused {where}: {_PAUSES[fact.why]}"
        case facts.MachineChecked():
            bad = [probe.name for probe in fact.probes if not probe.ok]
            found = "fit" if fact.fit else "NOT FIT"
            return f"the machine is {found}" + (f"; it fails {_listed(bad)}" if bad else "")
        case facts.HeightClaimed():
            return f"the chain is said to be {fact.height} blocks high"
        case facts.Sealed():
            seal = f"{_short(fact.seal_sha256)} over {_counted(fact.size, 'record')}"
            return f"sealed: {seal}, signed by {_listed(fact.persons)}"
        case facts.Aborted():
            return f"ABORTED by {_listed(fact.persons)}: {fact.why}"
        case facts.Closed():
            return (
                f"closed after {_counted(fact.steps, 'step')}; the clock says {fact.wall_claimed}"
            )
    return None


def _of_steps(fact: Fact) -> str | None:
    match fact:
        case facts.Begin():
            again = f", attempt {fact.attempt}" if fact.attempt > 1 else ""
            return f"step {fact.step} begins{again}"
        case facts.End():
            return f"step {fact.step} ends"
        case facts.Attested():
            return f"{fact.person} ({fact.role}) attests step {fact.step}"
        case facts.ExceptionMade():
            return f"EXCEPTION in step {fact.step}, by {_listed(fact.persons)}: {fact.why}"
        case facts.Failed():
            return f"step {fact.step} FAILED ({fact.why})"
    return None


def _of_people(fact: Fact, seq: int, opened: Opened) -> str | None:
    match fact:
        case facts.PersonPresent():
            name = opened.get((seq, fact.name_commitment))
            known = f" ({name})" if name is not None else ""
            return f"{fact.person}{known} is here as {fact.role}"
        case facts.PhraseShown():
            return f"{fact.person} is shown the phrase of {fact.key}"
        case facts.SeedQrShown():
            return f"{fact.person} is shown the {fact.form} SeedQR of {fact.key}"
        case facts.PhraseConfirmed():
            return f"{fact.person} types the phrase of {fact.key} back"
        case facts.CardShown():
            return f"{fact.person} is shown card {fact.card} of set {fact.set}"
        case facts.CardVerified():
            return f"{fact.person} types card {fact.card} of set {fact.set} back"
        case facts.FingerprintConfirmed():
            return f"{fact.person} confirms the fingerprint {fact.fingerprint}"
        case facts.IntentApproved():
            return f"{fact.person} ({fact.role}) approves the intent {_short(fact.intent)}"
    return None


def _of_keys(fact: Fact) -> str | None:
    match fact:
        case facts.EntropyCommitted():
            return f"the machine committed to its part: {fact.commitment}"
        case facts.EntropyOpened():
            return f"the machine's part was shown to {fact.person}"
        case facts.EntropyCollected():
            return f"{fact.bits} bits of entropy from {fact.kind}"
        case facts.SeedMade():
            about = f"{fact.scheme}, {_counted(fact.words, 'word')}, fingerprint {fact.fingerprint}"
            return f"{fact.key} is made: {about}"
        case facts.SharesSplit():
            groups = f"{fact.groups_needed} of {_counted(len(fact.groups), 'group')} needed"
            return f"{fact.key} is split into set {fact.set}: {_listed(fact.groups)}, {groups}"
        case facts.KeyRecovered():
            way = f"cards {_listed(fact.cards)} of set {fact.set}" if fact.cards else "its phrase"
            return f"key {fact.fingerprint} is recovered from {way}, by {_listed(fact.persons)}"
        case facts.KeyVoid():
            held = [f"phrase of {person}" for person in fact.phrases]
            held += [f"card {one.card} of set {one.set} ({one.person})" for one in fact.cards]
            destroy = f"; destroy {_listed(held)}" if held else ""
            return f"{fact.key} is VOID: {fact.why}{destroy}"
    return None


def _of_wallets(fact: Fact) -> str | None:
    match fact:
        case facts.AccountDerived():
            agreed = f"agreed by {_listed(fact.agreed_by)}"
            return f"account {fact.path} ({fact.script}) of key {fact.fingerprint}, {agreed}"
        case facts.WalletRegistered():
            return f"wallet {fact.name} is registered on {fact.network}: {_short(fact.wallet)}"
        case facts.FileKept():
            about = f"{fact.kind}, {fact.bytes} bytes, SHA-256 {_short(fact.sha256)}"
            return f"file {fact.name} is kept: {about}"
    return None


def _of_transactions(fact: Fact, seq: int, opened: Opened) -> str | None:
    match fact:
        case facts.PsbtReviewed():
            fee = opened.get((seq, fact.fee_commitment))
            paid = opened.get((seq, fact.payments_commitment))
            known = (f", fee {fee} sat" if fee else "") + (f", pays {paid}" if paid else "")
            refused = ", REFUSED" if fact.intent is None else f", intent {_short(fact.intent)}"
            found = f"{_counted(fact.inputs, 'input')}, {_counted(fact.outputs, 'output')}"
            rules = _listed((f"{one.level} {one.rule}" for one in fact.findings), none="nothing")
            about = f"{found}{known}; found: {rules}{refused}"
            return f"transaction {_short(fact.txid)} of {fact.wallet} is reviewed: {about}"
        case facts.PsbtSpends():
            coins = _listed(fact.outpoints)
            return f"transaction {_short(fact.txid)} spends {coins}"
        case facts.PsbtSigned():
            state = "complete" if fact.complete else "others must sign too"
            made = _counted(fact.signatures, "signature")
            return f"transaction {_short(fact.txid)} has {made} of {fact.fingerprint}; {state}"
    return None


_PAUSES = {
    "interrupt": "somebody pressed Ctrl-C",
    "declined": "somebody said no",
    "failed": "something failed",
    "refused": "a rule refused",
    "signal": "the program was told to stop",
}


def _short(digest: str) -> str:
    return digest[:16]


def _listed(names: Iterable[str], *, none: str = "nobody") -> str:
    *most, last = [*names] or [none]
    return f"{', '.join(most)} and {last}" if most else last


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _lasted(milliseconds: int) -> str:
    seconds = abs(milliseconds) // 1000
    text = f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{text}, by a clock that ran back" if milliseconds < 0 else text
