"""Ending a ceremony for good before its end: by two people, with what must be destroyed."""

from __future__ import annotations

from ceremonies.conduct.asks import Steps, placed
from ceremonies.conduct.ceremony import Ceremony
from ceremonies.conduct.progress import WHY_ENDED
from ceremonies.conduct.resuming import reopen, session, to_destroy, two_people, void
from ceremonies.conduct.sealing import sealed
from ceremonies.conduct.slots import PEOPLE
from ceremonies.errors import Refused
from ceremonies.log import facts


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
        ceremony.journal.append(session(ceremony))
        yield from reopen(ceremony)
        if not ceremony.table.has(PEOPLE):
            raise Refused(
                "nobody was present in this ceremony yet", hint="remove its folder instead"
            )
        key = progress.key
        persons = yield from two_people(
            ceremony,
            text="This ceremony is ended for good. What exists of its key on paper is destroyed. "
            "Do you say so?",
            shown=to_destroy(key) if key else "",
        )
        if key is not None:
            ceremony.journal.append(void(key, WHY_ENDED))
        ceremony.journal.append(facts.Aborted(why=WHY_ENDED, persons=persons))
    yield from placed(sealed(ceremony.context(closing), final=True), ceremony.place(closing))
