"""Files that an interrupted step wrote and could not log any more: none stays unaccounted for."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from ceremonies import disk
from ceremonies.conduct.context import KEPT_LIMIT, AnyContext, of_kind
from ceremonies.log import facts

LEFT_BEHIND = "left-behind"
"""The kind of such a file; a step that is done again logs it once more as what it is."""


def account_for(context: AnyContext) -> None:
    """Log the outputs of a step that are in the folder and that no record names."""
    logged = {r.fact.name for r in context.journal.records if isinstance(r.fact, facts.FileKept)}
    for path in _outputs(context):
        if path.name not in logged:
            data = disk.read(path, limit=KEPT_LIMIT, what=path.name)
            digest = hashlib.sha256(data).hexdigest()
            context.log(
                facts.FileKept(name=path.name, kind=LEFT_BEHIND, sha256=digest, bytes=len(data))
            )


def _outputs(context: AnyContext) -> Iterator[Path]:
    """Find them in the folder: later ones too, which have a number, and signatures beside them."""
    for name in context.step.action.outputs(context.params):
        named = re.compile(rf"{of_kind(name).pattern}(?:\..+\.sig)?")
        for path in sorted(context.folder.iterdir()):
            if named.fullmatch(path.name) and path.is_file() and not path.is_symlink():
                yield path
