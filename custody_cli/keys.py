"""A key as it comes to a command: from a phrase, or from a quorum of cards, or asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Self

from ceremonies.bitcoin.signer import insist_on_libsecp256k1
from ceremonies.errors import InputError
from ceremonies.keys import bip39, last_word, seedqr
from ceremonies.keys.rehearsal import insist_earnest, insist_practice
from ceremonies.keys.seed import Scheme, Seed, read_seed
from ceremonies.keys.wordlist import in_a_row
from ceremonies.network import REGTEST, Network
from ceremonies.secret import Secret
from custody_cli.exits import WrongUsage
from custody_cli.sources import is_asked, passphrase_from, secret_from

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


def key_from(
    seed: str | None,
    shares: Sequence[str] | None,
    scheme: str,
    passphrase: str | None,
    *,
    use: Use,
    known: bool,
    language: str | None = None,
) -> Key:
    """Read the key that `--seed`, `--share`, `--scheme` and `--passphrase` describe.

    With no source a person is asked: for the phrase, or under `slip39` for the cards. Where the
    fingerprint it must have is not `known`, what a person types is typed twice: one wrong word in
    sixteen, or in 256, makes another valid phrase.

    Raises:
        WrongUsage: both a seed and shares are given, or there is no terminal to ask at.
        InputError: what was read is no such key.
        Refused: it is not for this `use`.
        MachineError: libsecp256k1 is not serving, or the terminal to ask at is recorded.
    """
    insist_on_libsecp256k1()
    if seed is not None and shares:
        raise WrongUsage(
            "--seed and --share exclude each other", hint="give the phrase, or the cards"
        )
    wanted = Scheme(scheme)
    if shares or (seed is None and wanted is Scheme.SLIP39):
        # whoever gives a phrase waits for nothing that puts cards together
        from custody_cli.card_keys import key_from_cards

        return key_from_cards(
            shares, wanted, passphrase, use=use, known=known, form=None, record=None
        )
    found = wanted_seed(seed, wanted, use, known=known, language=language)
    unvouched = () if known else unconfirmed(seed, passphrase)
    return Key(found, passphrase_from(passphrase, twice=not known), unvouched=unvouched)


def unconfirmed(seed: str | None, passphrase: str | None) -> tuple[str, ...]:
    """Name what comes from files and was typed by nobody twice."""
    named = (("the seed", seed), (_WORDS_BESIDE, passphrase))
    return tuple(name for name, source in named if source is not None and not is_asked(source))


def wanted_seed(
    source: str | None, wanted: Scheme, use: Use, *, known: bool, language: str | None = None
) -> Seed:
    """Read a seed of one scheme, for this use, or ask for it.

    Raises:
        InputError: it is not one, or of the other scheme.
        Refused: it is not for this `use`.
    """
    found = seed_from(source, rehearsal=use.is_rehearsal, known=known, language=language)
    if wanted is Scheme.SLIP39 and found.scheme is not wanted:
        raise InputError(
            "a BIP-39 phrase is no SLIP-39 master secret", hint="leave out --scheme slip39"
        )
    use.insist(found)
    return found


def seed_from(
    source: str | None, *, rehearsal: bool = False, known: bool, language: str | None = None
) -> Seed:
    """Read a phrase, `slip39:HEX` or a SeedQR from a source, or ask for the phrase."""

    def ask() -> Secret:
        return _ask_phrase(rehearsal, language or "english", known=known)

    with secret_from(source, ask, what="the seed", said=seedqr.text_in) as written:
        if seedqr.is_digits(written):
            with seedqr.text_in(written) as words:
                return read_seed(words, language)
        return read_seed(written, language)


def written_seed_from(source: str | None, written_as: str, *, use: Use, known: bool) -> Seed:
    """Read a phrase as `key convert` takes it: as words, as a SeedQR or as a CompactSeedQR.

    Raises:
        WrongUsage: there is no source of a SeedQR: it is scanned, and not typed.
        InputError: it is not what it should be, or is a master secret.
        Refused: it is not for this `use`.
    """
    insist_on_libsecp256k1()
    if written_as == "phrase":
        found = seed_from(source, rehearsal=use.is_rehearsal, known=known)
        if found.scheme is not Scheme.BIP39:
            raise InputError("a master secret has no phrase", hint="give a BIP-39 phrase")
    else:
        read = seedqr.read_digits if written_as == "seedqr" else seedqr.read_compact
        with secret_from(source, _not_typed, what="the SeedQR", said=_as_it_is) as written:
            found = read(written)
    use.insist(found)
    return found


def _as_it_is(code: Secret) -> Secret:
    return Secret(code.reveal())


def _not_typed() -> Secret:
    raise WrongUsage(
        "what a SeedQR holds is not typed at a prompt", hint="give it as a file, - or fd:N"
    )


def beginning_from(
    source: str | None, language: str | None, *, rehearsal: bool
) -> tuple[Seed, ...]:
    """Read a phrase without its last word, or ask for it, and complete it in every way."""

    def ask() -> Secret:
        from custody_cli import terminal

        named = language or "english"

        def accept(words: list[str]) -> Secret:
            begun = Secret(" ".join(words).encode())
            last_word.possible(begun, named)
            return begun

        return terminal.ask_words(
            "Key holder: type all the words but the last",
            wordlist=bip39.wordlist(named),
            nearest=lambda word: bip39.nearest(word, named),
            counts=last_word.COUNTS,
            accept=accept,
            rehearsal=rehearsal,
        )

    insist_on_libsecp256k1()
    with secret_from(source, ask, what="the words") as written:
        return last_word.possible(written, language)


def _ask_phrase(rehearsal: bool, language: str, *, known: bool) -> Secret:
    mistake = ""
    while True:
        title = "Key holder: type the words of the phrase"
        first = _type_phrase(title, rehearsal, language, mistake)
        if known:
            return first
        title = "Key holder: no fingerprint is expected, so type the words once more"
        second = _type_phrase(title, rehearsal, language, "")
        if first == second:
            return first
        mistake = f"{_difference(first, second)}; type the phrase anew"


def _type_phrase(title: str, rehearsal: bool, language: str, mistake: str) -> Secret:
    from custody_cli import terminal

    def accept(words: list[str]) -> Secret:
        phrase = Secret(" ".join(words).encode())
        read_seed(phrase, language)
        return phrase

    return terminal.ask_words(
        title,
        wordlist=bip39.wordlist(language),
        nearest=lambda word: bip39.nearest(word, language),
        counts=bip39.WORD_COUNTS,
        accept=accept,
        rehearsal=rehearsal,
        mistake=mistake,
    )


def _difference(first: Secret, second: Secret) -> str:
    one, other = first.reveal().split(), second.reveal().split()
    if len(one) != len(other):
        return f"{len(one)} words were typed, and then {len(other)}"
    wrong = [str(n) for n, pair in enumerate(zip(one, other, strict=True), 1) if pair[0] != pair[1]]
    return f"word{'s' * (len(wrong) > 1)} {in_a_row(wrong)} were not the same both times"
