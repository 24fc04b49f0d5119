"""What a descriptor must be before anything is derived from it, each fault by its own name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ceremonies.bitcoin import slip132
from ceremonies.errors import InputError
from ceremonies.frozen import Frozen
from ceremonies.network import Network

_GROUP = re.compile(r"(?:multi|multi_a|thresh)\(([0-9]{1,9}),")
_TOGETHER = re.compile(r"musig\(")
_PLACED = re.compile(r"(?<=\])([0-9A-Za-z]+(?:/[0-9;<>/*h]*)?)")
_STEPS = re.compile(r"/[0-9;<>/*h]*$")


class Group(Frozen):
    """A `multi`, `sortedmulti`, `multi_a`, `sortedmulti_a` or `thresh`: threshold and arguments."""

    threshold: int
    keys: tuple[str, ...]


def insist_sound(text: str, network: Network) -> None:
    """Refuse keys of another network, thresholds nobody can meet, and keys that count twice.

    Raises:
        InputError: the normalised descriptor has such a fault.
    """
    _insist_network(slip132.keys_in(text), network)
    for group in groups(text):
        _insist_reachable(group)
        _insist_different(group.keys)
    for found in _TOGETHER.finditer(text):
        _insist_different(tuple(_arguments(text, found.end())))
    # leaves of a taproot tree may share a key; within one script Core refuses it too
    if not text.startswith("tr("):
        _insist_different(_PLACED.findall(text), whole=True)


def groups(text: str) -> Iterator[Group]:
    """Yield each multisig of a descriptor, in its order."""
    for found in _GROUP.finditer(text):
        yield Group(int(found[1]), tuple(_arguments(text, found.end())))


def _arguments(text: str, start: int) -> Iterator[str]:
    depth, begun = 0, start
    for at in range(start, len(text)):
        character = text[at]
        if depth == 0 and character in ",)":
            yield text[begun:at]
            begun = at + 1
            if character == ")":
                return
        depth += (character in "({") - (character in ")}")


def _insist_network(keys: Sequence[str], network: Network) -> None:
    strangers = [
        number
        for number, key in enumerate(keys, start=1)
        if slip132.is_mainnet(key) is not network.is_mainnet
    ]
    if not strangers:
        return
    theirs = "a test network" if network.is_mainnet else "mainnet"
    if len(strangers) < len(keys):
        raise InputError(
            f"the keys are of different networks: key {strangers[0]} is of {theirs}",
            hint="ask its owner for the key of this network",
        )
    raise InputError(
        f"the keys are of {theirs}, and the wallet is of {network.name}",
        hint="say --network as the coordinator does",
    )


def _insist_reachable(group: Group) -> None:
    if not 1 <= group.threshold <= len(group.keys):
        raise InputError(
            f"the threshold is {group.threshold}, and there are {len(group.keys)} keys",
            hint="a threshold is 1 at least, and no more than the keys",
        )


def _insist_different(expressions: Sequence[str], *, whole: bool = False) -> None:
    seen: dict[str, int] = {}
    for number, expression in enumerate(expressions, start=1):
        # the key itself: neither another origin nor other steps make it somebody else's
        key = expression if whole else _STEPS.sub("", expression.rpartition("]")[2])
        if key in seen:
            raise InputError(
                f"keys {seen[key]} and {number} are the same key",
                hint="each cosigner has a key of their own: ask who sent which",
            )
        seen[key] = number
