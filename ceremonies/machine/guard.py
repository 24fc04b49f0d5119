"""No network, ever: every act on a socket is refused before the system hears of it."""

from __future__ import annotations

import sys
from typing import Any

from ceremonies.errors import MachineError

_AF_UNIX = 1
_CREATED = "socket.__new__"


def install() -> None:
    """Refuse, for the rest of this process, every socket but an `AF_UNIX` one and every act on it.

    What stays possible is an `AF_UNIX` socket pair, which an event loop needs to wake itself. A
    lone `AF_UNIX` socket can be made and is inert: `connect`, `bind`, `sendto`, `sendmsg` and name
    look-ups raise `MachineError`. An audit hook (PEP 578) cannot be removed again, and sees neither
    C code that opens sockets by itself nor other programs (`docs/threat-model.md`).
    """
    sys.addaudithook(_refuse_network)


def _refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    # everything under `socket.` is refused by default: a new event must not open a door
    if not event.startswith("socket."):
        return
    if event == _CREATED and arguments[1] == _AF_UNIX:
        return
    raise MachineError(
        f"the program tried to use the network ({event.removeprefix('socket.').strip('_')})",
        hint="this tool never needs one: stop, and report what was being done",
    )
