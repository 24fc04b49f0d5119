"""What the kernel says about network interfaces and routes, read from /proc and /sys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

_LOOPBACK = "lo"
_IFF_UP = 0x1
_RTF_UP = 0x1
_RTF_REJECT = 0x200


def up(root: Path) -> Iterator[str]:
    """Yield one sentence for each interface, other than loopback, that has a carrier or address.

    Raises:
        OSError: the kernel does not say (no /sys/class/net or /proc/net).
        ValueError: it says it in an unknown form.
    """
    addressed = set(_ipv6_addressed(root))
    for folder in sorted((root / "sys/class/net").iterdir()):
        name = folder.name
        # bonding and the like leave plain files here
        if name == _LOOPBACK or not folder.is_dir():
            continue
        if not int((folder / "flags").read_text("ascii"), 16) & _IFF_UP:
            continue
        if _has_carrier(folder):
            yield f"interface {name} is up"
        elif name in addressed:
            yield f"interface {name} has an address"
    yield from _ipv4_routed(root)


def default_routes(root: Path) -> Iterator[str]:
    """Yield one sentence for each default route, IPv4 and IPv6, that rejects nothing."""
    for fields in _table(root / "proc/net/route", columns=8, skip=1):
        interface, destination, mask = fields[0], fields[1], fields[7]
        if int(destination, 16) == 0 and int(mask, 16) == 0 and _usable(fields[3]):
            yield f"a default route leads through {interface}"
    if not (root / "proc/net/ipv6_route").exists():
        return
    for fields in _table(root / "proc/net/ipv6_route", columns=10):
        destination, length, interface = fields[0], fields[1], fields[9]
        everywhere = int(destination, 16) == 0 and int(length, 16) == 0
        if everywhere and interface != _LOOPBACK and _usable(fields[8]):
            yield f"an IPv6 default route leads through {interface}"


def _has_carrier(folder: Path) -> bool:
    try:
        return (folder / "carrier").read_text("ascii").strip() == "1"
    except OSError:
        # the kernel answers EINVAL for an interface that is down
        return False


def _ipv6_addressed(root: Path) -> Iterator[str]:
    path = root / "proc/net/if_inet6"
    if path.exists():
        for fields in _table(path, columns=6):
            if fields[5] != _LOOPBACK:
                yield fields[5]


def _ipv4_routed(root: Path) -> Iterator[str]:
    # an IPv4 address brings a route to its own network
    for fields in _table(root / "proc/net/route", columns=8, skip=1):
        if fields[0] != _LOOPBACK and _usable(fields[3]) and int(fields[1], 16) != 0:
            yield f"interface {fields[0]} has a route"


def _usable(flags: str) -> bool:
    value = int(flags, 16)
    return bool(value & _RTF_UP) and not value & _RTF_REJECT


def _table(path: Path, *, columns: int, skip: int = 0) -> Iterator[list[str]]:
    for line in path.read_text("ascii").splitlines()[skip:]:
        fields = line.split()
        if len(fields) >= columns:
            yield fields
        elif fields:
            raise ValueError("a line of an unknown form")
