"""What lies beside the log: the files that it names, and the seals."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from log.by_the_pages.forms import Data
from log.by_the_pages.plan import LIMIT
from log.by_the_pages.signers import people
from log.by_the_pages.wrong import need, plain

if TYPE_CHECKING:
    from log.by_the_pages.story import Story


class Beside:
    """Files and seals, each as its record says."""

    def __init__(self, story: Story) -> None:
        self.story, self.folder = story, story.folder
        reads = [one for one in story.script["step"] if one["do"] == "read-policy"]
        self.policy = reads[-1].get("keep", "policy.toml") if reads else ""
        self.files: set[str] = set()
        self.lists: list[bytes] = []
        self.enrolled: set[tuple[str, str]] = set()

    def on_file_kept(self, data: Data) -> None:
        name = data["name"]
        need(Path(name).name == name and name != "..", "a file outside of the folder")
        self.files.add(name)
        need(len(self.files) <= LIMIT, "too many files")
        if (self.folder / name).is_symlink() or (self.folder / name).exists():
            content = self.same(name, data)
            if data["kind"] == "signers":
                self.lists.append(content)
        elif name == self.policy:
            self.story.unknown.append("its policy is gone")

    def same(self, name: str, data: Data) -> bytes:
        content = plain(self.folder / name)
        digest = hashlib.sha256(content).hexdigest()
        need((len(content), digest) == (data["bytes"], data["sha256"]), f"{name} is another file")
        return content

    def on_recovered(self, data: Data) -> None:
        self.same(data["kept_as"], data)

    def on_person_enrolled(self, data: Data) -> None:
        self.enrolled.add((data["person"], data["key_sha256"]))

    def listed(self) -> None:
        """Whoever is in a list that was kept was enrolled, by the end."""
        for text in self.lists:
            for name, one in people(text).items():
                need(
                    (name, hashlib.sha256(one.blob).hexdigest()) in self.enrolled,
                    f"{name} was not enrolled",
                )

    def on_sealed(self, data: Data) -> None:
        need(data["size"] == self.story.seq, "not of all the records before it")
        seal, signed = self.story.seals.get(self.story.seq, ("", set()))
        need(seal == data["seal_sha256"], "there is no such seal")
        need(len({*data["persons"]}) == len(data["persons"]), "somebody twice")
        need({*data["persons"]} <= signed, "a signature that does not hold")
        quorum = max(self.story.genesis["quorum"], self.story.plan["quorum"])
        need(len(data["persons"]) >= quorum, "too few signed")

    def on_peer_seal(self, data: Data) -> None:
        need(data["log"] != self.story.genesis["log"], "it names itself")
