"""Every way to a network is really tried, in a process that is not the tests'."""

from __future__ import annotations

import json
import subprocess
import sys

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
import asyncio, json, os, socket, _socket, sys, tempfile
folder = tempfile.mkdtemp()
pair = socket.socketpair()
if sys.argv[1] == "guarded":
    from ceremonies.machine import guard
    guard.install()
from ceremonies.errors import MachineError
def told(attempt):
    try:
        exec(attempt)
    except MachineError as error:
        return f"refused: {error.cause}"
    except Exception as error:
        return f"reached the system: {type(error).__name__}"
    return "done"
print(json.dumps({attempt: told(attempt) for attempt in json.load(sys.stdin)}))
"""


def tell(*attempts: str, guarded: bool = True) -> dict[str, str]:
    """Make these attempts one after the other, and return what became of each."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "guarded" if guarded else "open"],
        input=json.dumps(attempts),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return json.loads(done.stdout)


def test_the_guard_refuses_every_way() -> None:
    for attempt, became in tell(*TRIES.values()).items():
        assert became.startswith("refused: the program tried to use the network"), attempt


def test_without_the_guard_the_same_tries_reach_the_system() -> None:
    tries = [TRIES[name] for name in ("an IPv4 socket", "a unix bind", "gethostbyname")]
    for attempt, became in tell(*tries, guarded=False).items():
        assert not became.startswith("refused"), attempt


def test_what_needs_no_network_still_works() -> None:
    works = (
        "a, b = socket.socketpair(); a.send(b'x'); assert b.recv(1) == b'x'",
        "asyncio.run(asyncio.sleep(0))",
    )
    assert tell(*works) == dict.fromkeys(works, "done")


def test_the_guard_cannot_be_lifted_by_asking_for_another_hook() -> None:
    attempt = "sys.addaudithook(lambda *_: None); socket.socket(socket.AF_INET)"
    assert tell(attempt)[attempt].startswith("refused")


def test_the_library_alone_installs_no_guard() -> None:
    attempt = "import ceremonies.machine.probes; socket.socket(socket.AF_UNIX).bind(folder + '/s')"
    assert tell(attempt, guarded=False) == {attempt: "done"}
