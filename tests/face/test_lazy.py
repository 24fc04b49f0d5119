"""A command loads what it needs and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from custody_process import attempt, environment

HEAVY = {
    "rich",
    "prompt_toolkit",
    "msgspec",
    "btclib",
    "btclib_wallet",
    "bip_utils",
    "coincurve",
    "cryptography",
    "mnemonic",
    "shamir_mnemonic",
    "asyncio",
    "ssl",
    "socket",
    "requests",
    "urllib3",
    "qrcode",
    "zxingcpp",
    "PIL",
    "cv2",
    "numpy",
}

LOADED = """
import json, sys
sys.argv = ["custody", *{arguments!r}]
import custody_cli.main as face
try:
    face.run()
except SystemExit:
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


def loaded(arguments: list[str]) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", LOADED.format(arguments=arguments)],
        capture_output=True,
        env=environment(),
        start_new_session=True,
        timeout=60,
        check=True,
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["doctor", "--json"], ["doctor", "--help"], ["nonsense", "--json"]],
)
def test_help_and_json_need_nothing_heavy(arguments: list[str]) -> None:
    assert loaded(arguments) & HEAVY == set()


ENGINES = HEAVY - {"msgspec", "cryptography"}


@pytest.mark.parametrize("verb", [["list"], ["show", "rotate"], ["check", "sign"]])
def test_what_tells_of_a_script_loads_no_engine(verb: list[str]) -> None:
    assert loaded(["ceremony", *verb, "--json"]) & ENGINES == set()


def test_drawing_for_people_loads_rich_and_no_prompt() -> None:
    assert loaded(["doctor"]) & HEAVY == {"rich"}


def test_only_the_noun_that_was_called_is_imported() -> None:
    commands = {name for name in loaded(["doctor", "--json"]) if ".commands." in name}
    assert commands == {"custody_cli.commands.doctor"}
    assert not {name for name in loaded(["--help"]) if ".commands." in name}


def test_the_terminal_is_importable_without_prompt_toolkit() -> None:
    body = "from custody_cli import terminal, sources\nprint('prompt_toolkit' in sys.modules)"
    assert attempt(body).stdout == b"False\n"
