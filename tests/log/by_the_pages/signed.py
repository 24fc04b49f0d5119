"""What people sign besides seals: that they approve an intent, and that they are there."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from log.by_the_pages.forms import Data
from log.by_the_pages.signers import FOR_INTENTS, insist, people
from log.by_the_pages.wrong import need

if TYPE_CHECKING:
    from log.by_the_pages.story import Story


class Signed:
    """Approvals and presences, each after the files that prove it."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.by_key = story.script["rules"].get("presence") == "key"
        self.session = 1
        self.kept: set[str] = set()
        self.there: list[tuple[int, str]] = []
        self.text = ""
        self.given: Data = {}
        self.all: list[Data] = []

    def on_begin(self, _: Data) -> None:
        self.text, self.given = "", {}

    def on_resumed(self, _: Data) -> None:
        self.session += 1
        self.kept = set()

    def on_file_kept(self, data: Data) -> None:
        name = data["name"]
        if data["kind"] == "presence":
            self.kept.add(name)
        if data["kind"] == "approval" and self.story.spending.is_signed:
            if not name.endswith(".sig"):
                self.text = name
                return
            step = self.story.spending.step
            self.given = {"text": self.text, "name": name, "step": step, "intents": [], "by": ""}
            self.all.append(self.given)

    def on_intent_approved(self, data: Data) -> None:
        if not self.story.spending.demand or not self.story.spending.is_signed:
            return
        given, person = self.given, data["person"]
        need(given and given["by"] in ("", person), "no signature of theirs was kept")
        named = rf"{re.escape(given['text'])}\.{re.escape(person)}(-[0-9]+)?\.sig"
        need(re.fullmatch(named, given["name"]), "no signature of theirs was kept")
        given["by"] = person
        given["intents"].append(data["intent"])

    def on_person_present(self, data: Data) -> None:
        if self.by_key:
            name = f"present-{self.session}.{data['person']}"
            need({name, f"{name}.sig"} <= self.kept, f"{data['person']} did not sign to be there")
            self.there.append((self.session, data["person"]))

    def judge(self) -> None:
        """Judge each signature that lies in the folder."""
        for session, person in self.there:
            name = f"present-{session}.{person}"
            log = self.story.genesis["log"]
            if files := self.beside(name, f"{name}.sig"):
                begin = f"presence of {person} in {log}, session {session}, "
                need(files[0].startswith(begin.encode()), f"{name} is about something else")
                need(person in self.story.signers, f"{person} is nobody on the list")
                insist(self.story.signers[person], files[1], files[0])
        demand = self.story.spending.demand
        lines = "".join(f"{line}\n" for line in demand.get("signers", []))
        known = people(lines.encode()) if lines else self.story.signers
        for given in self.all:
            if given["intents"] and (files := self.beside(given["text"], given["name"])):
                need(files[0] == self.approval(given), f"{given['text']} approves something else")
                need(given["by"] in known, f"{given['by']} is nobody on the list")
                insist(known[given["by"]], files[1], files[0], FOR_INTENTS)

    def approval(self, given: Data) -> bytes:
        """The text that approves what was approved by one signature."""
        step = next(one for one in self.story.script["step"] if one["id"] == given["step"])
        intents = given["intents"]
        if step.get("approval") == "batch":
            lines = "".join(f"{line}\n" for line in ["custody-batch/1", *intents])
            intents = [hashlib.sha256(lines.encode()).hexdigest()]
        policy = hashlib.sha256((self.story.folder / self.story.beside.policy).read_bytes())
        need(len(intents) == 1, "one signature for several intents")
        return f"ceremony-intent/1\nintent {intents[0]}\npolicy {policy.hexdigest()}\n".encode()

    def beside(self, *names: str) -> list[bytes]:
        """Both files, where they are in the folder; whether they are those kept is seen to."""
        paths = [self.story.folder / name for name in names]
        return [path.read_bytes() for path in paths] if all(one.is_file() for one in paths) else []
