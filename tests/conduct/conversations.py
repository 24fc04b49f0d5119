"""Ceremonies with unruly people: wrong answers and stops by a plan, and what must hold after all.

Used by the tests of conversations, the short ones and the long ones.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

from conduct.conduct_material import (
    BROUGHT,
    SIGN,
    Player,
    begin,
    go_on,
    player_of,
    signing_cards,
    signing_phrase,
    signing_player,
    world,
)
from hypothesis import strategies as st

from ceremonies.conduct import ceremony
from ceremonies.conduct.aborting import aborted
from ceremonies.conduct.asks import Ask, Choose, ShowSecret, SignSeal, TypeText, TypeWords
from ceremonies.conduct.conductor import hold
from ceremonies.conduct.plan import planned
from ceremonies.conduct.practice import NAMES, signature
from ceremonies.conduct.progress import State as Named
from ceremonies.errors import CeremonyError, Declined
from ceremonies.keys.seed import read_seed
from ceremonies.log import facts
from ceremonies.log.chain import read_records
from ceremonies.log.verify import State, verify
from ceremonies.secret import Secret
from custody_cli.ceremony_answers import status

MARKER = "zqxjkvb"
"""A wrong word that must not come back in anything that is shown or written."""

OTHER_CARD = (
    b"mule aquatic academic academic afraid writing gesture hybrid holy tricycle reaction cage "
    b"lily ting beam purple senior election detect peasant crowd auction fangs thunder romantic "
    b"writing priest champion agency apart fiction grocery mother"
)
"""The one card of another set."""

STOPS = ("interrupt", "decline", "signal")
MISCHIEF = (
    *STOPS,
    "nothing",
    "bytes",
    "number",
    "no",
    "text",
    "wrong words",
    "words cut",
    "another set",
    "another key",
    "swapped",
    "repeated",
    "another name",
    "another file",
    "another signer",
    "other bytes",
)

MOST_SESSIONS = 12
MOST_ASKS = 500

Plan = Mapping[int, str]
"""What goes wrong, by the number of the ask."""


def plans(most: int = 14) -> st.SearchStrategy[dict[int, str]]:
    """Return plans of mischief."""
    return st.dictionaries(st.integers(0, 70), st.sampled_from(MISCHIEF), max_size=most)


class Unruly:
    """A room that answers rightly, but for what the plan says."""

    def __init__(self, player: Player, plan: Plan) -> None:
        self.player = player
        self.plan = plan
        self.asks = 0
        self.texts: list[str] = []
        others = (signing_phrase(), *signing_cards().values())
        self.secrets: set[bytes] = {*player.secrets, *others}

    def __call__(self, asked: Ask[Any]) -> object:
        """Answer, rightly or not."""
        insist_addressed(asked)
        self.texts.extend(strings_of(asked))
        if isinstance(asked, ShowSecret):
            self.secrets.add(asked.words.reveal())
        number, self.asks = self.asks, self.asks + 1
        assert number < MOST_ASKS, f"the ceremony does not come to an end: {asked.field}"
        chance = random.Random(number)
        mischief = self.plan.get(number)
        if mischief is not None:
            return self.wrong(asked, mischief, chance)
        is_brought = asked.field.startswith(BROUGHT) and asked.field in self.player.said
        if (
            isinstance(asked, TypeWords)
            and asked.about.startswith("card number")
            and not is_brought
        ):
            cards = self.cards()
            turn = int(asked.about.split()[-1]) - 1
            return Secret(chance.choice(cards) if asked.mistake else cards[turn % len(cards)])
        if isinstance(asked, Choose) and asked.field.endswith(".wrong"):
            return chance.choice(asked.options)
        if asked.mistake and asked.field.startswith("people."):
            # somebody took the role that was meant for this one
            offered = [*getattr(asked, "offered", ())] or ["Some Body"]
            return chance.choice(offered)
        if (
            asked.mistake
            and asked.field.startswith("enrol.person-")
            and isinstance(asked, TypeText)
        ):
            # somebody was enrolled under the name that was meant for this one
            return chance.choice(NAMES)
        return self.player.right(asked)

    def cards(self) -> list[bytes]:
        """Return the cards of the newest key, as their holders would bring them."""
        made = [about for about in self.player.papers if about.startswith("card ")]
        if not made:
            return [*self.player.cards.values()]
        newest = max((about.split()[-1] for about in made), key=lambda key: int(key[4:]))
        return [self.player.papers[about] for about in made if about.endswith(f" {newest}")]

    def wrong(self, asked: Ask[Any], mischief: str, chance: random.Random) -> object:
        """Return an answer that is mostly none, or stop."""
        right = None
        with suppress(KeyError):
            right = self.player.right(asked)
        words = right.reveal().split() if isinstance(right, Secret) else [b"none"]
        match mischief:
            case "interrupt":
                raise KeyboardInterrupt
            case "decline":
                raise Declined("somebody left the room", hint="resume when they are back")
            case "signal":
                raise SystemExit(143)
            case "nothing":
                return None
            case "bytes":
                return b"\xff\x00"
            case "number":
                return chance.randrange(10)
            case "no":
                # a person may be called No
                return "" if isinstance(asked, TypeText) else "no"
            case "text":
                return chance.choice(
                    ("", "YES", " ", "\x1b[2J", "none", "Mallory", "\ud800", "é" * 200)
                )
            case "wrong words":
                words[chance.randrange(len(words))] = MARKER.encode()
                return Secret(b" ".join(words))
            case "words cut":
                return Secret(b" ".join(words[:-1]))
            case "another set":
                return Secret(OTHER_CARD)
            case "another key":
                if isinstance(asked, TypeWords) and asked.wordlist == "bip39":
                    return Secret(signing_phrase())
                return Secret(signing_cards()["dave" if "1-3" in asked.field else "bob"])
            case "swapped" | "repeated":
                cards = self.cards() or [b""]
                return Secret(cards[-1 if mischief == "swapped" else 0])
            case "another name":
                return chance.choice(NAMES)
            case "another file":
                return chance.choice([*self.player.files.values(), b"{}", b""])
            case "another signer":
                seal = asked.seal if isinstance(asked, SignSeal) else b"seal"
                return signature(chance.choice(NAMES), seal)
            case _:
                return Secret(b"\xff\xfe") if isinstance(right, Secret) else b"cHNidP8B"


def insist_addressed(asked: Ask[Any]) -> None:
    """Words are shown to one person who is known by name, and who is no witness."""
    if isinstance(asked, ShowSecret):
        assert asked.by.name in NAMES
        assert asked.by.role in {"custodian", "operator"}


def strings_of(asked: Ask[Any]) -> Iterator[str]:
    """Yield everything of an ask that somebody might see besides the words it shows."""
    yield repr(asked)
    yield str(asked)
    for one in fields(asked):
        value = getattr(asked, one.name)
        if isinstance(value, Secret):
            assert isinstance(asked, ShowSecret)
            continue
        yield str(value)


def windows(secret: bytes) -> Iterator[str]:
    """Yield every row of four words, but those at the beginning that all rehearsals have."""
    words = secret.decode().split()
    for start in range(3 if len(words) < 27 else 4, len(words) - 3):
        yield " ".join(words[start : start + 4])


def insist_silent(room: Unruly, folder: Path, said: list[str]) -> None:
    """No secret is in anything that was asked, raised or written."""
    written = [
        path.read_bytes().decode("utf-8", "replace") for path in folder.rglob("*") if path.is_file()
    ]
    everything = "\n".join((*room.texts, *said, *written)).lower()
    assert MARKER not in everything
    for secret in room.secrets:
        for window in windows(secret):
            assert window not in everything
        if len(secret.split()) in {12, 15, 18, 21, 24}:
            with read_seed(Secret(secret)).secret as entropy:
                assert entropy.reveal().hex() not in everything


def truly_complete(folder: Path) -> bool:
    """Whether every step ended after it was last begun, and two people signed the last record."""
    records = [record.fact for record in read_records(folder)]
    plan = next(fact for fact in records if isinstance(fact, facts.Plan))
    open_or_done: dict[str, bool] = {}
    for fact in records:
        if isinstance(fact, facts.Begin):
            open_or_done[fact.step] = False
        elif isinstance(fact, facts.End):
            open_or_done[fact.step] = True
    if not isinstance(records[-1], facts.Closed):
        return False
    assert all(open_or_done[step.id] for step in plan.steps[:-1])
    signatures = list((folder / "seals").glob(f"seal-{len(records):08d}.*.sig"))
    return len(signatures) >= plan.quorum


def insist_honest(folder: Path, *, ended: bool) -> None:
    """The log verifies, its state has a name, and is complete only where it truly is."""
    assert read_records(folder)
    verdict = verify(folder, planned=planned)
    assert verdict.state not in {State.TAMPERED, State.UNREADABLE}, verdict.problems
    is_complete = truly_complete(folder)
    assert (verdict.state is State.COMPLETE) == is_complete, verdict.problems
    assert not ended or is_complete
    logged = [record.fact for record in read_records(folder)]
    keys = [one.key for one in logged if isinstance(one, facts.SeedMade | facts.KeyVoid)]
    # each key is void before another one is made
    assert keys[::2][: len(keys) // 2] == keys[1::2]
    assert len(set(keys)) == (len(keys) + 1) // 2
    told = Named(status(folder)["state"])
    assert (told is Named.COMPLETE) == is_complete
    assert told is not Named.RUNNING


def converse(name: str, plan: Plan, *, way: str = "cards", then_abort: bool = False) -> State:
    """Hold a ceremony with an unruly room, resumed as often as it stops; return its last state."""
    player = signing_player(way=way) if name == SIGN else player_of(name)
    room, said = Unruly(player, plan), []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "at"
        for session in range(MOST_SESSIONS):
            ended = False
            try:
                if session == 0:
                    begin(folder, name, room)
                else:
                    go_on(folder, room)
                ended = True
            except (CeremonyError, KeyboardInterrupt, SystemExit) as why:
                said.append(f"{why!r} {why} {getattr(why, 'hint', '')}")
            insist_honest(folder, ended=ended)
            if ended:
                break
            if then_abort and session == 0:
                _abort(folder, room, said)
                insist_honest(folder, ended=False)
        insist_silent(room, folder, said)
        return verify(folder).state


def _abort(folder: Path, room: Unruly, said: list[str]) -> None:
    with suppress(KeyboardInterrupt, SystemExit):
        try:
            with ceremony.reopened(folder, world=world(folder)) as again:
                hold(again, aborted(again), room)
        except CeremonyError as why:
            said.append(f"{why!r} {why} {why.hint}")
