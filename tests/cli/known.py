"""Known secrets in every form they could leak in, and the search for them."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator

from btclib_wallet.bip32 import BIP32KeyData, derive_, rootxprv_from_seed_

from ceremonies.bitcoin.derivation import parse_path
from ceremonies.keys import seedqr
from ceremonies.keys.seed import read_seed
from ceremonies.network import MAINNET, REGTEST
from ceremonies.secret import Secret

_PUBLIC = "practice practice practice "
"""What every rehearsal's phrase begins with."""

_IN_A_ROW = 3
_ROLLS_IN_A_ROW = 12
_INDICES = 10
_BEGINNING = 8
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ACCOUNTS = {REGTEST: ("m/84h/1h/0h", "m/48h/1h/0h/2h"), MAINNET: ("m/84h/0h/0h",)}


class Known:
    """Secrets by what they are; `seen_in` says which of them some bytes betray."""

    def __init__(self) -> None:
        self._exact: dict[bytes, dict[str, bytes]] = {}
        self._in_hex: dict[bytes, dict[str, bytes]] = {}
        self._rows: dict[tuple[str, ...], str] = {}

    def add_words(self, name: str, words: str) -> None:
        """Any three neighbouring words of a phrase or card give it away."""
        said = words.removeprefix(_PUBLIC).split()
        for start in range(len(said) - _IN_A_ROW + 1):
            self._rows[tuple(said[start : start + _IN_A_ROW])] = f"{name}, words {start + 1} on"

    def add_bytes(self, name: str, data: bytes) -> None:
        """Bytes as they are, in hex and in Base64."""
        _put(self._exact, name, data)
        _put(self._in_hex, f"{name} in hex", data.hex().encode())
        # the last group depends on what follows
        _put(self._exact, f"{name} in base64", base64.b64encode(data)[: len(data) // 3 * 4])

    def add_text(self, name: str, text: str) -> None:
        """A passphrase, for example."""
        _put(self._exact, name, text.encode())

    def add_rolls(self, rolls: str) -> None:
        """Any twelve dice rolls in a row."""
        for start in range(len(rolls) - _ROLLS_IN_A_ROW + 1):
            self.add_text(f"dice from roll {start + 1}", rolls[start : start + _ROLLS_IN_A_ROW])

    def add_seed(self, name: str, written: str, passphrase: str = "") -> None:
        """A phrase or `slip39:HEX`, and everything that is derived from it."""
        seed = read_seed(Secret(written.encode()))
        is_phrase = seed.scheme.value == "bip39"
        if is_phrase:
            self.add_words(name, written)
            if len(seed.secret) in (16, 32):
                self.add_text(f"{name} seedqr", seedqr.digits(seed).reveal().decode())
        if passphrase:
            self.add_text(f"{name} passphrase", passphrase)
        self.add_bytes(f"{name} secret", seed.secret.reveal())
        for text in {"", passphrase} if is_phrase else {""}:
            whose = f"{name} with passphrase" if text else name
            bip32_seed = seed.bip32_seed(Secret(text.encode()) if text else None).reveal()
            self.add_bytes(f"{whose} seed", bip32_seed)
            for where, node in _nodes(bip32_seed):
                self._add_node(f"{whose} {where}", node)

    def _add_node(self, where: str, node: BIP32KeyData) -> None:
        key = node.key[1:]
        self.add_text(f"{where} xprv", node.b58encode())
        self.add_bytes(f"{where} key", key)
        for version in (b"\x80", b"\xef"):
            wif = _base58check(version + key + b"\x01")
            self.add_text(f"{where} wif {version.hex()}", wif)

    def seen_in(self, content: bytes) -> set[str]:
        """The names of the secrets that some bytes betray."""
        said = re.findall(r"[a-z]+", content.decode("utf-8", "replace").lower())
        rows = zip(*(said[start:] for start in range(_IN_A_ROW)), strict=False)
        return {
            *_found(self._exact, content),
            *_found(self._in_hex, content.lower()),
            *(self._rows[row] for row in rows if row in self._rows),
        }

    def every_form(self) -> Iterator[tuple[str, bytes]]:
        """Each secret in each form, to plant."""
        for known in (self._exact, self._in_hex):
            for forms in known.values():
                yield from forms.items()
        yield from ((name, ", ".join(row).encode()) for row, name in self._rows.items())


def _put(known: dict[bytes, dict[str, bytes]], name: str, data: bytes) -> None:
    assert len(data) >= _BEGINNING, f"{name} is too short to be told from chance"
    known.setdefault(data[:_BEGINNING], {})[name] = data


def _found(known: dict[bytes, dict[str, bytes]], content: bytes) -> Iterator[str]:
    for at in range(len(content) - _BEGINNING + 1):
        begun = known.get(content[at : at + _BEGINNING])
        if begun:
            yield from (name for name, data in begun.items() if content.startswith(data, at))


def _nodes(bip32_seed: bytes) -> Iterable[tuple[str, BIP32KeyData]]:
    for network, accounts in _ACCOUNTS.items():
        root = rootxprv_from_seed_(bip32_seed, network.xprv_version)
        yield f"{network.name} m", root
        for path in accounts:
            account = derive_(root, parse_path(path))
            yield f"{network.name} {path}", account
            for branch in (0, 1):
                parent = derive_(account, (branch,))
                for index in range(_INDICES):
                    yield f"{network.name} {path}/{branch}/{index}", derive_(parent, (index,))


def _base58check(data: bytes) -> str:
    data += hashlib.sha256(hashlib.sha256(data).digest()).digest()[:4]
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = _BASE58[digit] + text
    return text
