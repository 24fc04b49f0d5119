"""Cards as they come to a command: from their sources, or asked for one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ceremonies import disk
from ceremonies.errors import CeremonyError, InputError, IntegrityError
from ceremonies.keys import bip39, seedqr, shares, slip39
from ceremonies.keys.set_record import Form, SetRecord, read_record
from ceremonies.keys.shares import Share
from ceremonies.secret import Secret
from custody_cli.exits import WrongUsage
from custody_cli.sources import secret_from

if TYPE_CHECKING:
    from custody_cli.options import FormChoice

THE_CARD = "the card"
"""The name of a card that comes alone."""

_CARD_WORDS = (20, 33)
_RECORD_LIMIT = 64 * 1024


def form_named(choice: FormChoice | None, record: SetRecord | None) -> Form | None:
    """Say of which form cards are: as the record says, else as `--as` does, else as they look."""
    named = Form(choice.value) if choice is not None else None
    if record is not None and named not in (None, record.form):
        raise WrongUsage(
            f"the record is of the form {record.form}, and --as says {named}",
            hint="leave out --as, or bring the record of these cards",
        )
    return record.form if record is not None else named


def record_from(path: Path | None) -> SetRecord | None:
    """Read the record of a set, if one is named."""
    if path is None:
        return None
    return read_record(disk.read(path, limit=_RECORD_LIMIT, what="the set record"))


def cards_from(
    sources: Sequence[str] | None,
    *,
    form: Form | None = None,
    record: SetRecord | None = None,
    rehearsal: bool = False,
) -> list[Share]:
    """Read cards from their sources, or ask for one after the other until they are a quorum.

    Each is checked against the record where there is one, and errors are told with its number. Who
    is asked may take the last card back: it may have been the wrong one.
    """
    if sources:
        named = [(source, f"card {number}") for number, source in enumerate(sources, start=1)]
        return [
            card_from(source, name, form=form, record=record, rehearsal=rehearsal)
            for source, name in named
        ]
    parts = record.groups[0].of if record is not None and record.form is Form.XOR else None
    if form is Form.XOR and parts is None:
        raise WrongUsage(
            "how many parts there are is not known", hint="name each with --share, or give --set"
        )
    from custody_cli.terminal import WentBack

    found: list[Share] = []
    while not (enough := shares.picked(found, parts)):
        name = f"card {len(found) + 1}"
        try:
            found.append(_ask(name, found, form=form, record=record, rehearsal=rehearsal))
        except WentBack:
            found.pop()
    return list(enough)


def card_from(
    source: str | None,
    name: str,
    *,
    form: Form | None = None,
    record: SetRecord | None = None,
    rehearsal: bool = False,
) -> Share:
    """Read one card; errors are told with its name."""

    def ask() -> Secret:
        return _ask(name, (), form=form, record=record, rehearsal=rehearsal).words

    with secret_from(source, ask, what=name, said=seedqr.text_in) as written:
        try:
            found = shares.read(written, form)
            if record is not None:
                shares.check(found, record)
        except CeremonyError as error:
            # of one card alone the cause says itself what it is about
            cause = error.cause if name == THE_CARD else f"{name}: {error.cause}"
            raise type(error)(cause, hint=error.hint) from None
        return found


def _ask(
    name: str,
    beside: Sequence[Share],
    *,
    form: Form | None,
    record: SetRecord | None,
    rehearsal: bool,
) -> Share:
    from custody_cli import terminal

    def accept(written: Secret) -> Share:
        found = shares.read(written, form)
        if record is not None:
            try:
                shares.check(found, record)
            except IntegrityError as error:
                # at a prompt it is a mistake like another: the right card is asked for
                raise InputError(error.cause, hint=error.hint) from None
        shares.insist_together([*beside, found])
        return found

    back = f"card {len(beside)}" if beside else ""
    if form is Form.CODEX32:
        return terminal.ask_line(
            f"Card holder: type the characters of {name}",
            accept=accept,
            rehearsal=rehearsal,
            back=back,
        )
    is_phrase = form is Form.XOR
    return terminal.ask_words(
        f"Card holder: type the words of {name}",
        wordlist=bip39.wordlist() if is_phrase else slip39.wordlist(),
        nearest=bip39.nearest if is_phrase else slip39.nearest,
        counts=bip39.WORD_COUNTS if is_phrase else _CARD_WORDS,
        accept=_joined(accept),
        rehearsal=rehearsal,
        back=back,
    )


def _joined(accept: Callable[[Secret], Share]) -> Callable[[list[str]], Share]:
    return lambda words: accept(Secret(" ".join(words).encode()))
