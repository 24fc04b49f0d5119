"""The walks and the failures, done once for all tests of the whole program."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from cli import failures, walk
from cli.failures import FAILURES, Failed
from cli.known import Known
from cli.room import Room
from once import once
from shared_data import have_shared

NewRoom = Callable[..., Room]
"""Makes an empty room of this name, in which the program is started `afresh` or not."""

LIVES: dict[str, Callable[[Room], None]] = {
    "people": lambda room: walk.live(room),
    "scripts": lambda room: walk.live(room, "--json", "--debug"),
    "slip39": lambda room: walk.live_slip39(room, "--debug"),
    "room-people": lambda room: walk.live_ceremonies(room),
    "room-scripts": lambda room: walk.live_ceremonies(room, "--json", "--debug"),
}
AFRESH = ("scripts", "room-scripts", "slip39")
"""Those in which every call loads the program, so that what it imports can be seen."""

CORE_LIVES: dict[str, Callable[[Room], None]] = {
    "wpkh": lambda room: walk.live_core(room, "wpkh", "--debug"),
    "wsh-2of3": lambda room: walk.live_core(room, "wsh-2of3", "--json"),
}


@pytest.fixture(scope="session")
def new_room(tmp_path_factory: pytest.TempPathFactory) -> NewRoom:
    # made before the threads, which pytest's own base folder is not made for
    tmp_path_factory.getbasetemp()
    return lambda name, *, afresh=False: Room(tmp_path_factory.mktemp(name), afresh=afresh)


@pytest.fixture(scope="session")
def walks(tmp_path_factory: pytest.TempPathFactory, new_room: NewRoom) -> dict[str, Room]:
    """Rooms in which keys have lived: for people, for scripts, under SLIP-39, and Core's own."""

    def live() -> dict[str, Room]:
        lives = LIVES | (CORE_LIVES if have_shared() else {})
        rooms = {name: new_room(name, afresh=name in AFRESH) for name in lives}
        with ThreadPoolExecutor(os.cpu_count()) as crowd:
            for done in [crowd.submit(lives[name], room) for name, room in rooms.items()]:
                done.result()
        return rooms

    return once(tmp_path_factory, "walks", live)


@pytest.fixture(scope="session")
def furnished(new_room: NewRoom, walks: dict[str, Room]) -> Room:
    """A room with a life that was lived, and broken pieces of it."""
    room = new_room("furnished")
    failures.furnish(room, walks["scripts"])
    return room


@pytest.fixture(scope="session")
def failed(
    tmp_path_factory: pytest.TempPathFactory, new_room: NewRoom, walks: dict[str, Room]
) -> dict[str, Failed]:
    """Every failure, as scripts see it and with the place of the error told."""
    cores = os.cpu_count() or 1

    def fail_in(room: Room, names: list[str]) -> dict[str, Failed]:
        failures.furnish(room, walks["scripts"])
        found = {}
        for name in names:
            code, arguments = failures.arguments_of(name)
            found[name] = Failed(room.run(*arguments, "--json", "--debug"), code)
        return found

    def fail() -> dict[str, Failed]:
        rooms = [new_room("failing") for _ in range(cores)]
        names = [list(FAILURES)[first::cores] for first in range(cores)]
        with ThreadPoolExecutor(cores) as crowd:
            parts = list(crowd.map(fail_in, rooms, names))
        return {name: failure for part in parts for name, failure in part.items()}

    return once(tmp_path_factory, "failed", fail)


@pytest.fixture(scope="session")
def known(walks: dict[str, Room]) -> Known:
    """The secrets of all walks."""
    found = walk.secrets_of(walks)
    failures.add_strays(found)
    return found
