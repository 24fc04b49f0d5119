"""One ask of each kind, as a ceremony would make it."""

from __future__ import annotations

from typing import Any

TITLE = "Generate one vault key and hand it to three custodians"
KINDS = (
    "acknowledge",
    "confirm",
    "choose",
    "give-file",
    "show-review",
    "show-secret",
    "sign-seal",
    "type-back",
    "type-dice",
    "type-passphrase",
    "type-text",
    "type-words",
)
SECRET_KINDS = ("show-secret", "type-dice", "type-passphrase", "type-words")
DIGITS = (
    b"011513251154012711900771041507421289190620080870"
    b"026613431420201617920614089619290300152408010643"
)
COMPACT = bytes(range(130, 162))
SEAL = (
    "ceremony-seal/1\nlog vault.example/2026-0007\nsize 12\n"
    "root O6ZdSEk0zTJCqARdho4xbTwdjWcAlRAsS3cdqd5SXls=\nbytes 8179\n"
    f"sha256 {'73df001b' * 8}\nprev-seal {'0' * 64}\n"
)


def card() -> list[str]:
    """Thirty-three words of the list of SLIP-39 that are no card."""
    from ceremonies.keys import slip39

    return [slip39.wordlist()[(number * 211 + 5) % 1024] for number in range(33)]


def asked(kind: str, *, rehearsal: bool) -> Any:
    """Make an ask of a kind."""
    from ceremonies.conduct import asks
    from ceremonies.conduct.people import Person
    from ceremonies.secret import Secret

    place = asks.Place(
        number=3,
        total=14,
        step="hand-out",
        title=TITLE,
        say="Hand each custodian one card of the set, alone, and have it typed back.",
        rehearsal=rehearsal,
    )
    words = Secret(" ".join(card()).encode())

    def as_shown(typed: Secret) -> None:
        if typed != words:
            raise asks.Mistyped("these are other words than those of card 1-2")

    def fair(rolls: Secret) -> None:
        if len(set(rolls.reveal())) == 1:
            raise asks.Mistyped("every roll is the same")

    def no_psbt(data: bytes) -> None:
        if not data.startswith(b"psbt"):
            raise asks.Mistyped("that is no PSBT")

    def name(typed: str) -> str:
        if not typed.isalpha():
            raise asks.Mistyped("a name is letters")
        return typed

    kinds: dict[str, tuple[type[asks.Ask[Any]], str, dict[str, Any]]] = {
        "acknowledge": (
            asks.Acknowledge,
            "Put the medium into the left port, and wait for its light.",
            {"shown": "medium   left port\nlabel    \x1b[31mred\x1b[0m \u202ekcart"},
        ),
        "confirm": (
            asks.Confirm,
            "Compare every line with your own copy. Is it the payment that was asked for?",
            {"shown": "\n".join(f"output {n:>2}   bcrt1q{n:034}   0.{n:08}" for n in range(90))},
        ),
        "choose": (
            asks.Choose,
            "Say whether the key comes from cards or from the phrase.",
            {"options": ("cards", "phrase")},
        ),
        "give-file": (
            asks.GiveFile,
            "Put the medium with the payment in, and name the file on it.",
            {"what": "the payment", "limit": 1000, "check": no_psbt},
        ),
        "show-review": (
            asks.ShowReview,
            "This is what signing would do. Read the amounts and addresses aloud.",
            {"review": _review() if kind == "show-review" else None},
        ),
        "show-secret": (
            asks.ShowSecret,
            "Write the words of card 1-2 down, and the three lines beside them.",
            {
                "words": words,
                "about": "key-1/1-2",
                "beside": ("set 2bf1   card 1-2", "2 of 3 are needed", "key 05d027a5"),
            },
        ),
        "show-code": (
            asks.ShowSecret,
            "Scan the SeedQR of key-1 with the device that will hold it.",
            {"words": Secret(DIGITS), "about": "SeedQR of key-1", "is_code": True},
        ),
        "show-compact": (
            asks.ShowSecret,
            "Scan the CompactSeedQR of key-12 with the device that will hold it.",
            {"words": Secret(COMPACT), "about": "CompactSeedQR of key-12", "is_code": True},
        ),
        "sign-seal": (
            asks.SignSeal,
            "Sign the seal over all that was recorded so far.",
            {
                "seal": SEAL.encode(),
                "file": "seals/seal-00000012",
                "namespace": "ceremony-seal-v1",
                "check": no_psbt,
            },
        ),
        "type-back": (
            asks.TypeBack,
            "Read the fingerprint off your card.",
            {"expected": "05d0 27a5", "what": "the fingerprint of the key"},
        ),
        "type-dice": (asks.TypeDice, "Roll the die.", {"wanted": 6, "check": fair}),
        "type-passphrase": (asks.TypePassphrase, "Type the passphrase of the phrase.", {}),
        "type-text": (
            asks.TypeText,
            "Say who you are.",
            {"check": name, "offered": ("alice", "bob")},
        ),
        "type-words": (
            asks.TypeWords,
            "Type the words of card 1-2 from your paper.",
            {
                "wordlist": "slip39",
                "counts": (20, 33),
                "about": "key-1/1-2",
                "check": as_shown,
            },
        ),
    }
    made, text, more = kinds[kind]
    by = Person("alice", "custodian")
    return made(field=f"hand-out.{kind}", by=by, text=text, place=place, **more)


def _review() -> Any:
    from signing.wallets_made import make_psbt, make_wallet

    from ceremonies.bitcoin.psbt import parse
    from ceremonies.signing.review import review

    wallet = make_wallet("wsh")
    return review(parse(make_psbt(wallet)), wallet)
