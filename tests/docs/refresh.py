"""Write what the program answers today into every transcript: `python tests/docs/refresh.py`.

For whoever changes a help text or a field on purpose; read the difference before committing it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from doc_pages import (  # noqa: E402
    FIRST_KEY,
    PAGES,
    blocks,
    laid_out,
    played,
    rehearsed,
    shown,
    transcript,
    walked,
)


def answers(page: Path, folder: Path, rehearsal: Path) -> list[tuple[str, str]]:
    """Every command of a page, as it is to be shown, and what it answers."""
    laid_out(page, folder, rehearsal)
    if page == FIRST_KEY:
        return walked(page, folder)
    commands = [one.command for one in transcript(page)]
    return list(zip(commands, played(commands, folder), strict=True))


def refreshed(page: Path, folder: Path, rehearsal: Path) -> str:
    """The text of a page with every console block as the program answers it."""
    text, told = page.read_text("utf-8"), iter(answers(page, folder, rehearsal))
    parts, done = [], 0
    for block in blocks(page, "console"):
        typed = [next(told) for _ in shown(block)]
        lines = [line for one, output in typed for line in (f"$ {one}", output) if line]
        parts += [text[done : block.at], "\n".join(lines) + "\n"]
        done = block.at + len(block.text)
    return "".join((*parts, text[done:]))


def main() -> None:
    """Rewrite the pages that are named, or all whose values do not differ at every run."""
    named = sys.argv[1:]
    with tempfile.TemporaryDirectory() as rehearsal:
        done = rehearsed(Path(rehearsal))
        assert done.returncode == 0, done.stdout + done.stderr
        for page in PAGES:
            wanted = page.name in named if named else page != FIRST_KEY
            if wanted and blocks(page, "console"):
                with tempfile.TemporaryDirectory() as folder:
                    page.write_text(refreshed(page, Path(folder), Path(rehearsal)), "utf-8")


if __name__ == "__main__":
    main()
