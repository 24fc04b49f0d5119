"""Every command: no network client, the guard standing, no core dump, nothing it does not need."""

from __future__ import annotations

import json
import resource
import subprocess
import sys

import pytest
from cli.conftest import NewRoom
from cli.failures import Failed
from cli.room import Ran, Room

CLIENTS = {
    "btclib_wallet.fetch",
    "btclib_wallet.hwi",
    "bitcoin_core_rpc",
    "requests",
    "urllib3",
    "urllib.request",
    "http.client",
}
PROMPT = {"prompt_toolkit", "asyncio", "ssl"}
WITHOUT_BIP_UTILS = ("psbt sign", "psbt show", "psbt combine", "psbt finalize")


@pytest.fixture(scope="module")
def every_run(walks: dict[str, Room], failed: dict[str, Failed]) -> list[Ran]:
    runs = [ran for room in walks.values() for ran in room.ran]
    return runs + [failure.ran for failure in failed.values()]


@pytest.fixture(scope="module")
def started_afresh(walks: dict[str, Room]) -> list[Ran]:
    return [ran for room in walks.values() if room.afresh for ran in room.ran]


def core_limit() -> tuple[int, int]:
    return resource.getrlimit(resource.RLIMIT_CORE)


def loaded(ran: Ran) -> set[str]:
    return set(ran.witness["modules"])


def test_no_command_loads_a_network_client(started_afresh: list[Ran]) -> None:
    for ran in started_afresh:
        assert loaded(ran) & CLIENTS == set(), str(ran)


def test_nothing_of_a_prompt_is_loaded_where_nobody_is_asked(started_afresh: list[Ran]) -> None:
    for ran in started_afresh:
        assert loaded(ran) & PROMPT == set(), str(ran)


def test_signing_and_reviewing_do_not_load_the_second_road_to_keys(
    started_afresh: list[Ran],
) -> None:
    for ran in started_afresh:
        if ran.command in WITHOUT_BIP_UTILS:
            assert "bip_utils" not in loaded(ran), str(ran)


def test_rich_draws_for_people_only(started_afresh: list[Ran]) -> None:
    for ran in started_afresh:
        asks = ran.command in ("psbt sign", "message sign") and not {"--yes", "--approve"} & {
            *ran.arguments
        }
        if "--json" in ran.arguments and not asks:
            assert "rich" not in loaded(ran), str(ran)
        assert "typer.rich_utils" not in loaded(ran), str(ran)
    assert any("rich" in loaded(ran) for ran in started_afresh)


def test_the_guard_stands_at_the_end_of_every_command(every_run: list[Ran]) -> None:
    for ran in every_run:
        assert ran.witness["socket_refused"], str(ran)
        assert ran.witness["lookup_refused"], str(ran)


def test_no_command_can_leave_a_core_dump_or_be_traced(every_run: list[Ran]) -> None:
    for ran in every_run:
        assert ran.witness["core_limit"] == [0, 0], str(ran)
        assert ran.witness["dumpable"] == 0, str(ran)


def test_the_witness_sees_a_client_an_open_door_and_core_dumps(new_room: NewRoom) -> None:
    room = new_room("without")
    seen = "import http.client, asyncio, os; os.environ['x'] = '1'; open('left', 'w').close()"
    with subprocess.Popen(
        [sys.executable, "-c", f"{seen}; os.system('true')"],
        cwd=room.work,
        env=room.environment(),
    ) as process:
        assert process.wait(30) == 0
    state = json.loads((room.folder / "witness" / f"{process.pid}.json").read_text())
    assert {"http.client", "asyncio"} <= set(state["modules"])
    assert not state["socket_refused"]
    assert not state["lookup_refused"]
    assert not state["environment_kept"]
    assert state["dumpable"] == 1
    assert state["core_limit"] != [0, 0] or core_limit() == (0, 0)
    assert state["programs"] == ["os.system"]
    assert state["written"] == [str(room.work / "left")]
