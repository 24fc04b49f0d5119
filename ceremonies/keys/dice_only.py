"""Keys of dice alone, as SeedSigner, Krux and Coldcard make them: SHA-256 over the rolls in ASCII.

Nothing of this machine is in such a key, so that any other one can compute it again, and nothing
of it makes up for bad dice. For 12 words the first 16 bytes of the hash are taken.
"""

from __future__ import annotations

import hashlib

from ceremonies.errors import InputError, Refused
from ceremonies.frozen import Frozen
from ceremonies.keys import by_hand
from ceremonies.keys.by_hand import Method
from ceremonies.keys.entropy import Source
from ceremonies.keys.mark import is_marked
from ceremonies.keys.seed import Scheme, Seed
from ceremonies.secret import Secret

ROLLS = {("dice", 12): 50, ("dice", 24): 99, ("d20", 12): 30, ("d20", 24): 60}
"""How many rolls make a key, by kind of die and number of words; never more and never fewer."""

_BYTES = {12: 16, 24: 32}
_JOINED = {
    "dice": "tr -d '[:space:]'",
    # what stands between numbers, and the end of the line, become one dash each
    "d20": "tr -cs 0-9 - | sed 's/^-//; s/-$//' | tr -d '\\n'",
}


class ShellCheck(Frozen):
    """A line for any shell that reads the rolls and must print `prints`; neither tells a secret.

    It hashes the entropy, in hexadecimal, once more: what it prints can be written down.
    """

    command: str
    prints: str


def rolls_needed(method: Method, words: int) -> int:
    """Return how many rolls of a die make so many words.

    Raises:
        InputError: no signer makes such keys.
    """
    if (method.kind, words) not in ROLLS:
        raise InputError(
            f"no signer makes {words} words of {method.kind} alone",
            hint="dice alone make 12 or 24 words, of a die with 6 or 20 sides",
        )
    return ROLLS[method.kind, words]


def seed_of(rolls: Source, *, words: int) -> Seed:
    """Make a BIP-39 seed of 12 or 24 words from rolls of one die with 6 or 20 sides.

    Raises:
        InputError: another number of words, another source, or not exactly as many rolls.
        Refused: it would carry the mark of rehearsals, which no real key may.
    """
    method = by_hand.die(20 if rolls.kind == "d20" else 6)
    if method.kind != rolls.kind:
        raise InputError(
            f"{rolls.kind} are no dice that signers know", hint="use a die with 6 or 20 sides"
        )
    wanted, count = rolls_needed(method, words), len(method.read(rolls.data.reveal().decode()))
    if count != wanted:
        raise InputError(
            f"{words} words are made of exactly {wanted} rolls, not {count}",
            hint="a signer takes no other number; see that none was left out or typed twice",
        )
    digest = hashlib.sha256(rolls.data.reveal()).digest()
    seed = Seed(Scheme.BIP39, Secret(digest[: _BYTES[words]]))
    if is_marked(seed.secret):
        raise Refused(
            "these rolls make a phrase with the practice mark of rehearsals",
            hint="chance does that once in 8,589,934,592 times; roll all of them again",
        )
    return seed


def shell_check(rolls: Source, seed: Seed) -> ShellCheck:
    """Say how a shell comes from the rolls to a number that shows nothing of the key.

    The number is computed from the seed, so that it proves that the seed is of these rolls.
    """
    digits = 2 * len(seed.secret)
    again = f"{_JOINED[rolls.kind]} | sha256sum | cut -c1-{digits} | tr -d '\\n' | sha256sum"
    prints = hashlib.sha256(seed.secret.reveal().hex().encode()).hexdigest()
    return ShellCheck(command=again, prints=prints)
