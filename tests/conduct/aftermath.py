"""What must be so of a ceremony that was interrupted and came to its end, whatever happened."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

from conduct.conduct_material import ROTATE
from conduct.interruption import Paper, all_of, facts_of, lines_of

from ceremonies.bitcoin.psbt import parse
from ceremonies.conduct.plan import planned
from ceremonies.exchange import file
from ceremonies.keys import slip39
from ceremonies.keys.account import fingerprint_of
from ceremonies.keys.seed import Scheme
from ceremonies.log import facts
from ceremonies.log.facts import Fact
from ceremonies.log.verify import State, verify
from ceremonies.secret import Secret
from ceremonies.signing import finish
from custody_cli.ceremony_answers import status

OLD_KEY = "3d06f671"
"""The key of keygen-2of3's rehearsal, whose coin others spend."""

_RECORDS_OF_A_KEY = (
    facts.PhraseShown,
    facts.PhraseConfirmed,
    facts.SharesSplit,
    facts.CardShown,
    facts.CardVerified,
)


def insist_complete(folder: Path, *, papers: Sequence[Paper], before: Sequence[bytes]) -> None:
    """Insist on everything: `before` are the whole lines that the log had when it was killed."""
    assert lines_of(folder)[: len(before)] == list(before)
    insist_verified(folder, State.COMPLETE)
    assert status(folder)["state"] == "complete"
    insist_attested(folder)
    insist_outputs(folder)
    insist_nobody_shown_twice(folder)
    script = next(fact for fact in facts_of(folder) if isinstance(fact, facts.Plan)).ceremony
    if all_of(folder, facts.SeedMade):
        insist_last_key(folder, papers)
    if script == "sign":
        insist_one_transaction(folder)
    if script in ("sign-batch", ROTATE):
        assert (
            len({one.txid for one in all_of(folder, facts.PsbtSigned)})
            == (1, 2)[script == "sign-batch"]
        )


def is_rotated(folder: Path) -> bool:
    """Whether it is the folder of a `rotate` that made its wallet."""
    return (folder / "new-vault.wallet.json").exists()


def insist_verified(folder: Path, state: State) -> None:
    verdict = verify(folder, planned=planned)
    allowed = () if state is State.COMPLETE else verdict.problems
    assert (verdict.state, verdict.problems) == (state, allowed)


def insist_attested(folder: Path) -> None:
    """Everybody present in an attesting role attested each step that is to be attested."""
    said = facts_of(folder)
    plan = next(fact for fact in said if isinstance(fact, facts.Plan))
    for step in plan.steps:
        attested = {
            (fact.role, fact.person)
            for fact in said[_last_begin(said, step.id) :]
            if isinstance(fact, facts.Attested) and fact.step == step.id
        }
        wanted = {
            (fact.role, fact.person)
            for fact in said
            if isinstance(fact, facts.PersonPresent) and fact.role in step.attest
        }
        assert attested == wanted, step.id


def _last_begin(said: Sequence[Fact], step: str) -> int:
    begun = [n for n, f in enumerate(said) if isinstance(f, facts.Begin) and f.step == step]
    attempts = [getattr(said[n], "attempt", 0) for n in begun]
    assert attempts == list(range(1, len(begun) + 1))
    return begun[-1]


def insist_outputs(folder: Path) -> None:
    """Every kept file is the one that was logged, and there is none but those."""
    kept = all_of(folder, facts.FileKept)
    for fact in kept:
        data = (folder / fact.name).read_bytes()
        assert (fact.sha256, fact.bytes) == (hashlib.sha256(data).hexdigest(), len(data))
    ours = {"log.jsonl", "script.toml", "allowed_signers", "seals", "reveal.jsonl"}
    torn = {fact.kept_as for fact in all_of(folder, facts.Recovered)}
    # what a kill leaves of a file that was being written has a hidden name, and is no output
    found = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    assert found == ours | torn | {fact.name for fact in kept}


def insist_nobody_shown_twice(folder: Path) -> None:
    """What is shown is shown once: each phrase and each card of a key has one record.

    New cards of a key that stays good are void with exactly those that were shown, and dealt again.
    """
    shown: set[tuple[str, str]] = set()
    for fact in facts_of(folder):
        if isinstance(fact, facts.SharesVoid):
            void = {(fact.key, one.card) for one in fact.cards}
            assert void == {one for one in shown if one[0] == fact.key}
            shown -= void
        elif isinstance(fact, facts.PhraseShown | facts.CardShown):
            this = (fact.key, getattr(fact, "card", ""))
            assert this not in shown
            shown.add(this)


def insist_last_key(folder: Path, papers: Sequence[Paper]) -> None:
    """The last key is the ceremony's, every other one is void, and every paper is accounted for."""
    keys = [fact.key for fact in all_of(folder, facts.SeedMade)]
    assert keys == [f"key-{number}" for number in range(1, len(keys) + 1)]
    for key in keys[:-1]:
        insist_void(folder, key, papers)
    last = all_of(folder, facts.SeedMade)[-1]
    assert last.key not in {fact.key for fact in all_of(folder, facts.KeyVoid)}
    for confirmed in (facts.FingerprintConfirmed, facts.KeyRecovered, facts.AccountDerived):
        found = {fact.fingerprint for fact in all_of(folder, confirmed)}
        # the old key comes too, to sign the sweep
        old = {OLD_KEY} if is_rotated(folder) and confirmed is facts.KeyRecovered else set()
        assert found == {last.fingerprint} | old
    verified = [f for f in all_of(folder, facts.CardVerified) if f.key == last.key]
    holders = ("heidi", "ivan", "judy") if is_rotated(folder) else ("bob", "carol", "dave")
    cards = ("1-1", "1-2", "1-3")
    assert [(f.card, f.person) for f in verified] == [*zip(cards, holders, strict=True)]
    assert all_of(folder, facts.CardVerified)[-3:] == verified
    if is_rotated(folder):
        return
    account = json.loads((folder / "account.json").read_text())
    wallet = json.loads((folder / "vault.wallet.json").read_text())
    assert account["fingerprint"] == last.fingerprint
    assert account["key"] in wallet["descriptor"]
    insist_papers_recover(papers, last)


def insist_papers_recover(papers: Sequence[Paper], made: facts.SeedMade) -> None:
    """Every two of the cards on paper recover the key."""
    cards = [
        slip39.read_card(Secret(paper.words.encode()))
        for paper in papers
        if paper.about.startswith("card ") and paper.about.endswith(f" of {made.key}")
    ]
    assert len(cards) == 3
    for pair in combinations(cards, 2):
        seed = slip39.recover(pair, scheme=Scheme.BIP39, passphrase=None)
        assert fingerprint_of(seed, None) == made.fingerprint


def insist_void(folder: Path, key: str, papers: Sequence[Paper]) -> None:
    """A key is void once, with exactly what was shown of it, and said so by two people."""
    said = facts_of(folder)
    at = next(n for n, f in enumerate(said) if isinstance(f, facts.KeyVoid) and f.key == key)
    void = said[at]
    assert isinstance(void, facts.KeyVoid)
    phrases = tuple(f.person for f in all_of(folder, facts.PhraseShown) if f.key == key)
    cards = tuple(
        facts.VoidCard(set=f.set, card=f.card, person=f.person)
        for f in all_of(folder, facts.CardShown)
        if f.key == key
    )
    assert (void.phrases, void.cards) == (phrases, cards)
    listed = {(f"phrase of {key}", who) for who in phrases}
    listed |= {(f"card {one.card} of {key}", one.person) for one in cards}
    on_paper = {(p.about, p.by) for p in papers if p.about.endswith(f" of {key}")}
    assert on_paper <= listed
    after = [f for f in said[at + 1 :] if isinstance(f, _RECORDS_OF_A_KEY) and f.key == key]
    assert not after
    if phrases or cards:
        insist_exception(said[:at])


def insist_exception(said: Sequence[Fact]) -> None:
    """The last of these records is an exception by two people who are here in different roles."""
    made = said[-1]
    assert isinstance(made, facts.ExceptionMade)
    session = max(n for n, fact in enumerate(said) if isinstance(fact, facts.Resumed))
    here = [f for f in said[session:] if isinstance(f, facts.PersonPresent)]
    roles = {f.person: f.role for f in here}
    first, second = made.persons
    assert first != second
    assert roles[first] != roles[second]


def insist_one_transaction(folder: Path) -> None:
    """One transaction was signed, as one person approved it, and what left the room is it."""
    signed = all_of(folder, facts.PsbtSigned)
    assert len({(fact.txid, fact.intent) for fact in signed}) == 1
    assert signed[-1].complete
    assert {fact.intent for fact in all_of(folder, facts.IntentApproved)} == {signed[-1].intent}
    payload, _ = file.read((folder / "signed.psbt").read_bytes())
    assert hashlib.sha256(payload.data).hexdigest() in {fact.psbt_sha256 for fact in signed}
    psbt = parse(payload.data)
    assert psbt.transaction.txid[::-1].hex() == signed[-1].txid
    assert finish.is_complete(psbt)
