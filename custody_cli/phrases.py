"""A phrase as it comes to a command: from a source in any of its forms, or asked for."""

from __future__ import annotations

from ceremonies.bitcoin.signer import insist_on_libsecp256k1
from ceremonies.errors import InputError
from ceremonies.keys import bip39, last_word, seedqr
from ceremonies.keys.seed import Scheme, Seed, read_seed
from ceremonies.keys.wordlist import in_a_row
from ceremonies.secret import Secret
from custody_cli.exits import WrongUsage
from custody_cli.given_key import Use
from custody_cli.sources import secret_from


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
