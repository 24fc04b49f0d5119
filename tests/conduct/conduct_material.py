"""What tests of ceremonies share: a fixed world, people who answer, ceremonies they play."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from ceremonies.conduct import builtin, ceremony, practice, prepared
from ceremonies.conduct.asks import (
    Acknowledge,
    Ask,
    Choose,
    Confirm,
    GiveFile,
    ShowReview,
    ShowSecret,
    SignSeal,
    TypeBack,
    TypeDice,
    TypePassphrase,
    TypeText,
    TypeWords,
)
from ceremonies.conduct.conductor import conduct
from ceremonies.conduct.context import World
from ceremonies.conduct.presence import TypePin
from ceremonies.conduct.script import Script
from ceremonies.conduct.script_file import read
from ceremonies.keys import slip39
from ceremonies.keys.seed import Scheme
from ceremonies.log import sshkey, sshsig
from ceremonies.log.journal import Clock
from ceremonies.machine.probes import Probe
from ceremonies.secret import Secret
from custody_cli.world import stage

KEYGEN, SIGN, ROTATE = "keygen-2of3", "sign", "rotate"
OTHERS = tuple(name for name in builtin.ids() if name not in (KEYGEN, SIGN))
"""The built-ins whose people say what the shipped answers say."""

CAST: Mapping[str, Sequence[str]] = {
    "operator": ("alice",),
    "custodian": ("bob", "carol", "dave"),
    "approver": ("grace",),
    "witness": ("erin", "frank"),
}
"""Who takes which role, in the order of the roll call."""

SIGNING_CAST: Mapping[str, Sequence[str]] = {**CAST, "custodian": ("bob", "dave")}
"""The two custodians whose cards the answers of `sign` have."""

DICE = "25163 41526 36214 55312 64134 21665 32451 16423 51364 24613"

PROBES = ("network", "swap", "core-dumps", "clock", "entropy")


def fit() -> tuple[Probe, ...]:
    """Find nothing wrong with the machine."""
    return tuple(Probe(name=name, ok=True, message="as it should be") for name in PROBES)


def unfit() -> tuple[Probe, ...]:
    """Find a network."""
    found = Probe(name="network", ok=False, message="eth0 is up", hint="pull the cable")
    return (found, *fit()[1:])


def world(
    folder: Path,
    *,
    script: str = "",
    boot: str = "one boot",
    probes: Callable[[], tuple[Probe, ...]] = fit,
    program_sha256: str = "5a" * 32,
) -> World:
    """Return a world in which everything is fixed by how long the log in `folder` is.

    That of `rotate` is the one of an unattended rehearsal: its sweep is in the shipped answers.
    """
    begun = folder / "script.toml"
    if begun.exists():
        script = read(begun.read_bytes()).id
    log = folder / "log.jsonl"
    records = log.read_bytes().count(b"\n") if log.exists() else 0
    ticks = count(1_000 * records)
    return World(
        clock=Clock(
            boot_id=lambda: boot,
            mono_ms=lambda: next(ticks),
            wall=lambda: "2000-01-01T00:00:00Z",
        ),
        os_random=stage(0, unattended=True).os_random if script == ROTATE else _chance(records),
        salts=_chance(records),
        probes=probes,
        program="custody-cli test",
        program_sha256=program_sha256,
    )


def _chance(session: int) -> Callable[[int], bytes]:
    draws = count()
    return lambda size: hashlib.shake_256(f"test {session} {next(draws)}".encode()).digest(size)


_MOST_ASKS = 2_000
"""More than any ceremony has: an answer that is never right would be asked for without end."""

RECENT_BLOCK = {
    "time.height": "840000",
    "time.hash": "0000000000000000000320283a032748cef8227873ff4872689bf23f1cda83a5",
}
"""A block of mainnet, which ceremonies in earnest are bound to."""


class Player:
    """Everybody in the room, who answers every ask of the built-in ceremonies rightly.

    Give the same player to every session of a ceremony: it remembers the papers that people wrote.
    `cards` are words by the name of their holder, `files` contents by field; `said` is what the
    answers shipped with a script say of everything else.
    """

    def __init__(
        self,
        *,
        cast: Mapping[str, Sequence[str]] = CAST,
        cards: Mapping[str, bytes] | None = None,
        files: Mapping[str, bytes] | None = None,
        phrase: bytes = b"",
        way: str = "cards",
        signature: Callable[[str, bytes], bytes] = practice.signature,
        said: Mapping[str, str] | None = None,
    ) -> None:
        self.said = said_of(KEYGEN) | RECENT_BLOCK if said is None else said
        self.cast = cast
        self.cards = dict(cards or {})
        self.files = dict(files or {})
        self.phrase = phrase
        self.way = way
        self.signature = signature
        self.papers: dict[str, bytes] = {}
        self.heard: list[Ask[Any]] = []

    def __call__(self, asked: Ask[Any]) -> object:
        """Return the right answer."""
        self.heard.append(asked)
        assert len(self.heard) < _MOST_ASKS, f"asked again and again: {asked.mistake}"
        return self.right(asked)

    def right(self, asked: Ask[Any]) -> object:
        """Return the right answer to an ask, without counting it as heard."""
        match asked:
            case ShowSecret():
                self._write_down(asked)
                return "written down"
            case Acknowledge() | ShowReview():
                return "read"
            case Confirm():
                return "yes"
            case TypeText():
                return self._text(asked.field)
            case Choose():
                said = self.said.get(asked.field, self.way)
                return said if said in asked.options else asked.options[0]
            case TypeBack():
                return asked.expected
            case TypeDice():
                return Secret(self.said.get(asked.field, DICE).encode())
            case TypeWords():
                return Secret(self._words(asked))
            case TypePin():
                return Secret(f"pin of {asked.by.name}".encode())
            case TypePassphrase():
                return Secret(b"")
            case GiveFile():
                if asked.field.startswith("enrol."):
                    # whoever it is brings their own key, whatever the answers say of this place
                    return practice.public_key(asked.text.split()[0]).encode()
                found = self.files.get(asked.field)
                return self.said[asked.field].encode() if found is None else found
            case SignSeal():
                return self.signature(asked.by.name, asked.seal)
            case _:
                raise AssertionError(f"nobody knows {asked.kind}")

    @property
    def secrets(self) -> tuple[bytes, ...]:
        """Every row of words that must not be seen."""
        return tuple(filter(None, (*self.papers.values(), *self.cards.values(), self.phrase)))

    def _write_down(self, asked: ShowSecret) -> None:
        words = asked.words.reveal()
        self.papers[asked.about] = words
        if asked.about.startswith("card"):
            self.cards[asked.by.name] = words
        else:
            self.phrase = words

    def _words(self, asked: TypeWords) -> bytes:
        if asked.about in self.papers:
            return self.papers[asked.about]
        if asked.field.startswith(BROUGHT) and asked.field in self.said and not self.phrase:
            return " ".join(self.said[asked.field].split()).encode()
        return self.phrase if asked.wordlist == "bip39" else self.cards[asked.by.name]

    def _text(self, field: str) -> str:
        _, place, *more = field.split(".")
        if field.startswith("enrol.person-"):
            return self.said.get(field, "none")
        if not field.startswith("people."):
            return self.said.get(field, field.replace(".", "-"))
        role, _, number = place.rpartition("-")
        names = self.cast[role]
        if int(number) > len(names):
            return "none"
        name = names[int(number) - 1]
        return f"{name.title()} Example" if more else name


BROUGHT = ("collect.", "audit.")
"""The steps to which people bring cards that other ceremonies made."""


@cache
def said_of(name: str) -> dict[str, str]:
    """Return every text of the answers that are shipped with a built-in, files too, by field."""
    given = prepared.read(builtin.answers(name)).answers
    return {
        field: str(getattr(one, "text", one))
        for field, one in given.items()
        if not isinstance(one, list)
    }


def cast_of(name: str) -> Mapping[str, Sequence[str]]:
    """Return who takes which role by the answers that are shipped with a built-in."""
    cast: dict[str, list[str]] = {}
    for field, person in said_of(name).items():
        step, role, *more = [*field.split(".")][:2] if field.count(".") == 1 else [field, ""]
        if step == "people" and not more and person != "none":
            cast.setdefault(role.rpartition("-")[0], []).append(person)
    return cast


@cache
def signing_files() -> dict[str, bytes]:
    """Return the wallet and the PSBT of `sign`'s rehearsal, by their fields."""
    given = prepared.read(builtin.answers(SIGN)).answers
    fields = ("wallet.file", "psbt.file")
    return {field: given[field].text.encode() for field in fields}  # type: ignore[union-attr]


@cache
def signing_cards() -> dict[str, bytes]:
    """Return two cards that sign in `sign`'s rehearsal, by the name of their holder."""
    given = prepared.read(builtin.answers(SIGN)).answers
    pairs = (("bob", "collect.card-1"), ("dave", "collect.card-2"))
    return {name: " ".join(str(given[field]).split()).encode() for name, field in pairs}


@cache
def signing_phrase() -> bytes:
    """Return the phrase of the same key."""
    cards = [slip39.read_card(Secret(words)) for words in signing_cards().values()]
    return slip39.recover(cards, scheme=Scheme.BIP39).written().reveal()


def keygen_player(**others: Any) -> Player:
    """Return the people of `keygen-2of3`."""
    return Player(**others)


def signing_player(*, way: str = "cards") -> Player:
    """Return the people of `sign`, with what they bring; the key comes from cards or a phrase."""
    return Player(
        said={field: one for field, one in said_of(SIGN).items() if field.startswith("time.")},
        cast=SIGNING_CAST,
        cards=signing_cards(),
        files=signing_files(),
        phrase=signing_phrase(),
        way=way,
    )


def player_of(name: str) -> Player:
    """Return the people of a built-in ceremony."""
    if name in OTHERS:
        return Player(cast=cast_of(name), said=said_of(name))
    return keygen_player() if name == KEYGEN else signing_player()


def begin(
    folder: Path,
    script: Script | str,
    answer: Callable[[Ask[Any]], object],
    *,
    in_world: World | None = None,
    signers_file: bytes | None = None,
    rehearsal: bool = True,
) -> None:
    """Begin a ceremony in a new folder, and conduct it as far as `answer` lets it."""
    chosen = builtin.script(script) if isinstance(script, str) else script
    with ceremony.begun(
        folder,
        chosen,
        signers_file=signers_file,
        world=in_world or world(folder, script=chosen.id),
        rehearsal=rehearsal,
    ) as begun:
        conduct(begun, answer)


def go_on(
    folder: Path, answer: Callable[[Ask[Any]], object], *, in_world: World | None = None
) -> None:
    """Open a ceremony's folder again, and conduct it as far as `answer` lets it."""
    with ceremony.reopened(folder, world=in_world or world(folder)) as again:
        conduct(again, answer)


def play(folder: Path, name: str) -> Player:
    """Play a built-in ceremony to its end in a new folder."""
    player = player_of(name)
    begin(folder, name, player)
    return player


def _private(name: str) -> bytes:
    return hashlib.sha256(f"signer of the tests {name}".encode()).digest()


def earnest_signers(names: Sequence[str] = practice.NAMES) -> bytes:
    """Write an `allowed_signers` file of people who are no practice people."""
    lines = (f"{name} {sshkey.public_key_of(_private(name)).line}\n" for name in names)
    return "".join(lines).encode()


def earnest_signature(name: str, seal: bytes) -> bytes:
    """Sign a seal with the key of such a person."""
    return sshsig.sign_ed25519(_private(name), seal)


def psbt_bytes() -> bytes:
    """Return the PSBT of `sign`'s rehearsal in binary."""
    return base64.b64decode(signing_files()["psbt.file"])
