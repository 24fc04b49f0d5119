"""The seals in a folder, and the state of its log."""

from __future__ import annotations

import base64
import re
import tomllib
from hashlib import sha256
from pathlib import Path
from typing import Any

from log.by_the_pages.forms import Data, fields, table
from log.by_the_pages.lines import chain, identity, is_record, root
from log.by_the_pages.plan import LIMIT, plan_of
from log.by_the_pages.signers import Signer, insist, people
from log.by_the_pages.story import Story
from log.by_the_pages.wrong import Unreadable, Wrong, need, plain

SEAL = re.compile(
    r"ceremony-seal/1\nlog ([A-Za-z0-9][A-Za-z0-9._/-]{0,199})\nsize ([1-9][0-9]*)\n"
    r"root ([A-Za-z0-9+/]{43}=)\nbytes ([1-9][0-9]*)\nsha256 ([0-9a-f]{64})\n"
    r"prev-seal ([0-9a-f]{64})\n"
)


def seals(folder: Path, lines: list[bytes], log: str, signers: dict[str, Signer]) -> Data:
    """Each seal by its size: its SHA-256, and whose signatures on it hold."""
    found: Data = {}
    at = folder / "seals"
    need(not at.is_symlink(), "the folder of seals is a link")
    names = sorted(one.name for one in at.glob("seal-*")) if at.is_dir() else []
    prev = "0" * 64
    for name in sorted((one for one in names if "." not in one), key=lambda one: (len(one), one)):
        text = plain(at / name, 1024)
        said = SEAL.fullmatch(text.decode("ascii", "replace"))
        need(said and name == f"seal-{int(said[2]):08d}", f"{name} is no seal")
        assert said
        size = int(said[2])
        whole = b"".join(lines[:size])
        need((said[1], said[6]) == (log, prev) and size <= len(lines), f"{name} is another log's")
        need((said[4], said[5]) == (str(len(whole)), sha256(whole).hexdigest()), f"{name}: bytes")
        tree = root([identity(line) for line in lines[:size]])
        need(said[3] == base64.b64encode(tree).decode(), f"{name}: root")
        prev = sha256(text).hexdigest()
        found[size] = (prev, set())
    for name in names:
        one = re.fullmatch(r"(seal-([0-9]{8,15}))(?:\.(.+)\.(sig|key-exposed))?", name, re.DOTALL)
        need(one, f"{name} is no name of a seal or signature")
        assert one
        if one[4] == "sig":
            need(int(one[2]) in found and one[3] in signers, f"{name} is of nobody, or of no seal")
            need(f"seal-{int(one[2]):08d}" == one[1], f"{name} is no name of a signature")
            insist(signers[one[3]], plain(at / name, 16 * 1024), plain(at / one[1], 1024))
            found[int(one[2])][1].add(one[3])
    need(len(found) <= LIMIT, "too many seals")
    return found


def state(folder: Path, signers: bytes | None = None, seal: str = "", quorum: int = 0) -> str:
    """Name the state of a log; `signers` and `seal` come from outside of its folder."""
    log = folder / "log.jsonl"
    if log.is_symlink() or not log.is_file():
        raise Unreadable("there is no log")
    *whole, torn = log.read_bytes().split(b"\n")
    lines = [line + b"\n" for line in whole]
    if not any(map(is_record, lines)):
        raise Unreadable("no line is a record")
    need(len(torn) < 65535, "the last line is too long")
    read = [*chain(lines)]
    need(read[0]["type"] == "genesis", "it does not begin with genesis")
    genesis = read[0]["data"]
    script = plain(folder / "script.toml", 1024 * 1024)
    listed = plain(folder / "allowed_signers", 256 * 1024)
    need(sha256(script).hexdigest() == genesis["script_sha256"], "another script")
    need(sha256(listed).hexdigest() == genesis["signers_sha256"], "another list of signers")
    need(signers in (None, listed), "not the signers from outside")
    who = people(listed)
    sealed = seals(folder, lines, genesis["log"], who)
    need(not seal or seal in [one for one, _ in sealed.values()], "not the seal from outside")
    try:
        story = Story(folder, genesis, who, sealed, tomllib.loads(script.decode()))
    except (ValueError, KeyError):
        raise Unreadable("its script is not understood") from None
    for one in read:
        if one["type"] not in fields("type"):
            need(not story.end, "nothing follows the end")
            story.unknown.append(f"a record of the type {one['type']}")
            continue
        story.tell(one["seq"], one["type"], one["data"])
    need(not torn or not story.end, "bytes follow the end")
    if story.plan:
        classes = {row[0]: row[1] for row in table("scripts.md", "action | class")}
        wanted = plan_of(story.script, classes, rehearsal=not story.earnest)
        need(story.plan == wanted, "the plan is not that of the script")
    story.beside.listed()
    story.signed.judge()
    if story.unknown:
        raise Unreadable(story.unknown[0])
    if story.end == "aborted":
        made = [one for one in story.keys.keys.values() if not one["brought"]]
        return "void" if made and all(one["void"] for one in made) else "aborted"
    if story.end != "closed":
        return "incomplete"
    names = sealed.get(len(lines), ("", ()))[1]
    if len(names) < max(genesis["quorum"], story.plan["quorum"], quorum, 1):
        return "unsealed"
    return "complete" if not story.earnest or signers is not None or seal else "unanchored"


def judged(folder: Path, **outside: Any) -> tuple[str, str]:
    """The state of a log, and why it is not another."""
    try:
        return state(folder, **outside), ""
    except Wrong as why:
        return "tampered", str(why)
    except Unreadable as why:
        return "unreadable", str(why)
