"""Whether two wallets are the same one, and where they differ."""

from __future__ import annotations

from collections.abc import Iterator

from ceremonies.bitcoin.derivation import format_path
from ceremonies.bitcoin.descriptor import DescriptorKey
from ceremonies.frozen import Frozen
from ceremonies.wallets.explained import explain
from ceremonies.wallets.wallet import Wallet


class Difference(Frozen):
    """One difference: what differs, in words, and whether it makes them different wallets."""

    what: str
    words: str
    matters: bool = True


class Comparison(Frozen):
    """What differs between two files, A and B."""

    differences: tuple[Difference, ...]

    @property
    def is_same(self) -> bool:
        """Whether both are one wallet: the same scripts, and the same keys to sign them."""
        return not any(one.matters for one in self.differences)

    @property
    def sentence(self) -> str:
        """The answer in one line."""
        verdict = "the same wallet" if self.is_same else "different wallets"
        told = "; ".join(one.words for one in self.differences)
        return f"{verdict}: {told}" if told else verdict


def compare(one: Wallet, other: Wallet) -> Comparison:
    """Compare two wallets by everything that decides about coins, and name what else differs."""
    return Comparison((*_deciding(one, other), *_besides(one, other)))


def _deciding(one: Wallet, other: Wallet) -> Iterator[Difference]:
    if one.network != other.network:
        names = f"A is of {one.network.name}, B of {other.network.name}"
        yield Difference("network", names)
    if one.descriptor == other.descriptor:
        return
    told = list(_of_descriptors(one, other))
    yield from told
    # whatever the words above do not know is a difference all the same
    if not told and not _same_scripts(one, other):
        means = explain(one).sentence, explain(other).sentence
        if means[0] != means[1]:
            yield Difference("conditions", f"A asks for {means[0]}, B for {means[1]}")
        else:
            yield Difference("descriptor", "the same keys stand in other places of the descriptor")


def _of_descriptors(one: Wallet, other: Wallet) -> Iterator[Difference]:
    first, second = one.branches[0], other.branches[0]
    if first.kind != second.kind:
        yield Difference("script", f"A is {first.kind}, B is {second.kind}")
    if one.threshold != other.threshold:
        yield Difference("threshold", f"A needs {_many(one)}, B needs {_many(other)}")
    sorts = [m.sort if m else None for m in (first.multisig, second.multisig)]
    if None not in sorts and sorts[0] != sorts[1]:
        yield Difference("sorting", f"the keys of {'A' if sorts[0] else 'B'} alone are sorted")
    if len(one.branches) != len(other.branches):
        yield Difference("branches", f"A has {_branches(one)}, B has {_branches(other)}")
    elif [k.steps for b in one.branches for k in b.keys] != [
        k.steps for b in other.branches for k in b.keys
    ] and _by_key(one) == _by_key(other):
        yield Difference("branches", "their keys have different steps below them")
    yield from _keys(one, other)


def _many(wallet: Wallet) -> str:
    return "what its scripts say" if wallet.threshold is None else f"{wallet.threshold}"


def _branches(wallet: Wallet) -> str:
    return "two branches" if len(wallet.branches) == 2 else "one branch"


def _by_key(wallet: Wallet) -> list[tuple[str, str]]:
    return [(key.expression, key.xpub) for key in wallet.branches[0].keys]


def _keys(one: Wallet, other: Wallet) -> Iterator[Difference]:
    theirs = {key.xpub: key for key in other.branches[0].keys}
    ours = {key.xpub: key for key in one.branches[0].keys}
    for number, key in enumerate(ours.values(), start=1):
        twin = theirs.get(key.xpub)
        if twin is None:
            yield Difference("keys", f"key {number} of A, {_said(key)}, is not in B")
        elif (twin.fingerprint, twin.origin) != (key.fingerprint, key.origin):
            yield Difference(
                "origins", f"key {number} of A is {_said(key)}, and in B it is {_said(twin)}"
            )
    for number, key in enumerate(theirs.values(), start=1):
        if key.xpub not in ours:
            alike = any(key.fingerprint == mine.fingerprint for mine in ours.values())
            twist = ", under a fingerprint that A has too," if alike else ","
            yield Difference("keys", f"key {number} of B, {_said(key)}{twist} is not in A")


def _said(key: DescriptorKey) -> str:
    return f"{key.fingerprint} at {format_path(key.origin)}"


def _same_scripts(one: Wallet, other: Wallet) -> bool:
    """Whether only the order of sorted keys is another."""
    first, second = one.branches[0].multisig, other.branches[0].multisig
    if first is None or second is None or not (first.sort and second.sort):
        return False
    if one.network != other.network or len(one.branches) != len(other.branches):
        return False
    return all(
        a.kind == b.kind
        and a.multisig == b.multisig
        and {(k.expression, k.steps) for k in a.keys} == {(k.expression, k.steps) for k in b.keys}
        and a.script_at(0) == b.script_at(0)
        for a, b in zip(one.branches, other.branches, strict=True)
    )


def _besides(one: Wallet, other: Wallet) -> Iterator[Difference]:
    if one.descriptor != other.descriptor and _same_scripts(one, other):
        yield Difference(
            "order",
            "their sorted keys are listed in another order, so their ids differ",
            matters=False,
        )
    if one.name != other.name:
        yield Difference("name", f"A is called {one.name}, B {other.name}", matters=False)
    if one.ours != other.ours:
        yield Difference("ours", "they say different keys are in this room", matters=False)
    if one.policy_sha256 != other.policy_sha256:
        yield Difference("policy", "they pin different policies, or one pins none", matters=False)
