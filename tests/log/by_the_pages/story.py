"""What the records say, one after the other: their order, sessions, steps and people."""

from __future__ import annotations

from pathlib import Path

from log.by_the_pages.beside import Beside
from log.by_the_pages.ends import Ends
from log.by_the_pages.forms import Data
from log.by_the_pages.keys import Keys
from log.by_the_pages.plan import LIMIT, OPENING, OUTSIDE, OUTSIDE_RESUMED
from log.by_the_pages.signed import Signed
from log.by_the_pages.signers import Signer
from log.by_the_pages.spending import Spending
from log.by_the_pages.wrong import need


class Story:
    """The records of one log, told one after the other; `need` fails at the first that is wrong."""

    def __init__(
        self, folder: Path, genesis: Data, signers: dict[str, Signer], seals: Data, script: Data
    ) -> None:
        self.folder, self.genesis, self.signers, self.seals = folder, genesis, signers, seals
        self.script = script
        self.earnest = genesis["mode"] == "production"
        self.plan: Data = {}
        self.steps: list[Data] = []
        self.end = ""
        self.open: int | None = None
        self.under = ""  # the step that a pause names
        self.last: int | None = None  # the step that ended last, and may be attested
        self.paused = self.resumed = False
        self.done: set[int] = set()
        self.failed: set[int] = set()
        self.excused: set[int] = set()
        self.vows: dict[int, set[str]] = {}  # the roles that attested each step
        self.vowed: set[tuple[str, str]] = set()  # who attested the last one
        self.attempts: dict[int, int] = {}
        self.now: dict[int, list[tuple[str, Data]]] = {}  # of the last attempt at each step
        self.ever: dict[int, list[tuple[str, Data]]] = {}
        self.here: dict[str, set[str]] = {}
        self.checked = False  # check-machine has ended once
        self.again: set[str] = set()  # what is to be checked again in this session
        self.unknown: list[str] = []
        self.seq = 0
        self.keys, self.spending = Keys(self), Spending(self)
        self.beside, self.ends, self.signed = Beside(self), Ends(self), Signed(self)

    def tell(self, seq: int, kind: str, data: Data) -> None:
        """Take the next record."""
        self.seq = seq
        need((kind == "genesis") == (seq == 0), "genesis is the first, and no other")
        need(self.plan or kind in ("genesis", "plan", "recovered"), "the plan is the second")
        need(not self.end, "nothing follows the end")
        need(not self.paused or kind in ("recovered", "paused", "resumed"), "it was paused")
        if self.open is None and kind not in ("genesis", "plan", "begin"):
            allowed = [*OUTSIDE, *OUTSIDE_RESUMED] if self.resumed else OUTSIDE
            need(kind in allowed, f"{kind} stands outside of a step")
        if self.open is not None:
            self.now[self.open].append((kind, data))
            self.ever.setdefault(self.open, []).append((kind, data))
        self.act(kind, data)
        for rule in (self.keys, self.spending, self.signed, self.beside, self):
            take = getattr(rule, f"on_{kind.replace('.', '_')}", None)
            if take is not None:
                take(data)

    def act(self, kind: str, data: Data) -> None:
        """Whoever acts is there."""
        if kind in ("person.present", "person.enrolled", "sealed"):
            return
        acting = [data[one] for one in ("person", "holder", "sealed_by") if one in data]
        for person in [*acting, *data.get("persons", [])]:
            need(person in self.here, f"{person} is not there")
            need("role" not in data or data["role"] in self.here[person], f"{person} is not that")

    def holding(self, role: str) -> list[str]:
        return [person for person, roles in self.here.items() if role in roles]

    def on_person_present(self, data: Data) -> None:
        person, role = data["person"], data["role"]
        roles = {one["role"]: one for one in self.plan["roles"]}
        need(role in roles, "the plan has no such role")
        mine = self.here.setdefault(person, set())
        need(role not in mine, f"{person} is there twice")
        mine.add(role)
        may = self.signers[person].roles if person in self.signers else ()
        need(not may or role in may, f"{person} may not be {role}")
        most = roles[role]["most"]
        need(most is None or len(self.holding(role)) <= most, f"too many are {role}")
        need(len(mine) < 2 or not any(roles[one]["independent"] for one in mine), "independent")
        need(all(len(mine & {*some}) < 2 for some in self.plan["conflicts"]), "a conflict of roles")
        need(len(self.here) <= LIMIT, "too many people")

    def on_exception(self, data: Data) -> None:
        roles = {role for person in data["persons"] for role in self.here[person]}
        need(len({*data["persons"]}) > 1 and len(roles) > 1, "two people of different roles")
        for at in self.failed:
            if self.steps[at]["id"] == data["step"]:
                self.excused.add(at)

    def on_genesis(self, data: Data) -> None:
        need(data["log"].startswith("REHEARSAL/") != self.earnest, "the name is another mode's")

    def on_plan(self, data: Data) -> None:
        need(not self.plan, "there is a plan already")
        self.plan, self.steps = data, data["steps"]

    def on_begin(self, data: Data) -> None:
        need(self.open is None, "a step is open")
        at = next((i for i, one in enumerate(self.steps) if one["id"] == data["step"]), -1)
        need(at >= 0, "the plan has no such step")
        opening = self.steps[at]["do"] in OPENING
        self.attested()
        need(all(self.past(i) for i in range(at)), "a step before it has not ended")
        need(not any(self.steps[i]["mandatory"] for i in self.failed), "a failure ended it")
        is_past = at in self.attempts or any(i > at for i in self.done)
        need(self.resumed or not is_past, "it is past, and nothing was resumed")
        self.attempts[at] = self.attempts.get(at, 0) + 1
        need(data["attempt"] == self.attempts[at], "the number of the attempt")
        if not opening:
            for role in self.plan["roles"]:
                need(len(self.holding(role["role"])) >= role["least"], "a role lacks people")
        need(not self.again, "the machine or the room was not checked again")
        if self.steps[at]["do"] == "roll-call":
            self.here = {}
        self.undo({at} if opening else {*range(at, len(self.steps))})
        self.open, self.under, self.last = at, data["step"], None
        self.vowed = set()
        self.now[at] = []

    def past(self, at: int) -> bool:
        skipped = not self.steps[at]["mandatory"] and (at not in self.failed or at in self.excused)
        return at in self.done or skipped

    def undo(self, some: set[int]) -> None:
        for at in some:
            self.vows.pop(at, None)
        self.done -= some
        self.failed -= some
        self.excused -= some

    def attested(self) -> None:
        if self.last is not None:
            for role in self.steps[self.last]["attest"]:
                need(
                    all((role, one) in self.vowed for one in self.holding(role)), "not all attested"
                )

    def on_attested(self, data: Data) -> None:
        need(self.last is not None and self.steps[self.last]["id"] == data["step"], "not that step")
        assert self.last is not None
        self.vows.setdefault(self.last, set()).add(data["role"])
        self.vowed.add((data["role"], data["person"]))

    def on_end(self, data: Data) -> None:
        need(self.open is not None and self.steps[self.open]["id"] == data["step"], "not that step")
        assert self.open is not None
        self.ends.judge(self.open)
        self.done.add(self.open)
        self.checked = self.checked or self.steps[self.open]["do"] == "check-machine"
        self.open, self.last, self.under = None, self.open, ""

    def on_closed(self, data: Data) -> None:
        need(self.open == len(self.steps) - 1 and data["steps"] == len(self.steps), "too early")
        for at, one in enumerate(self.steps[:-1]):
            need(self.past(at), "a step has not ended")
            roles = self.vows.get(at, set())
            need(at not in self.done or roles >= {*one["attest"]}, "a role did not attest")
        self.end = "closed"

    def on_aborted(self, _: Data) -> None:
        self.end = "aborted"

    def on_failed(self, data: Data) -> None:
        need(self.open is not None and self.steps[self.open]["id"] == data["step"], "not that step")
        assert self.open is not None
        self.failed.add(self.open)
        self.open, self.under = None, ""

    def on_paused(self, data: Data) -> None:
        need(data["step"] == self.under, "another step is under way")
        self.paused = True

    def on_resumed(self, data: Data) -> None:
        need(data["program_sha256"] == self.genesis["program_sha256"], "another program")
        self.open, self.paused, self.resumed = None, False, True
        self.here = {}
        again = {"machine", "room"} if self.ends.room else {"machine"}
        self.again = again if self.checked else set()

    def on_machine_checked(self, data: Data) -> None:
        if self.ends.is_fit(data):
            self.again.discard("machine")

    def on_room_checked(self, data: Data) -> None:
        if data["demands"] == self.ends.room:
            self.again.discard("room")
