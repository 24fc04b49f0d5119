"""Ending a ceremony for good before its end: by two people, with what must be destroyed."""

from __future__ import annotations

from ceremonies.conduct.asks import Steps, placed
from ceremonies.conduct.ceremony import Ceremony
from ceremonies.conduct.progress import WHY_ENDED, LiveKey
from ceremonies.conduct.resuming import begin_session, never_to_use, reopen, two_people, void
from ceremonies.conduct.sealing import sealed
from ceremonies.conduct.slots import PEOPLE
from ceremonies.errors import Refused
from ceremonies.log import facts

_OF_A_KEY = (
    "This ceremony is ended for good, and its key must never be used. What exists of it on paper "
    "is destroyed. Do you say so?"
)
# whoever brought the cards of another key, to sign with, must not take them for void
_OF_NO_KEY = (
    "This ceremony is ended for good. No key was made that has to be destroyed: whoever brought "
    "cards or a phrase keeps them. Do you say so?"
)
_OF_CARDS = (
    "This ceremony is ended for good, and the new cards of {key} must never be used. What exists "
    "of them on paper is destroyed; the key and its old cards stay good. Do you say so?"
)


def _text(key: LiveKey | None, *, was_void: bool) -> str:
    if key is not None and key.brought:
        return _OF_CARDS.format(key=key.name)
    # of a key that was void before, what the log lists is to be destroyed as well
    return _OF_A_KEY if key is not None or was_void else _OF_NO_KEY


def aborted(ceremony: Ceremony) -> Steps[None]:
    """Have two people of different roles end a ceremony; its key, if any, is void.

    Raises:
        Refused: it has ended already, or nobody was present yet.
    """
    progress = ceremony.progress
    closing = ceremony.script.steps[-1]
    if progress.is_closed:
        raise Refused("this ceremony is closed", hint="resume it to sign its closing seal")
    if not progress.is_aborted:
        begin_session(ceremony)
        yield from reopen(ceremony, to_end=True)
        if not ceremony.table.has(PEOPLE):
            raise Refused(
                "nobody was present in this ceremony yet", hint="remove its folder instead"
            )
        key = progress.key
        persons = yield from two_people(
            ceremony,
            text=_text(key, was_void=progress.was_void),
            shown=never_to_use(ceremony, key) if key else "",
        )
        if key is not None:
            ceremony.journal.append(void(key, WHY_ENDED))
        ceremony.journal.append(facts.Aborted(why=WHY_ENDED, persons=persons))
    yield from placed(sealed(ceremony.context(closing), final=True), ceremony.place(closing))
