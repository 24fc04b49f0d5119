"""Each probe against machines made of files."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ceremonies.machine import probes

ROUTES = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
DEFAULT = "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
LOCAL = "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
DOWN_DEFAULT = DEFAULT.replace("0003", "0002")
ZERO = "0" * 32
IPV6_DEFAULT = f"{ZERO} 00 {ZERO} 00 fd{'0' * 29}1 00000400 00000002 00000000 00000003     eth0\n"
IPV6_REJECT = f"{ZERO} 00 {ZERO} 00 {ZERO} ffffffff 00000001 00000000 00200200     eth0\n"
IPV6_LO = f"{ZERO} 00 {ZERO} 00 {ZERO} ffffffff 00000001 00000000 00000001       lo\n"
ADDRESS_LO = f"{'0' * 31}1 01 80 10 80       lo\n"
ADDRESS_ETH = "fe8000000000000000fc00fffe000001 04 40 20 80     eth0\n"


class Machine:
    """A machine that is offline until something is plugged in."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.file("proc/net/route", ROUTES)
        self.file("proc/net/ipv6_route", IPV6_LO)
        self.file("proc/net/if_inet6", ADDRESS_LO)
        self.file("proc/swaps", "Filename\tType\tSize\tUsed\tPriority\n")
        self.file("proc/sys/kernel/core_pattern", "core\n")
        self.interface("lo", flags="0x9", carrier="1")

    def file(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def interface(self, name: str, *, flags: str, carrier: str | None) -> None:
        self.file(f"sys/class/net/{name}/flags", f"{flags}\n")
        if carrier is not None:
            self.file(f"sys/class/net/{name}/carrier", f"{carrier}\n")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_loopback_alone_is_offline(machine: Machine) -> None:
    found = probes.network(machine.root)
    assert found.ok
    assert found.hint == ""


def test_interfaces_that_are_down_or_unplugged_are_offline(machine: Machine) -> None:
    machine.interface("eth0", flags="0x1002", carrier=None)
    machine.interface("eth1", flags="0x1003", carrier="0")
    machine.file("sys/class/net/bonding_masters", "\n")
    machine.file("proc/net/route", ROUTES + DOWN_DEFAULT)
    machine.file("proc/net/ipv6_route", IPV6_LO + IPV6_REJECT)
    assert probes.network(machine.root).ok


def plug_cable(machine: Machine) -> None:
    machine.interface("eth0", flags="0x1003", carrier="1")


def give_address(machine: Machine) -> None:
    machine.interface("wlan0", flags="0x1003", carrier="0")
    machine.file("proc/net/if_inet6", ADDRESS_LO + ADDRESS_ETH.replace("eth0", "wlan0"))


def give_network(machine: Machine) -> None:
    machine.file("proc/net/route", ROUTES + LOCAL)


def give_default(machine: Machine) -> None:
    machine.file("proc/net/route", ROUTES + DEFAULT)


def give_ipv6_default(machine: Machine) -> None:
    machine.file("proc/net/ipv6_route", IPV6_LO + IPV6_DEFAULT)


@pytest.mark.parametrize(
    ("plug", "told"),
    [
        (plug_cable, "interface eth0 is up"),
        (give_address, "interface wlan0 has an address"),
        (give_network, "interface eth0 has a route"),
        (give_default, "a default route leads through eth0"),
        (give_ipv6_default, "an IPv6 default route leads through eth0"),
    ],
)
def test_each_way_out_alone_is_a_network(
    machine: Machine, plug: Callable[[Machine], None], told: str
) -> None:
    plug(machine)
    found = probes.network(machine.root)
    assert not found.ok
    assert told in found.message
    assert found.hint


def test_an_interface_name_cannot_repaint_the_terminal(machine: Machine) -> None:
    machine.interface("e\x1b[2Jh", flags="0x1003", carrier="1")
    assert "\x1b" not in probes.network(machine.root).message


@pytest.mark.parametrize("missing", ["proc/net/route", "sys/class/net"])
def test_what_cannot_be_read_is_not_fit(machine: Machine, missing: str) -> None:
    (machine.root / missing).rename(machine.root / "gone")
    found = probes.network(machine.root)
    assert not found.ok
    assert "cannot tell" in found.message


@pytest.mark.parametrize("text", [ROUTES + "eth0 zz\n", ROUTES + DEFAULT.replace("0003", "zzzz")])
def test_tables_of_an_unknown_form_are_not_fit(machine: Machine, text: str) -> None:
    machine.file("proc/net/route", text)
    assert "cannot tell" in probes.network(machine.root).message


def test_a_kernel_without_ipv6_can_be_offline(machine: Machine) -> None:
    (machine.root / "proc/net/ipv6_route").unlink()
    (machine.root / "proc/net/if_inet6").unlink()
    assert probes.network(machine.root).ok


def test_swap(machine: Machine) -> None:
    assert probes.swap(machine.root).ok
    machine.file("proc/swaps", "Filename Type Size\n/dev/sda2 partition 1024\n/swap file 1\n")
    found = probes.swap(machine.root)
    assert not found.ok
    assert "/dev/sda2, /swap" in found.message
    assert not probes.swap(machine.root / "elsewhere").ok


def test_core_dumps(machine: Machine) -> None:
    assert probes.core_dumps(machine.root, limit=0).ok
    assert not probes.core_dumps(machine.root, limit=-1).ok
    assert not probes.core_dumps(machine.root, limit=1024).ok
    machine.file("proc/sys/kernel/core_pattern", "|/usr/share/apport/apport %p\n")
    assert not probes.core_dumps(machine.root, limit=0).ok


def at(seconds: float) -> Callable[[], float]:
    return lambda: seconds


IN_2026 = 1_790_000_000.0


def test_a_plausible_clock_is_noted_and_not_trusted() -> None:
    found = probes.clock(now=at(IN_2026), monotonic=at(50), boottime=at(50))
    assert found.ok
    assert "2026-09-21" in found.message
    assert "never trusted" in found.message


def test_a_machine_that_slept_says_for_how_long() -> None:
    assert (
        "asleep for 90 s"
        in probes.clock(now=at(IN_2026), monotonic=at(10), boottime=at(100)).message
    )


@pytest.mark.parametrize("now", [0.0, 946_684_800.0, 9_999_999_999.0])
def test_an_impossible_year_is_not_fit(now: float) -> None:
    assert not probes.clock(now=at(now), monotonic=at(1), boottime=at(1)).ok


def test_a_time_since_boot_that_runs_behind_is_not_fit() -> None:
    assert not probes.clock(now=at(IN_2026), monotonic=at(100), boottime=at(10)).ok


def test_a_working_generator() -> None:
    assert probes.entropy(os.urandom).ok


def not_ready(size: int) -> bytes:
    raise BlockingIOError


def short(size: int) -> bytes:
    return os.urandom(size - 1)


@pytest.mark.parametrize("draw", [bytes, lambda n: b"\x07" * n, lambda n: bytes(range(n)), short])
def test_a_constant_flat_or_short_generator_is_not_fit(draw: Callable[[int], bytes]) -> None:
    found = probes.entropy(draw)
    assert not found.ok
    assert found.hint == "do not use this machine"


def test_a_generator_that_would_wait_is_not_fit() -> None:
    assert "not ready" in probes.entropy(not_ready).message


def test_a_probe_is_frozen_and_every_probe_has_its_own_name() -> None:
    found = probes.all_probes()
    assert [probe.name for probe in found] == ["network", "swap", "core-dumps", "clock", "entropy"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        found[0].ok = True  # type: ignore[misc]
    assert all(probe.ok or probe.hint for probe in found)
