"""A policy that a script pins is the one that is brought, and judges what is signed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from conduct.conduct_material import SIGN, begin, signing_player
from conduct.interruption import all_of

from ceremonies.conduct import builtin, check
from ceremonies.conduct.plan import planned
from ceremonies.conduct.script import Script, read
from ceremonies.errors import Refused
from ceremonies.log import facts
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
