"""A new key as `key new` is asked for it, and the machine's part that makes it once more."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ceremonies.keys import bip39, by_hand, commitment, dice_only
from ceremonies.keys.entropy import Pool, Source
from ceremonies.keys.seed import Seed, draw_seed
from ceremonies.secret import Secret
from custody_cli.answer import note
from custody_cli.exits import WrongUsage
from custody_cli.pool import HandMade, pool_from, source_from
from custody_cli.sources import is_one_sink, secret_from, secret_to, taken_back

if TYPE_CHECKING:
    from custody_cli.contract import KeyNewAnswer, ShellCheckJson, SourceJson

_OPENING = "the machine's part, half of a key: no phrase of a wallet"


@dataclass(frozen=True, kw_only=True)
class NewKey:
    """A key and what it was made of; `part` is what the machine had committed to."""

    seed: Seed
    pool: Pool
    part: Source | None = None
    check: dice_only.ShellCheck | None = None


def insist_possible(made: HandMade, *, dice_only: bool, commit: str | None, secret_to: str) -> None:
    """Refuse options that exclude each other, before anything is read.

    Raises:
        WrongUsage: they do.
        InputError: there is no die with so many sides.
    """
    kinds = [method.kind for method, _ in made.methods()]
    if dice_only and kinds not in (["dice"], ["d20"]):
        raise WrongUsage(
            "--dice-only takes the rolls of one die with 6 or 20 sides, and nothing else",
            hint="give --dice, and leave --coins, --cards and --hex out",
        )
    if dice_only and commit is not None:
        raise WrongUsage(
            "--dice-only and --commit exclude each other",
            hint="of dice alone there is no machine's part to commit to",
        )
    if commit is not None and not kinds:
        raise WrongUsage(
            "--commit needs a part of yours too", hint="give --dice, --coins, --cards or --hex"
        )
    if commit is not None and is_one_sink(commit, secret_to):
        raise WrongUsage(
            "--commit and --secret-to name one sink", hint="keep the halves of a key apart"
        )


def of_dice_alone(made: HandMade, *, words: int) -> NewKey:
    """Make a key of dice alone, as other signers do.

    Raises:
        InputError: no signer makes such keys, or the rolls are not exactly as many.
        Refused: it would carry the practice mark.
    """
    method = by_hand.die(made.sides)
    wanted = dice_only.rolls_needed(method, words)
    assert made.dice is not None, "`insist_possible` insists on it"
    rolls = source_from(made.dice, method, exactly=wanted)
    seed = dice_only.seed_of(rolls, words=words)
    return NewKey(seed=seed, pool=Pool((rolls,)), check=dice_only.shell_check(rolls, seed))


def of_all(made: HandMade, *, words: int, commits: bool) -> NewKey:
    """Make a key of every source; where it `commits`, that is told before any other is read.

    Raises:
        InputError: what was made by hand is not what it should be, or there is no such phrase.
        MachineError: the system's generator is not fit.
    """
    part = commitment.draw_part() if commits else None
    if part is not None:
        _tell(commitment.commit(part), asks=made.asks)
    pool = pool_from(made, system=part)
    return NewKey(seed=draw_seed(pool, words=words), pool=pool, part=part)


def _tell(committed: str, *, asks: bool) -> None:
    text = f"the machine has drawn its part and commits to it:\n{committed}"
    if not asks:
        note(text.replace("\n", " "))
        return
    from custody_cli import terminal

    terminal.ask_read(text, "write it down, then press Enter: ")


@contextlib.contextmanager
def opened(key: NewKey, sink: str | None, *, reveal: bool, json: bool) -> Iterator[None]:
    """Write the words of the machine's part to a sink, if there is one.

    A file is removed again when what follows fails: half of a key alone is none.
    """
    if sink is None or key.part is None:
        yield
        return
    words = Secret(commitment.opening(key.part).reveal() + b"\n")
    secret_to(sink, words, reveal=reveal, json=json, title=_OPENING)
    with taken_back(sink):
        yield


def part_from(source: str | None, committed: str, *, rehearsal: bool) -> Source:
    """Read the machine's part, or ask for it, and insist that it is what was committed to.

    Raises:
        InputError: the words are none, or the commitment is none.
        IntegrityError: it is another part.
    """
    said = commitment.read_commitment(committed)
    with secret_from(source, lambda: _ask(rehearsal), what="the machine's part") as words:
        part = commitment.read_opening(words)
    commitment.insist_committed(part, said)
    return part


def _ask(rehearsal: bool) -> Secret:
    from custody_cli import terminal

    def accept(words: list[str]) -> Secret:
        opening = Secret(" ".join(words).encode())
        commitment.read_opening(opening)
        return opening

    return terminal.ask_words(
        "Key holder: type the 24 words of the machine's part",
        wordlist=bip39.wordlist(),
        nearest=bip39.nearest,
        counts=(commitment.OPENING_WORDS,),
        accept=accept,
        rehearsal=rehearsal,
    )


def commitment_of(part: Source) -> str:
    """Return the commitment to a machine's part, in hexadecimal."""
    return commitment.commit(part)


def sources_of(pool: Pool) -> list[SourceJson]:
    """List sources and the bits they are credited with."""
    return [{"kind": source.kind, "bits": source.bits} for source in pool.sources]


def answer_of(key: NewKey, fingerprint: str) -> KeyNewAnswer:
    """Say what may be known of a new key."""
    check: ShellCheckJson | None = None
    if key.check is not None:
        check = {"command": key.check.command, "prints": key.check.prints}
    return {
        "words": len(key.seed.secret) * 3 // 4,
        "fingerprint": fingerprint,
        "scheme": key.seed.scheme.value,
        "sources": sources_of(key.pool),
        "commitment": commitment.commit(key.part) if key.part is not None else None,
        "check": check,
    }
