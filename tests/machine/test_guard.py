"""Every way to a network is really tried, in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

TRIES = {
    "an IPv4 socket": "socket.socket(socket.AF_INET, socket.SOCK_STREAM)",
    "an IPv6 socket": "socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)",
    "a raw packet socket": "socket.socket(getattr(socket, 'AF_PACKET', 17), socket.SOCK_RAW)",
    "a bluetooth socket": "socket.socket(31, socket.SOCK_RAW, 1)",
    "a netlink socket": "socket.socket(16, socket.SOCK_RAW)",
    "an adopted socket": "socket.socket(fileno=os.dup(pair[0].fileno()))",
    "the C socket": "_socket.socket(_socket.AF_INET)",
    "create_connection": "socket.create_connection(('127.0.0.1', 9), timeout=1)",
    "create_server": "socket.create_server(('127.0.0.1', 0))",
    "a unix connect": "socket.socket(socket.AF_UNIX).connect('/nowhere')",
    "a unix connect_ex": "socket.socket(socket.AF_UNIX).connect_ex('/nowhere')",
    "a unix bind": "socket.socket(socket.AF_UNIX).bind(os.path.join(folder, 's'))",
    "a unix sendto": "socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b'x', '/nowhere')",
    "a unix sendmsg": "pair[0].sendmsg([b'x'])",
    "getaddrinfo": "socket.getaddrinfo('localhost', 80)",
    "gethostbyname": "socket.gethostbyname('localhost')",
    "gethostbyname_ex": "socket.gethostbyname_ex('localhost')",
    "gethostbyaddr": "socket.gethostbyaddr('127.0.0.1')",
    "getnameinfo": "socket.getnameinfo(('127.0.0.1', 80), 0)",
    "getfqdn": "socket.getfqdn('localhost')",
    "urllib": "__import__('urllib.request').request.urlopen('http://127.0.0.1:9')",
    "http.client": "__import__('http.client').client.HTTPConnection('127.0.0.1', 9).connect()",
    "asyncio": "asyncio.run(asyncio.open_connection('127.0.0.1', 9))",
}

PROGRAM = """
import asyncio, os, socket, _socket, sys, tempfile
folder = tempfile.mkdtemp()
pair = socket.socketpair()
if sys.argv[1] == "guarded":
    from ceremonies.machine import guard
    guard.install()
from ceremonies.errors import MachineError
try:
    {attempt}
except MachineError as error:
    print("refused", error.cause, error.hint)
except Exception as error:
    print("reached the system:", type(error).__name__)
else:
    print("done")
"""


def run(attempt: str, *, guarded: bool = True) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(attempt=attempt), "guarded" if guarded else "open"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("name", TRIES)
def test_the_guard_refuses(name: str) -> None:
    assert run(TRIES[name]).startswith("refused the program tried to use the network")


@pytest.mark.parametrize("name", ["an IPv4 socket", "a unix bind", "gethostbyname"])
def test_without_the_guard_the_same_try_reaches_the_system(name: str) -> None:
    assert "refused" not in run(TRIES[name], guarded=False)


def test_a_unix_pair_still_carries_bytes() -> None:
    assert run("a, b = socket.socketpair(); a.send(b'x'); assert b.recv(1) == b'x'") == "done\n"


def test_an_event_loop_still_runs() -> None:
    assert run("asyncio.run(asyncio.sleep(0))") == "done\n"


def test_the_guard_cannot_be_lifted_by_asking_for_another_hook() -> None:
    attempt = "sys.addaudithook(lambda *_: None); socket.socket(socket.AF_INET)"
    assert run(attempt).startswith("refused")


def test_the_library_alone_installs_no_guard() -> None:
    attempt = "import ceremonies.machine.probes; socket.socket(socket.AF_UNIX).bind(folder + '/s')"
    assert run(attempt, guarded=False) == "done\n"
