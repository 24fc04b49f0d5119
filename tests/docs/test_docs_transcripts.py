"""What the pages show is what happens: every console block is typed again."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from doc_pages import (
    DOCS,
    FIRST_KEY,
    PAGES,
    blocks,
    differs,
    laid_out,
    passing,
    played,
    tidy,
    transcript,
    walked,
)
from once import once
from shared_data import ROOT

from ceremonies.spoken import words

REPLAYED = [page for page in PAGES if page != FIRST_KEY and blocks(page, "console")]
NEEDED = {"auditor.md": "ssh-keygen", "custodian.md": "ssh-keygen"}
"""Programs of others that a page uses."""


@pytest.fixture(scope="module")
def answers(
    tmp_path_factory: pytest.TempPathFactory, rehearsal: Path
) -> dict[Path, tuple[list[str], frozenset[str]]]:
    """What the program answers to each page, all pages typed at once, and what of it passes."""
    pages = [FIRST_KEY, *REPLAYED]
    # made before the threads, which pytest's own folders are not made for
    folders = {page: tmp_path_factory.mktemp(page.stem) for page in pages}

    def typed(page: Path) -> tuple[list[str], frozenset[str]]:
        folder = folders[page]
        laid_out(page, folder, rehearsal)
        if page == FIRST_KEY:
            return [answer for _, answer in walked(page, folder)], frozenset()
        told = played([one.command for one in transcript(page)], folder)
        return told, passing(rehearsal, folder)

    def type_all() -> dict[Path, tuple[list[str], frozenset[str]]]:
        with ThreadPoolExecutor(4) as pool:
            return dict(zip(pages, pool.map(typed, pages), strict=True))

    return once(tmp_path_factory, "pages", type_all)


@pytest.mark.parametrize("page", REPLAYED, ids=lambda page: page.name)
def test_what_a_page_shows_is_what_the_program_answers(
    page: Path, answers: dict[Path, tuple[list[str], frozenset[str]]]
) -> None:
    needed = NEEDED.get(page.name)
    if needed and not shutil.which(needed):
        pytest.skip(f"{needed} is not installed")
    told, changing = answers[page]
    wrong = [
        f"$ {one.command}\n{answer}"
        for one, answer in zip(transcript(page), told, strict=True)
        if differs(tidy(one.output), answer, changing)
    ]
    assert not wrong, f"`python tests/docs/refresh.py {page.name}` where this is meant:\n" + (
        "\n".join(wrong)
    )


def test_the_first_key_can_be_walked(
    answers: dict[Path, tuple[list[str], frozenset[str]]],
) -> None:
    shown = [tidy(one.output) for one in transcript(FIRST_KEY)]
    assert len(shown) > 15
    for before, now in zip(shown, answers[FIRST_KEY][0], strict=True):
        assert _without_chance(now) == _without_chance(before)


def test_only_what_another_version_changes_may_differ(rehearsal: Path) -> None:
    changing = passing(rehearsal)
    seal = sorted((rehearsal / "keygen" / "seals").glob("seal-????????"))[-1]
    root = re.findall("^root (.*)$", seal.read_text(), re.MULTILINE)[0]
    digest = hashlib.sha256(seal.read_bytes())
    spoken = " ".join(words(digest.digest()).split()[:5])
    answered = f"size 64\nroot {root}\nid {digest.hexdigest()}\nin words   {spoken}"
    other = answered.replace(root, "A" * 43 + "=").replace(digest.hexdigest(), "0" * 64)
    assert not differs(other.replace(spoken, "one two three"), answered, changing)
    assert differs(answered.replace("64", "65"), answered, changing)
    assert differs(answered.replace(root, "none"), answered, changing)
    txid = "23fdbb7ddccb7fe575055bc9b7f3c0aace124418eff6b5a7aa4771caa7ce0597"
    assert differs("0" * 64, txid, changing)


def _without_chance(text: str) -> str:
    """A text without what differs from key to key: hex, keys, addresses, spoken words."""
    spoken = set(words(bytes(n for byte in range(256) for n in (byte, byte))).split())
    hidden = re.sub(r"[a-z]{3,}", lambda found: "W" if found[0] in spoken else found[0], text)
    hidden = re.sub(r"W(?:\s+W)+", "WORDS", hidden)
    hidden = re.sub(r"\b(bcrt )?([0-9a-z]{4} )+[0-9a-z]{1,4}$", "FOURS", hidden, flags=re.MULTILINE)
    hidden = re.sub(r"wpkh\(\S*#\w{8}", "DESCRIPTOR", hidden)
    hidden = re.sub(r"\btpub\w+|\bbcrt1\w+", "KEY", hidden)
    hidden = re.sub(r"(?<![\w.])[0-9a-f]{8}(?:[0-9a-f]{56})?\b", "HASH", hidden)
    return re.sub(r'("set": "|set +)[0-9a-f]{4}\b', r"\1SET", hidden)


def test_what_differs_is_hidden_and_nothing_else() -> None:
    assert _without_chance('{"set": "0a2f", "needs": 2}') == '{"set": "SET", "needs": 2}'
    assert _without_chance("fee  0.00001410 BTC") == "fee  0.00001410 BTC"
    assert _without_chance("signed by   f127638d") == "signed by   HASH"
    assert (
        _without_chance("in words  hockey stethoscope\n  physique\nfee") == "in words  WORDS\nfee"
    )


def test_a_page_that_is_wrong_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "wrong.md"
    page.write_text("```console\n$ printf 'yes  \\n\\n'; (exit 3)\nno\n$ echo $?\n3\n```\n")
    one, other = transcript(page)
    assert played([one.command, other.command], tmp_path) == ["yes", "3"]
    assert (one.output, other.output) == ("no", "3")


def test_the_library_example_signs_with_no_terminal() -> None:
    script = DOCS / "library_example.py"
    done = subprocess.run(
        [sys.executable, script],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT), "PATH": "/nowhere"},
        start_new_session=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told, psbt = done.stdout.splitlines()
    assert re.fullmatch(r"[0-9a-f]{8} 1 1410 sat", told)

    from ceremonies.bitcoin.psbt import parse
    from ceremonies.signing.finish import finalize

    assert "interpreter" in finalize(parse(bytes.fromhex(psbt))).verified_by


def test_the_library_example_is_fifteen_lines_and_stands_on_its_page() -> None:
    source = (DOCS / "library_example.py").read_text("utf-8")
    code = source.split('"""', 2)[2]
    assert len([line for line in code.splitlines() if line.strip()]) == 15
    assert "import typer" not in code
    assert "custody_cli" not in code
    (shown,) = blocks(DOCS / "library.md", "python")
    assert shown.text == source
