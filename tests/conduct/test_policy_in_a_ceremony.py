"""A policy that a script pins is the one that is brought, and judges what is signed."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from conduct.conduct_material import SIGN, begin, go_on, player_of, signing_player
from conduct.interruption import all_of, keeping, left_before
from conduct.kept_otherwise import insist_noticed, not_kept
from msgspec.structs import replace
from review.test_log_attacks import remade

from ceremonies.conduct import builtin, check, practice
from ceremonies.conduct.asks import Ask, ShowReview, SignSeal
from ceremonies.conduct.plan import planned
from ceremonies.conduct.script import Script
from ceremonies.conduct.script_file import read
from ceremonies.errors import IntegrityError, Refused
from ceremonies.log import facts, signers
from ceremonies.log.facts import Fact
from ceremonies.log.sshsig import INTENT_NAMESPACE, NAMESPACE
from ceremonies.log.verify import State, verify

POLICY = b'schema = "custody-policy/1"\nnetwork = "regtest"\n'
STEP = '[[step]]\nid = "policy"\ndo = "read-policy"\nrole = "operator"\n\n'


def pinned(policy: bytes, name: str = SIGN) -> Script:
    text = builtin.script(name).data.decode()
    at = text.index('[[step]]\nid   = "psbt')
    text = text[:at] + STEP + text[at:]
    sha256 = hashlib.sha256(policy).hexdigest()
    return read(text.replace("[roles]", f'policy = "{sha256}"\n\n[roles]', 1).encode())


def test_the_pinned_policy_is_asked_for_until_it_comes(tmp_path: Path) -> None:
    script, player = pinned(POLICY), signing_player()
    assert check.check(script) == ()
    other, mistakes = [POLICY + b"\n", b"no policy"], []

    def answer(asked: object) -> object:
        if getattr(asked, "field", "") == "policy.file":
            mistakes.append(asked.mistake)  # type: ignore[attr-defined]
            return other.pop(0) if other else POLICY
        return player(asked)  # type: ignore[arg-type]

    begin(tmp_path / "at", script, answer)
    assert "pins the policy" in mistakes[1]
    assert "not TOML" in mistakes[2]
    assert verify(tmp_path / "at", planned=planned).state is State.COMPLETE
    assert len(all_of(tmp_path / "at", facts.PsbtSigned)) == 1


def test_what_the_policy_does_not_let_be_signed_is_refused(tmp_path: Path) -> None:
    strict = POLICY + b"[amounts]\noutput-most-sat = 1000\n"
    player = signing_player()
    player.files = {**player.files, "policy.file": strict}
    with pytest.raises(Refused):
        begin(tmp_path / "at", pinned(strict), player)
    assert all_of(tmp_path / "at", facts.IntentApproved) == []


def intent_line(name: str) -> str:
    return f'{name} namespaces="{INTENT_NAMESPACE}" {practice.public_key(name)}'


def approved_by(
    people: str, name: str = SIGN, do: str = 'do = "sign-approval"'
) -> tuple[bytes, Script]:
    """A policy that asks two of these people for signatures, and a script with a step for them."""
    lines = [intent_line(person) for person in people.split()]
    policy = POLICY + f"[approvals]\nneeded = 2\nsigners = {json.dumps(lines)}\n".encode()
    text = pinned(policy, name).data.decode()
    at = text.index('[[step]]\nid   = "collect"')
    step = f'[[step]]\nid = "signed"\n{do}\nrole = "approver"\n\n'
    return policy, read((text[:at] + step + text[at:]).encode())


class Approvers:
    """People who sign for what they are asked, but first for a seal; one leaves in between."""

    def __init__(self, policy: bytes, name: str = SIGN) -> None:
        self.people, self.wrong, self.mistakes = player_of(name), 1, [""]
        self.people.files = {**self.people.files, "policy.file": policy}
        self.leaves = True

    def __call__(self, asked: Ask[Any]) -> object:
        if asked.field in ("signed.signer-2", "signed.psbt-2.signer-1") and self.leaves:
            self.leaves = False
            raise KeyboardInterrupt
        if not isinstance(asked, SignSeal) or not asked.field.startswith("signed."):
            return self.people(asked)
        self.mistakes.append(asked.mistake)
        space, self.wrong = asked.namespace if not self.wrong else NAMESPACE, 0
        return practice.signature(asked.by.name, asked.seal, space)


def test_a_policy_that_asks_for_signed_approvals_gets_them(tmp_path: Path) -> None:
    policy, script = approved_by("grace erin judy")
    assert check.check(script) == ()
    at, people = tmp_path / "at", Approvers(policy)
    with pytest.raises(KeyboardInterrupt):
        begin(at, script, people)
    assert "namespace" in people.mistakes[2]
    go_on(at, people)
    approved = [(one.person, one.role) for one in all_of(at, facts.IntentApproved)]
    assert approved[-2:] == [("grace", "approver"), ("erin", "witness")]
    assert len(people.mistakes) == 4, "who had signed is not asked again"
    (signed,) = all_of(at, facts.PsbtSigned)
    text = (at / "approval.txt").read_text()
    assert f"intent {signed.intent}\npolicy {hashlib.sha256(policy).hexdigest()}\n" in text
    assert verify(at, planned=planned).state is State.COMPLETE
    for number, missing in enumerate(("grace", "erin")):
        (tmp_path / str(number)).mkdir()
        found = remade(at, tmp_path / str(number), lambda told, who=missing: unapproved(told, who))
        assert found.state is State.TAMPERED
        assert any(
            "1 of the 2 people whom the policy asks for approved it" in problem
            for problem in found.problems
        )


def test_an_approval_that_nobody_signed_is_none(tmp_path: Path) -> None:
    policy, script = approved_by("grace erin judy")
    at, people = tmp_path / "at", Approvers(policy)
    people.leaves = False
    begin(at, script, people)
    text = (at / "approval.txt").read_bytes()
    other = re.sub(rb"intent [0-9a-f]{64}", b"intent " + b"00" * 32, text)
    by_alice = practice.signature("alice", text, INTENT_NAMESPACE)
    insist_noticed(
        at,
        tmp_path,
        ("approval.txt.erin.sig", by_alice, "the signature was made with another key"),
        ("approval.txt", other, "it is not the approval of what was approved by it"),
    )
    without = not_kept(at, tmp_path, "approval.txt.erin.sig")
    assert "no signature of erin was kept before it" in " ".join(without.problems)


def test_a_signature_that_no_record_names_yet_is_taken_after_a_stop_if_it_holds(
    tmp_path: Path,
) -> None:
    policy, script = approved_by("grace erin judy")
    at, people = tmp_path / "at", Approvers(policy)
    people.leaves, file = False, at / "approval.txt.grace.sig"
    with left_before(keeping(file.name)):
        begin(at, script, people)
    shutil.copytree(at, tmp_path / "other")
    (tmp_path / "other" / file.name).write_bytes(practice.signature("grace", b"another text"))
    go_on(tmp_path / "other", people)
    assert (tmp_path / "other" / "approval.txt.grace-2.sig").exists(), "she signed once more"
    assert verify(tmp_path / "other", planned=planned).state is State.COMPLETE
    asked = len(people.mistakes)
    go_on(at, people)
    assert len(people.mistakes) == asked + 1, "only the second person signs"
    kinds = [one.kind for one in all_of(at, facts.FileKept) if one.name == file.name]
    assert kinds == ["left-behind", "approval"]
    assert verify(at, planned=planned).state is State.COMPLETE


def test_a_foreign_file_in_the_place_of_a_signature_is_to_be_moved_away(tmp_path: Path) -> None:
    policy, script = approved_by("grace erin judy")
    at, people = tmp_path / "at", Approvers(policy)
    people.leaves, file = False, at / "approval.txt.grace.sig"

    def leave(asked: Ask[Any]) -> object:
        if isinstance(asked, ShowReview):
            raise KeyboardInterrupt
        return people(asked)

    with pytest.raises(KeyboardInterrupt):
        begin(at, script, leave)
    file.write_bytes(b"from elsewhere")
    with pytest.raises(IntegrityError, match="no signature of this approval") as refused:
        go_on(at, people)
    assert "move it away, then resume" in refused.value.hint
    file.unlink()
    go_on(at, people)
    assert verify(at, planned=planned).state is State.COMPLETE


def test_a_policy_is_judged_by_as_it_was_kept_or_nothing_is_complete(tmp_path: Path) -> None:
    policy, script = approved_by("grace erin judy")
    pin = f'policy = "{hashlib.sha256(policy).hexdigest()}"\n'.encode()
    unpinned = read(script.data.replace(pin, b"", 1))
    assert unpinned.policy is None
    people, at = Approvers(policy), tmp_path / "at"
    people.leaves = False
    begin(at, unpinned, people)
    (at / "policy.toml").write_bytes(POLICY)

    def elsewhere(told: list[Fact]) -> list[Fact]:
        return [
            replace(fact, name="other.toml") if getattr(fact, "kind", "") == "policy" else fact
            for fact in unapproved(told, "erin")
        ]

    (tmp_path / "lax").mkdir()
    found = remade(at, tmp_path / "lax", elsewhere)
    assert "the step policy ends without the policy" in " ".join(found.problems)
    assert found.state is State.TAMPERED
    (at / "policy.toml").unlink()
    (tmp_path / "gone").mkdir()
    found = remade(at, tmp_path / "gone", lambda told: unapproved(told, "erin"))
    assert found.state is State.UNREADABLE
    assert found.problems[0] == "policy.toml: whose approvals it asks for is not known without it"


def unapproved(told: list[Fact], person: str) -> list[Fact]:
    """Take the last approval of somebody out of a log."""
    (*_, last) = (
        fact for fact in told if isinstance(fact, facts.IntentApproved) and fact.person == person
    )
    at = len(told) - 1 - told[::-1].index(last)
    return [*told[:at], *told[at + 1 :]]


@pytest.mark.parametrize("approval", ["each", "batch"])
def test_a_batch_gets_signed_approvals_of_each_psbt_or_of_all_at_once(
    tmp_path: Path, approval: str
) -> None:
    do = f'do = "sign-batch-approval"\napproval = "{approval}"'
    policy, script = approved_by("grace erin judy", "sign-batch", do)
    assert check.check(script) == ()
    at, people = tmp_path / "at", Approvers(policy, "sign-batch")
    with pytest.raises(KeyboardInterrupt):
        begin(at, script, people)
    go_on(at, people)
    assert "namespace" in people.mistakes[2]
    assert len(people.mistakes) == {"each": 6, "batch": 4}[approval], "each signature once"
    intents = [one.intent for one in all_of(at, facts.PsbtSigned)]
    assert len(set(intents)) == 2
    lines = "".join(f"{line}\n" for line in ("custody-batch/1", *intents))
    whole = hashlib.sha256(lines.encode()).hexdigest()
    texts = {
        "each": {f"approval-{number}.txt": one for number, one in enumerate(intents, start=1)},
        "batch": {"approval.txt": whole},
    }[approval]
    for name, intent in texts.items():
        sha256 = hashlib.sha256(policy).hexdigest()
        text = f"ceremony-intent/1\nintent {intent}\npolicy {sha256}\n"
        assert (at / name).read_text() == text
        for person in ("grace", "erin"):
            known = signers.read(f"{intent_line(person)}\n".encode())
            armored = (at / f"{name}.{person}.sig").read_bytes()
            known.insist(person, armored, text.encode(), namespace=INTENT_NAMESPACE)
    approved = {(one.person, one.intent) for one in all_of(at, facts.IntentApproved)}
    assert approved >= {(person, one) for person in ("grace", "erin") for one in intents}
    assert verify(at, planned=planned).state is State.COMPLETE


def test_a_batch_whose_approvals_nobody_signed_is_not_signed(tmp_path: Path) -> None:
    policy, script = approved_by("grace erin judy", "sign-batch")
    text = script.data.decode()
    without = text.replace('[[step]]\nid = "signed"\ndo = "sign-approval"\nrole = "approver"\n', "")
    with pytest.raises(Refused, match="0 of 2 people approved this intent"):
        begin(tmp_path / "at", read(without.encode()), Approvers(policy, "sign-batch"))
    assert all_of(tmp_path / "at", facts.PsbtSigned) == []


def test_too_few_of_those_who_may_approve_are_told_before_any_key_comes(tmp_path: Path) -> None:
    policy, script = approved_by("grace judy")
    with pytest.raises(Refused, match="asks for 2 approvals, and 1 of those who may are here"):
        begin(tmp_path / "at", script, Approvers(policy))
    assert all_of(tmp_path / "at", facts.KeyRecovered) == []
