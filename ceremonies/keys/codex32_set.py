"""codex32 sets (BIP-93): a BIP-32 seed split into shares, and recovered by two interpolations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from itertools import count

from ceremonies.errors import InputError, IntegrityError
from ceremonies.keys import gf32
from ceremonies.keys.card import Group
from ceremonies.keys.codex32 import CHARACTERS, INDICES, Codex32, spell, write, write_seed
from ceremonies.keys.entropy import Pool
from ceremonies.keys.quorum import ways
from ceremonies.keys.rehearsal import insist_kind
from ceremonies.keys.seed import Scheme, Seed

REHEARSAL_IDENTIFIER = "prac"
"""The identifier of every rehearsal's shares; none in earnest has it."""

_MOST_NEEDED = 9
_SECRET = CHARACTERS.index("s")


def insist_group(group: Group) -> None:
    """Refuse a group that BIP-93 does not have.

    Raises:
        InputError: it needs fewer than 2 shares or more than 9.
    """
    if not 2 <= group.needs <= _MOST_NEEDED:
        raise InputError(
            f"codex32 has no sets of which {group.needs} are needed",
            hint="2 to 9 shares can be needed, for example 2of3",
        )


def split(seed: Seed, group: Group, *, pool: Pool, rehearsal: bool = False) -> tuple[Codex32, ...]:
    """Split a master secret into shares, in the order of their indices a, c, d and so on.

    The shares hold the BIP-32 seed itself, so the seed is of the scheme `slip39`. All chance comes
    from `pool`. The seed has been recovered by a second interpolation from every quorum, or from a
    rotation through every share where there are over 1,000, before the shares are returned.

    Raises:
        InputError: BIP-93 has no such group, or the seed is a phrase's.
        Refused: it is a rehearsal's where it may not be, or is not where it must.
        MachineError: the pool is worth fewer bits than the seed.
        IntegrityError: some quorum does not give the seed back.
    """
    insist_group(group)
    if seed.scheme is not Scheme.SLIP39:
        raise InputError(
            "codex32 holds the BIP-32 seed itself, and a phrase is not one",
            hint="split its seed, or use SLIP-39 cards, which give back the phrase",
        )
    insist_kind(seed, rehearsal=rehearsal)
    pool.insist(8 * len(seed.secret))
    identifier = REHEARSAL_IDENTIFIER if rehearsal else _draw_identifier(pool, seed, group)
    secret = write_seed(seed.secret, needs=group.needs, identifier=identifier)
    points = {_SECRET: secret.values()}
    for index in INDICES[: group.needs - 1]:
        drawn = write(
            _draw(pool, seed, group, identifier + index, secret),
            needs=group.needs,
            identifier=identifier,
            index=index,
        )
        points[CHARACTERS.index(index)] = drawn.values()
    shares = tuple(
        spell(gf32.lagrange(points, CHARACTERS.index(index))) for index in INDICES[: group.of]
    )
    for quorum in ways([shares], [group], 1):
        if spell(gf32.neville(_points(quorum), _SECRET)).seed() != seed.secret:
            raise _disagreement()
    return shares


def recover(shares: Sequence[Codex32]) -> Seed:
    """Recover a seed from exactly one quorum of shares, by both interpolations.

    **Shares of two sets with one identifier are not noticed here**: they give another seed, so
    compare the fingerprint with the one on record.

    Raises:
        InputError: they are no quorum of one set; shares are named by position, counting from 1.
        IntegrityError: the two interpolations disagree.
    """
    insist_together(shares)
    needs = shares[0].needs
    if len(shares) != needs:
        missing = len(shares) < needs
        raise InputError(
            f"{needs} shares are needed, and {len(shares)} given",
            hint="bring the missing shares" if missing else "leave out a share",
        )
    points = _points(shares)
    found = spell(gf32.lagrange(points, _SECRET))
    if found.words != spell(gf32.neville(points, _SECRET)).words:
        raise _disagreement()
    return Seed(Scheme.SLIP39, found.seed())


def insist_together(shares: Sequence[Codex32]) -> None:
    """Refuse shares that are not different shares of one set; there may be too few of them.

    Raises:
        InputError: no shares, the seed itself, one of another set, or one twice.
    """
    if not shares:
        raise InputError("there are no shares", hint="give the shares of one set")
    kinds = [(share.identifier, share.needs, share.secret_bytes) for share in shares]
    ((usual, _),) = Counter(kinds).most_common(1)
    places: dict[str, int] = {}
    for number, (share, kind) in enumerate(zip(shares, kinds, strict=True), start=1):
        if share.is_secret:
            raise InputError(
                f"share {number} is the seed itself and no share", hint="give it as the seed"
            )
        if kind != usual:
            raise InputError(
                f"share {number} is of set {share.identifier} ({share.needs} needed, "
                f"{share.secret_bytes} bytes), and others of set {usual[0]} ({usual[1]} needed, "
                f"{usual[2]} bytes)",
                hint="bring shares of one set; sets cannot be mixed",
            )
        earlier = places.setdefault(share.index, number)
        if earlier != number:
            same = "are the same share" if shares[earlier - 1].words == share.words else "differ"
            raise InputError(
                f"shares {earlier} and {number} both have index {share.index}, and {same}",
                hint="bring a different share of this set",
            )


def _points(shares: Sequence[Codex32]) -> dict[int, tuple[int, ...]]:
    return {CHARACTERS.index(share.index): share.values() for share in shares}


def _draw_identifier(pool: Pool, seed: Seed, group: Group) -> str:
    contexts = (_context(seed, group, turn.to_bytes(4, "big")) for turn in count())
    draws = (pool.expand("codex32-set", 4, context).reveal() for context in contexts)
    identifiers = ("".join(CHARACTERS[value & 31] for value in drawn) for drawn in draws)
    return next(drawn for drawn in identifiers if drawn != REHEARSAL_IDENTIFIER)


def _draw(pool: Pool, seed: Seed, group: Group, name: str, secret: Codex32) -> list[int]:
    size = -(-secret.secret_bytes * 8 // 5)
    drawn = pool.expand("codex32-share", size, _context(seed, group, name.encode()))
    return [value & 31 for value in drawn.reveal()]


def _context(seed: Seed, group: Group, name: bytes) -> bytes:
    # what is split is mixed in too: one pool never deals two secrets with the same polynomial
    return sha256(seed.secret.reveal()).digest() + str(group).encode() + b" " + name


def _disagreement() -> IntegrityError:
    return IntegrityError(
        "the two interpolations of codex32 shares disagree",
        hint="stop; do not use these shares, and report it with the version of this program",
    )
