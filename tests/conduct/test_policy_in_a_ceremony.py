"""A policy that a script pins is the one that is brought, and judges what is signed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from conduct.conduct_material import SIGN, begin, go_on, signing_player
from conduct.interruption import all_of

from ceremonies.conduct import builtin, check, practice
from ceremonies.conduct.asks import Ask, SignSeal
from ceremonies.conduct.plan import planned
from ceremonies.conduct.script import Script, read
from ceremonies.errors import Refused
from ceremonies.log import facts
from ceremonies.log.sshsig import NAMESPACE
from ceremonies.log.verify import State, verify

POLICY = b'schema = "custody-policy/1"\nnetwork = "regtest"\n'
STEP = '[[step]]\nid = "policy"\ndo = "read-policy"\nrole = "operator"\n\n'


def pinned(policy: bytes) -> Script:
    text = builtin.script(SIGN).data.decode()
    at = text.index('[[step]]\nid   = "psbt"')
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


def approved_by(people: str) -> tuple[bytes, Script]:
    """A policy that asks two of these people for signatures, and `sign` with a step for them."""
    lines = [
        f'{name} namespaces="ceremony-intent-v1" {practice.public_key(name)}'
        for name in people.split()
    ]
    policy = POLICY + f"[approvals]\nneeded = 2\nsigners = {json.dumps(lines)}\n".encode()
    text = pinned(policy).data.decode()
    at = text.index('[[step]]\nid   = "collect"')
    step = '[[step]]\nid = "signed"\ndo = "sign-approval"\nrole = "approver"\n\n'
    return policy, read((text[:at] + step + text[at:]).encode())


class Approvers:
    """People who sign for what they are asked, but first for a seal; one leaves in between."""

    def __init__(self, policy: bytes) -> None:
        self.people, self.wrong, self.mistakes = signing_player(), 1, [""]
        self.people.files = {**self.people.files, "policy.file": policy}
        self.leaves = True

    def __call__(self, asked: Ask[Any]) -> object:
        if asked.field == "signed.signer-2" and self.leaves:
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


def test_too_few_of_those_who_may_approve_are_told_before_any_key_comes(tmp_path: Path) -> None:
    policy, script = approved_by("grace judy")
    with pytest.raises(Refused, match="asks for 2 approvals, and 1 of those who may are here"):
        begin(tmp_path / "at", script, Approvers(policy))
    assert all_of(tmp_path / "at", facts.KeyRecovered) == []
