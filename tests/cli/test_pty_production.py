"""A key ceremony in earnest: real people's keys, their own `ssh-keygen`, and an anchored log."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from cli.audience import Audience, audience
from cli.room import Room

from ceremonies.conduct import builtin
from ceremonies.conduct.practice import NAMES

PEOPLE = NAMES[:6]

pytestmark = pytest.mark.skipif(
    shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed"
)


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """A room with a script for this machine, and the keys that people made at home."""
    made = Room(tmp_path)
    text = builtin.script("keygen-2of3").data.decode()
    text = text.replace('network = "mainnet"', 'network = "regtest"')
    text = text.replace(
        'do   = "check-machine"\n', 'do   = "check-machine"\ndemands = ["core-dumps", "entropy"]\n'
    )
    made.put("ours.toml", text)
    home = tmp_path / "keys"
    home.mkdir()
    lines = []
    for name in PEOPLE:
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", home / name],
            check=True,
        )
        public = (home / f"{name}.pub").read_text().strip()
        lines.append(f'{name} namespaces="ceremony-seal-v1" {public}\n')
    made.put("allowed_signers", "".join(lines))
    return made


class Signed(Audience):
    """People who carry the seal to their own machine, and its signature back."""

    def _attentive(self, screen: str) -> str:
        asked = screen.rstrip().rsplit("\n", 1)[-1]
        role = re.search(r"Who is (?:the )?(\w+)(?: (\d))?\?", screen)
        if asked.startswith("text:") and role is not None:
            return self._comes(role[1], int(role[2] or 1))
        if asked.startswith("text:"):
            return self._reads_off(screen)
        if asked.startswith("file:"):
            return self._carries(screen)
        return super()._attentive(screen)

    @staticmethod
    def _comes(role: str, number: int) -> str:
        names = {"operator": PEOPLE[:1], "custodian": PEOPLE[1:4], "witness": PEOPLE[4:6]}[role]
        return names[number - 1] if number <= len(names) else "none"

    def _reads_off(self, screen: str) -> str:
        if "height of the newest block" in screen:
            return "0"
        if "hash of block" in screen:
            return "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206"
        if "serial number" in screen:
            return f"N-{len(self.screens)}"
        return "north" if "At which site" in screen else "Somebody Real"

    def _carries(self, screen: str) -> str:
        name = re.search(r"Who acts +(\w+)", screen)
        seal = re.search(r"seal-\d{8}", screen)
        assert name is not None
        assert seal is not None
        work = self.someone.room.work
        stick = work.parent / "tmp" / f"{name[1]}-{seal[0]}"
        shutil.copy(work / "vault" / "seals" / seal[0], stick)
        key = work.parent / "keys" / name[1]
        subprocess.run(
            ["ssh-keygen", "-q", "-Y", "sign", "-n", "ceremony-seal-v1", "-f", key, stick],
            check=True,
            capture_output=True,
        )
        return f"{stick}.sig"


def test_a_key_is_made_in_earnest_and_its_log_is_anchored(room: Room) -> None:
    arguments = ("ceremony", "run", "ours.toml", "--at", "vault", "--signers", "allowed_signers")
    with audience(room, *arguments, "--log", "vault.example/2026-0007", notes={}) as someone:
        people = Signed(someone.someone, someone.notes)
        ran = people.plays(lambda screen: "=" if first_word(screen, people) else None)
    assert ran.code == 0, str(ran)
    assert not any("REHEARSAL" in screen for screen in people.screens)
    assert any("word 1 is not in the list" in screen for screen in people.screens), "= is no word"
    assert people.notes["phrase"][:3] != ["practice"] * 3
    (alone,) = room.run("log", "verify", "vault", "--json").json["logs"]
    assert alone["state"] == "unanchored"
    anchored = room.run("log", "verify", "vault", "--signers", "allowed_signers", "--json")
    assert anchored.code == 0, str(anchored)
    assert anchored.json["logs"][0]["log"] == "vault.example/2026-0007"
    words = " ".join(people.notes["phrase"])
    for path in sorted((room.work / "vault").rglob("*")):
        assert path.is_dir() or words not in path.read_text("utf-8")


def first_word(screen: str, people: Audience) -> bool:
    """Whether the first phrase is being typed back, for the first time."""
    tried = any("is not in the list" in seen for seen in people.screens)
    return not tried and screen.rstrip().endswith("word 1 of 24:")


def test_practice_people_do_not_sign_in_earnest(room: Room) -> None:
    from ceremonies.conduct.practice import signers_file

    room.put("practice_signers", signers_file())
    arguments = ("ceremony", "run", "ours.toml", "--at", "vault", "--signers", "practice_signers")
    with audience(room, *arguments, notes={}) as people:
        ran = people.plays(lambda screen: None)
    assert ran.code == 4, str(ran)
    assert "vault/" not in ran.after
