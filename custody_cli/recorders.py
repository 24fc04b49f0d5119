"""Who keeps what a terminal shows: `script` and its like, or a tmux pane with a pipe.

A recorder is found among the ancestors of this process by its name, and a pipe by asking tmux. What
cannot be told is said, and counts as recorded. Limits: `docs/threat-model.md`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ceremonies.errors import MachineError

_RECORDERS = frozenset({"script", "scriptreplay", "asciinema", "ttyrec", "termrec"})
_RECORDERS_BEGIN = "tlog-rec"
_TMUX_BEGINS = "tmux"
_TMUX_SECONDS = 2.0
_PROC = Path("/proc")
_END_IT = "end the recording, or use a terminal of its own; rehearsals alone may be recorded"


@dataclass(frozen=True, kw_only=True)
class Ancestor:
    """A process above this one: its number, and the name the system knows it by."""

    number: int
    name: str


class _Untold(Exception):
    """Whether the terminal is recorded cannot be told; the argument says why."""


def insist_unrecorded() -> None:
    """Refuse to have a secret on a screen that is recorded, or that may be.

    Raises:
        MachineError: by whom, or why it cannot be told.
    """
    try:
        recorder = _recorder()
    except _Untold as why:
        raise MachineError(
            f"whether this terminal is recorded cannot be told: {why}", hint=_END_IT
        ) from None
    if recorder is not None:
        raise MachineError(
            f"this terminal is recorded by {recorder}, and a secret would be on it", hint=_END_IT
        )


def _recorder() -> str | None:
    """Name who records this terminal; None where nobody does."""
    above = list(_ancestors(os.getppid()))
    return _named(above) or _tmux_pipe(above)


def _named(above: list[Ancestor]) -> str | None:
    for one in above:
        if one.name in _RECORDERS or one.name.startswith(_RECORDERS_BEGIN):
            return f"{one.name} (process {one.number})"
    return None


def _ancestors(number: int) -> Iterator[Ancestor]:
    """List a process and those above it. Where the system has no `/proc` there are none."""
    while number > 0 and _PROC.is_dir():
        try:
            stat = (_PROC / str(number) / "stat").read_text("utf-8", "replace")
        except OSError:
            # hidden by how /proc is mounted, or ended in this moment
            raise _Untold(f"process {number} above this one is hidden") from None
        # the name is in brackets, and may have brackets and spaces of its own
        name, _, rest = stat.partition("(")[2].rpartition(")")
        yield Ancestor(number=number, name=name)
        number = int(rest.split()[1])


def _tmux_pipe(above: list[Ancestor]) -> str | None:
    """Ask tmux, if this is within it, about this pane's pipe and about who is watching it."""
    told = _tmux_environment(above)
    if told is None:
        return None
    if not told.get("TMUX_PANE"):
        raise _Untold("this is within tmux, and which pane it is is not known")
    piped, watching = _ask_tmux(told)
    if piped:
        return "a pipe of tmux"
    for client in watching:
        found = _named(list(_ancestors(int(client))))
        if found is not None:
            return found
    return None


def _tmux_environment(above: list[Ancestor]) -> Mapping[str, str] | None:
    """Find what tmux told its pane, if this is one; a program between may have dropped it."""
    if os.environ.get("TMUX"):
        return os.environ
    if not any(one.name.startswith(_TMUX_BEGINS) for one in above):
        return None
    for one in above:
        try:
            raw = (_PROC / str(one.number) / "environ").read_bytes()
        except OSError:
            continue
        found = dict(pair.partition("=")[::2] for pair in os.fsdecode(raw).split("\0"))
        if found.get("TMUX"):
            return {**os.environ, **{key: found.get(key, "") for key in ("TMUX", "TMUX_PANE")}}
    raise _Untold("this is within tmux, and its variable TMUX is not set")


def _ask_tmux(environment: Mapping[str, str]) -> tuple[bool, list[str]]:
    """Ask whether the pane has a pipe, and for the processes that are attached to tmux."""
    import subprocess

    pane = environment["TMUX_PANE"]
    asked = ["display-message", "-p", "-t", pane, "#{pane_id} #{pane_pipe}"]
    try:
        done = subprocess.run(  # noqa: S603 - the pane's own tmux
            ["tmux", *asked, ";", "list-clients", "-F", "#{client_pid}"],  # noqa: S607
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TMUX_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        raise _Untold("tmux does not answer") from None
    told, *watching = done.stdout.decode("ascii", "replace").splitlines() or [""]
    # of a pane that it does not have, tmux says nothing, and calls that success
    if told not in (f"{pane} 0", f"{pane} 1") or not all(map(str.isdecimal, watching)):
        raise _Untold("tmux does not know this pane")
    return told == f"{pane} 1", watching
