"""One pass over the bytes of a log, from the first damage to the last: nothing is kept of it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection
from hashlib import sha256
from pathlib import Path

from ceremonies.errors import InputError
from ceremonies.log.chain import Extent, open_log, pages
from ceremonies.log.facts import FACTS, Aborted, Closed, Genesis
from ceremonies.log.meaning import Meaning
from ceremonies.log.promised import Planned
from ceremonies.log.records import MOST_BYTES, NO_RECORD, decode, decode_block, identities
from ceremonies.log.tree import Tree

_ENVELOPE = re.compile(
    rb'\{"v":1,"seq":(?P<seq>0|[1-9][0-9]{0,15}),"prev":"(?P<prev>[0-9a-f]{64})",'
    rb'"type":"(?P<type>[a-z]+(?:\.[a-z]+)?)","boot":"[0-9a-f]{16}",'
    rb'"mono_ms":(?:0|[1-9][0-9]{0,15}),"data":\{[^\n]*\}\}\n'
)
MOST_PROBLEMS = 1000
"""How many problems of records are told; of a log with more, the others are counted."""

_MOST_ALONE = 50_000
"""How many lines of a log with a broken chain are each looked at for what is wrong with them."""


class Reading:
    """What a log is, byte by byte, and what it says as far as it is whole.

    `extents` are how far the log goes at each of the sizes that are `wanted`; `records` counts the
    whole lines, `tail` the bytes after the last of them. `understood` counts what has the form of
    a record; `unknown` are sentences about types that a later version may know. Of many problems
    the first are kept, and the others counted in `unsaid`. `planned` names what the script of the
    log has it say beyond its plan.
    """

    def __init__(
        self,
        wanted: Collection[int],
        planned: Callable[[Genesis], Planned | None] = lambda _: None,
    ) -> None:
        self.meaning = Meaning(planned)
        self.problems: list[str] = []
        self.unknown: list[str] = []
        self.extents: dict[int, Extent] = {}
        self.records = self.understood = self.tail = self.bytes = self.unsaid = 0
        self._wanted = sorted(wanted, reverse=True)
        self._tree = Tree()
        self._flat = sha256()
        self._prev = NO_RECORD
        self._seq = 0
        self._broken = False
        self._alone = 0

    def follow(self, folder: Path) -> None:
        """Read the log of a folder.

        Raises:
            InputError: there is none, or the disk fails.
        """
        descriptor = open_log(folder, os.O_RDONLY)
        try:
            for block, lines in pages(descriptor):
                if lines:
                    self._add(block, lines)
                elif len(block) < MOST_BYTES:
                    self.tail = len(block)
                else:
                    self._say(f"record {self.records} is longer than {MOST_BYTES} bytes")
        except OSError as error:
            reason = (error.strerror or "unknown error").lower()
            raise InputError(f"cannot read the log: {reason}", hint="check the medium") from None
        finally:
            os.close(descriptor)

    def _add(self, block: bytes, lines: list[bytes]) -> None:
        """Add whole lines, and stop on the way wherever an extent is wanted."""
        while self._wanted and self._wanted[-1] <= self.records + len(lines):
            most = self._wanted.pop() - self.records
            self._take(b"".join(lines[:most]), lines[:most])
            self._mark()
            lines = lines[most:]
            block = b"".join(lines)
        self._take(block, lines)

    def _take(self, block: bytes, lines: list[bytes]) -> None:
        leaves = [*identities(lines)]
        if lines and not self._judge_together(block, leaves):
            if self._broken and self._alone > _MOST_ALONE:
                self._pass_over(leaves)
            else:
                self._judge_each(lines, leaves)
        self._tree.extend(leaves)
        self._flat.update(block)
        self.bytes += len(block)

    def _mark(self) -> None:
        self.extents[self.records] = Extent(
            size=self.records,
            bytes=self.bytes,
            root=self._tree.root(),
            sha256=self._flat.hexdigest(),
        )

    def _judge_together(self, block: bytes, leaves: list[bytes]) -> bool:
        """Judge lines that are all as they should be, or tell that they are not."""
        prevs = [leaf.hex() for leaf in (self._prev, *leaves[:-1])]
        told = decode_block(block, first=self._seq, prevs=prevs)
        if told is None:
            return False
        first, self.records = self.records, self.records + len(told)
        self.understood += len(told)
        self._seq += len(told)
        self._prev = leaves[-1]
        # what a damaged log says is not worth a sentence for each record
        if not self._broken:
            for problem in self.meaning.follow(told, first=first):
                self._say(problem)
        return True

    def _pass_over(self, leaves: list[bytes]) -> None:
        """Count lines with a problem among them, in a log that has enough of them."""
        self._prev = leaves[-1]
        self._seq += len(leaves)
        self.records += len(leaves)
        self.unsaid += 1

    def _judge_each(self, lines: list[bytes], leaves: list[bytes]) -> None:
        self._alone += len(lines)
        for line, leaf in zip(lines, leaves, strict=True):
            self._judge(line)
            self._prev = leaf
            self.records += 1

    def _judge(self, line: bytes) -> None:
        try:
            record = decode(line)
        except InputError as error:
            self._judge_unread(line, error.cause)
            return
        self.understood += 1
        self._judge_place(record.seq, record.prev)
        if not self._broken:
            for problem in self.meaning.follow((record.fact,), first=record.seq):
                self._say(problem)

    def _judge_unread(self, line: bytes, why: str) -> None:
        found = _ENVELOPE.fullmatch(line)
        if found is None or found["type"].decode() in FACTS:
            self._breaks(f"record {self.records}: {why}")
            self._seq += 1
            return
        self.understood += 1
        self._judge_place(int(found["seq"]), bytes.fromhex(found["prev"].decode()))
        if isinstance(self.meaning.last, Closed | Aborted):
            self._say(f"record {self.records}: nothing may follow the end of a log")
        if len(self.unknown) < MOST_PROBLEMS:
            self.unknown.append(f"record {self.records}: {why}")

    def _judge_place(self, seq: int, prev: bytes) -> None:
        if seq != self._seq:
            self._breaks(
                f"record {self._seq} is missing or elsewhere: record {seq} is in its place"
            )
        if prev != self._prev:
            self._breaks(f"record {seq} does not follow the record before it, as that is here")
        self._seq = seq + 1

    def _breaks(self, problem: str) -> None:
        self._broken = True
        self._say(problem)

    def _say(self, problem: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)
        else:
            self.unsaid += 1
