"""The pages about the log say what the program writes: fields, bytes, hashes, seals, signatures."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import types
import typing
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import msgspec
import pytest
from doc_pages import DOCS, blocks
from shared_data import ROOT

from ceremonies.log import facts, records, seal, signers, sshkey
from ceremonies.log.commitment import boot_mark
from ceremonies.log.facts import FACTS, forms
from ceremonies.log.records import MOST_BYTES
from ceremonies.log.verify import State
from custody_cli.world import program_sha256

FORMAT, RECORDS = DOCS / "log-format.md", DOCS / "log-records.md"

FORMS: dict[Any, str] = {
    str: "text",
    bool: "flag",
    forms.Count: "number",
    forms.Difference: "difference",
    forms.Sha256: "hash",
    forms.PartSha256: "hash",
    forms.Fingerprint: "fingerprint",
    forms.PartFingerprint: "fingerprint",
    forms.Nonce: "nonce",
    forms.LogName: "log name",
    forms.WallClaimed: "time",
    forms.TornName: "torn name",
    forms.Text: "some text",
    forms.PersonName: "person",
    forms.CardName: "card",
    forms.GroupName: "group",
    forms.Path: "path",
    forms.Outpoint: "coin",
}
PARTS = {
    facts.PlannedStep: "planned step",
    facts.PlannedRole: "planned role",
    facts.ProbeResult: "probe",
    facts.VoidCard: "void card",
    facts.CheckedLibrary: "library",
    facts.LoggedFinding: "finding",
}


def form(hint: Any) -> str:
    """The words of the page for the type of a field."""
    known = {**FORMS, **PARTS}
    if hint in known:
        return known[hint]
    if get_origin(hint) in (types.UnionType, typing.Union):
        (inner,) = (one for one in get_args(hint) if one is not type(None))
        return f"{form(inner)} or null"
    if get_origin(hint) is Literal:
        return " or ".join(f'"{one}"' for one in get_args(hint))
    if get_origin(hint) is tuple:
        return f"list of {form(get_args(hint)[0])}"
    if get_origin(get_args(hint)[0]) is tuple:
        (meta,) = hint.__metadata__
        many = f"{meta.min_length} {f'to {meta.max_length}' if meta.max_length else 'or more'}"
        return f"list of {many} {form(get_args(get_args(hint)[0])[0])}"
    assert "ge=1" in str(hint), hint
    return "number from 1"


def fields_of(kind: type[msgspec.Struct]) -> str:
    """The cell of the page that lists the fields of a record, in their order."""
    hints = typing.get_type_hints(kind, include_extras=True)
    return "; ".join(
        f"`{one.encode_name}` {form(hints[one.name])}" for one in msgspec.structs.fields(kind)
    )


def rows(page: Path, title: str) -> list[list[str]]:
    section = page.read_text("utf-8").split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]


def test_every_record_is_on_the_page_with_every_field_in_its_order() -> None:
    told = {row[0].strip("`"): row[1] for row in rows(RECORDS, "Records")}
    assert told == {name: fields_of(kind) for name, kind in FACTS.items()}


def test_every_part_of_a_record_is_on_the_page() -> None:
    told = {row[0].strip("`"): row[1] for row in rows(RECORDS, "Parts of records")}
    assert told == {name: fields_of(kind) for kind, name in PARTS.items()}


def test_every_form_of_a_field_is_on_the_page() -> None:
    told = {row[0].strip("`"): row[1] for row in rows(RECORDS, "Forms of fields")}
    assert set(told) == set(FORMS.values()) | {"number from 1"}
    for hint, name in FORMS.items():
        for meta in getattr(hint, "__metadata__", ()):
            if meta.min_length and meta.min_length == meta.max_length:
                assert f"`[0-9a-f]{{{meta.min_length}}}`" in told[name], name
            elif meta.min_length:
                many = (
                    f"{meta.min_length} to {meta.max_length}" if meta.max_length else "at least 1"
                )
                assert many in told[name], name
            if meta.pattern:
                assert f"`{meta.pattern[2:-2]}`" in told[name], name


def test_every_state_is_on_the_page() -> None:
    assert [row[0].strip("`") for row in rows(RECORDS, "States")] == list(State)


@pytest.fixture
def folder(rehearsal: Path) -> Path:
    """The folder of the second ceremony of a rehearsal."""
    return rehearsal / "sign"


def test_the_program_of_the_page_verifies_a_log_with_a_hash_function_alone(
    folder: Path, tmp_path: Path
) -> None:
    (program,) = blocks(FORMAT, "python")
    imported = {line.split()[1] for line in program.text.splitlines() if "import " in line}
    assert imported == {"base64", "hashlib", "json", "pathlib", "sys"}
    (tmp_path / "check.py").write_text(program.text)
    shutil.copytree(folder, tmp_path / "sign")
    log = tmp_path / "sign" / "log.jsonl"
    data = log.read_bytes()
    assert _checked(tmp_path) == 0
    for at in (10, 500, len(data) - 20):
        log.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        assert _checked(tmp_path) != 0
    log.write_bytes(data)
    assert _checked(tmp_path) == 0


def _checked(folder: Path) -> int:
    call = [sys.executable, "-I", "check.py", "sign", "48"]
    return subprocess.run(call, cwd=folder, capture_output=True, check=False).returncode


def test_a_line_is_written_as_the_page_says(folder: Path) -> None:
    text = FORMAT.read_text("utf-8")
    assert f"{MOST_BYTES:,} bytes" in text
    (line,) = (one.text for one in blocks(FORMAT, "json") if '"seq":2' in one.text)
    read = records.decode(line.encode())
    assert list(json.loads(line)) == ["v", "seq", "prev", "type", "boot", "mono_ms", "data"]
    made = (folder / "log.jsonl").read_bytes().splitlines(keepends=True)[2]
    assert records.decode(made).fact == read.fact
    odd = facts.Attested(step='a"\\\n\x1f\x7f/ä\u2028', role="b", person="c")
    written = records.encode(odd, seq=0, prev=bytes(32), boot="0" * 16, mono_ms=0)
    assert b'"a\\"\\\\\\n\\u001f\x7f/\xc3\xa4\xe2\x80\xa8"' in written


def test_commitments_and_boot_marks_are_computed_as_the_page_says(folder: Path) -> None:
    found = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    log = found[0]["data"]["log"]
    for line in (folder / "reveal.jsonl").read_text().splitlines():
        opened = json.loads(line)
        assert list(opened) == ["seq", "field", "salt", "value"]
        text = "{salt}:{log}:{seq}:{field}:{value}\n".format(log=log, **opened)
        assert sha256(text.encode()).hexdigest() in found[opened["seq"]]["data"].values()
    nonce = found[0]["data"]["nonce"]
    assert boot_mark("an id", nonce=nonce) == sha256(f"{nonce}:an id\n".encode()).hexdigest()[:16]


def test_the_programs_hash_is_computed_as_the_page_says() -> None:
    files = [
        path
        for package in ("ceremonies", "custody_cli")
        for path in (ROOT / package).rglob("*")
        if path.suffix in (".py", ".txt", ".toml", ".html")
    ]
    listed = "".join(
        f"{sha256((ROOT / name).read_bytes()).hexdigest()}  {name}\n"
        for name in sorted(str(path.relative_to(ROOT)) for path in files)
    )
    assert sha256(listed.encode()).hexdigest() == program_sha256()


def test_the_seal_of_the_page_is_one() -> None:
    (shown,) = blocks(FORMAT, "text")
    assert seal.parse(shown.text.encode()).text() == shown.text.encode()


def test_the_keys_and_signers_that_count_are_on_the_page() -> None:
    told = {row[0].strip("`") for row in rows(FORMAT, "Signatures")}
    kinds = {"ssh-ed25519", "ssh-rsa", sshkey._SK_ED25519, sshkey._SK_ECDSA}
    assert told == kinds | {f"ecdsa-sha2-{curve}" for curve in sshkey._CURVES}
    text = FORMAT.read_text("utf-8")
    assert f"`{signers.NAME.pattern}`" in text
    (line,) = (one.text for one in blocks(FORMAT, "sh") if "namespaces=" in one.text)
    assert signers.read(line.encode()).names == ("alice",)
