"""A key as it was given: what it is wanted for, and what vouches for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Self

from ceremonies.keys.rehearsal import insist_earnest, insist_practice
from ceremonies.keys.seed import Seed
from ceremonies.network import REGTEST, Network
from ceremonies.secret import Secret
from custody_cli.sources import is_asked

_WORDS_BESIDE = "the passphrase"


@dataclass(frozen=True)
class Key:
    """A seed, and the BIP-39 passphrase that goes with it, if any.

    `is_stretched` says that it was a phrase, of which its BIP-32 seed alone is left. `unvouched`
    names what neither a known fingerprint nor a second typing has confirmed.
    """

    seed: Seed
    passphrase: Secret | None
    is_stretched: bool = False
    unvouched: tuple[str, ...] = ()

    def notes(self, fingerprint: str) -> list[str]:
        """Say that nothing vouches for this key, of that fingerprint, where nothing does."""
        if not self.unvouched:
            return []
        which = " and ".join(self.unvouched)
        some = "; any passphrase gives some key" if _WORDS_BESIDE in self.unvouched else ""
        said = f"no fingerprint was expected, so nothing vouches for {which}"
        return [f"{said}: compare {fingerprint} with the record{some}"]


class Use(Enum):
    """What a secret is wanted for; the practice mark must fit (`ceremonies.keys.rehearsal`)."""

    EARNEST = auto()
    REHEARSAL = auto()
    EITHER = auto()

    @classmethod
    def of(cls, *, rehearse: bool) -> Self:
        """Say what `--rehearse` says."""
        return cls.REHEARSAL if rehearse else cls.EARNEST

    @classmethod
    def on(cls, network: Network) -> Self:
        """Say what a network allows: rehearsals run on regtest, and others practise there too."""
        return cls.EITHER if network == REGTEST else cls.EARNEST

    @property
    def is_rehearsal(self) -> bool:
        """Whether nothing but practice can be on the screen."""
        return self is Use.REHEARSAL

    def insist(self, seed: Seed) -> None:
        """Refuse a seed that is not for this use.

        Raises:
            Refused: it carries the mark and may not, or does not and must.
        """
        if self is Use.EARNEST:
            insist_earnest(seed)
        elif self is Use.REHEARSAL:
            insist_practice(seed)


def unconfirmed(seed: str | None, passphrase: str | None) -> tuple[str, ...]:
    """Name what comes from files and was typed by nobody twice."""
    named = (("the seed", seed), (_WORDS_BESIDE, passphrase))
    return tuple(name for name, source in named if source is not None and not is_asked(source))
