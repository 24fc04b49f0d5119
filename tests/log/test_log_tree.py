"""The root is RFC 6962's, by its vectors, by its definition, and after every leaf."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceremonies.log.records import identity
from ceremonies.log.tree import Tree

# the leaves and roots that Certificate Transparency's implementations are tested with
LEAVES = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def root_by_definition(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, as it is written there."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    halves = root_by_definition(leaves[:split]) + root_by_definition(leaves[split:])
    return hashlib.sha256(b"\x01" + halves).digest()


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_those_of_certificate_transparency(size: int) -> None:
    tree = Tree()
    for leaf in LEAVES[:size]:
        tree.append(identity(bytes.fromhex(leaf)))
    assert tree.root().hex() == ROOTS[size]
    assert tree.size == size


@given(st.integers(0, 200))
def test_after_every_leaf_the_root_is_the_one_of_the_definition(size: int) -> None:
    leaves = [identity(number.to_bytes(2, "big")) for number in range(size)]
    tree = Tree()
    for leaf in leaves:
        tree.append(leaf)
    assert tree.root() == tree.root() == root_by_definition(leaves)


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=20), st.data())
def test_another_leaf_anywhere_is_another_root(leaves: list[bytes], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(leaves) - 1))
    tree, other = Tree(), Tree()
    for number, leaf in enumerate(leaves):
        tree.append(leaf)
        other.append(bytes(leaf[:-1]) + bytes([leaf[-1] ^ (number == place)]))
    assert tree.root() != other.root()


def test_many_leaves_are_kept_in_a_few_hashes() -> None:
    tree = Tree()
    for number in range(100_000):
        tree.append(number.to_bytes(32, "big"))
    assert len(tree._peaks) == (100_000).bit_count()
