"""One key's whole life through every command, each call recorded."""

from __future__ import annotations

import base64
import re
import tempfile
from functools import cache
from pathlib import Path

import shared_data
from cli.known import Known
from cli.room import Room
from conduct.refresh_answers import played_keygen
from signing.wallets_made import make_psbt

from ceremonies.conduct import builtin
from ceremonies.exchange.drawing import Code, draw
from ceremonies.wallets.file import read as read_wallet

ROLLS = "3142655123641162534416235146253616425314263514253614453126634152431625364125"
PASSPHRASE = "canary passphrase 7f3a"
TOKEN = "a54044308ceac9b7a54044308ceac9b7"
MASTER = "slip39:d7f1c5e3a9b80642cafe1f2e3d4c5b6a"
POLICY = """schema = "custody-policy/1"
network = "regtest"
[amounts]
output-most-sat = 500_000
"""
COMMANDS = (
    "doctor",
    "key new",
    "key recompute",
    "key account",
    "key check",
    "key last-word",
    "key convert",
    "key child",
    "share split",
    "share check",
    "share recover",
    "wallet create",
    "wallet show",
    "wallet address",
    "wallet compare",
    "wallet export",
    "psbt show",
    "psbt sign",
    "psbt combine",
    "psbt convert",
    "psbt finalize",
    "policy check",
    "qr show",
    "qr read",
    "message challenge",
    "message sign",
    "message verify",
)
CEREMONIES = (
    "ceremony list",
    "ceremony show",
    "ceremony check",
    "ceremony print",
    "ceremony run",
    "ceremony status",
    "ceremony resume",
    "ceremony abort",
    "log show",
    "log verify",
    "log seal",
    "log attest",
    "log register",
)
COINS = "hthhtththhthtthhhtthththtthhhththttthhththhtththhhttththht"
CARDS = "AS 4D 9C KH 2S JD 7H TC 3D QS 8H 5C AD 6S KC 2H 9D 4S JC 8D 3H QD 7C TS 5H"
TWENTY = "17 3 20 8 11 5 14 1 9 19 6 2 13 16 4 18 10 7 12 15 20 5 9 3 17"
HEX = "c0ffee5eed1e55a17b0a7d09f1e2d3c4"
DICE_ALONE = "65515223131652132161133154444123616466443112153441"
SINKS = (
    *("committed.txt", "opening.txt", "dice-alone.txt"),
    *("phrase.txt", "recovered.txt", "cards/", "slip39-cards/", "master.txt"),
    *("codex32-cards/", "codex32.txt", "xor-cards/", "xor.txt"),
    *("completed.txt", "last-words.txt", "seedqr.txt", "compact.bin", "read-back.txt", "child-"),
    "from-picture.txt",
)
"""Where the walks send secrets: the only files of theirs that may hold any."""


def live(room: Room, *flags: str) -> None:
    """Walk a new key with dice and a passphrase through every command; `flags` go to each."""
    room.put("rolls.txt", ROLLS + "\n")
    room.put("pass.txt", PASSPHRASE + "\n")
    key = ("--seed", "phrase.txt", "--passphrase", "pass.txt")
    room.ok("doctor", *flags)
    room.ok(
        *("key", "new", "--dice", "rolls.txt", "--passphrase", "pass.txt"),
        *("--secret-to", "phrase.txt", *flags),
    )
    make_by_hand(room, *flags)
    account = room.ok(
        *("key", "account", *key, "--script", "wpkh", "--network", "regtest"),
        *("--format", "descriptor", *flags),
    )
    descriptor = account.json["descriptor"] if "--json" in flags else account.out.decode().strip()
    fingerprint = descriptor.partition("[")[2][:8]
    room.put("token.txt", TOKEN)
    room.ok(
        *("key", "account", *key, "--script", "wsh", "--network", "regtest", "--format", "bsms"),
        *("--token", "token.txt", "-o", "key.dat", *flags),
    )
    room.ok("key", "account", *key, "--coin", "sol", *flags)
    room.ok("key", "check", *key, "--expect", fingerprint, *flags)
    room.ok(
        *("share", "split", *key, "--group", "2of3", "--dice", "rolls.txt"),
        *("--secret-to", "cards", "-o", "set.json", *flags),
    )
    room.ok("share", "check", "cards/card-1-2.txt", "--set", "set.json", *flags)
    room.ok(
        *("share", "recover", "--share", "cards/card-1-1.txt", "--share", "cards/card-1-3.txt"),
        *("--passphrase", "pass.txt", "--expect", fingerprint, "--secret-to", "recovered.txt"),
        *flags,
    )
    live_other_forms(room, key, *flags)
    live_other_writings(room, key, *flags)
    room.ok(
        *("wallet", "create", "--name", "vault", "--descriptor", descriptor),
        *("--network", "regtest", "-o", "vault.wallet.json", *flags),
    )
    room.ok("wallet", "show", "vault.wallet.json", *flags)
    room.ok("wallet", "address", "vault.wallet.json", "--count", "3", "--change", *flags)
    if "--json" not in flags:
        room.ok("wallet", "address", "vault.wallet.json", "--qr")
    room.ok("wallet", "export", "vault.wallet.json", "--for", "core", "-o", "core.json", *flags)
    room.ok(
        *(
            "wallet",
            "create",
            "--name",
            "again",
            "--from",
            "core.json",
            "--ours",
            descriptor[5:-18],
        ),
        *("--network", "regtest", "-o", "again.wallet.json", *flags),
    )
    room.ok("wallet", "compare", "vault.wallet.json", "again.wallet.json", *flags)
    room.put("payment.psbt", make_psbt(read_wallet((room.work / "vault.wallet.json").read_bytes())))
    wallet = ("--wallet", "vault.wallet.json")
    room.put("policy.toml", POLICY)
    room.ok("policy", "check", "policy.toml", *flags)
    wallet += ("--policy", "policy.toml")
    room.ok("psbt", "show", "payment.psbt", *wallet, *flags)
    room.ok(
        *("psbt", "sign", "payment.psbt", *wallet, *key, "--yes", "--log", "signing-log"),
        *("-o", "signed.psbt", *flags),
    )
    room.ok("psbt", "combine", "payment.psbt", "signed.psbt", "-o", "combined.psbt", *flags)
    room.ok("psbt", "convert", "combined.psbt", "--to", "2", "-o", "second.psbt", *flags)
    room.ok("psbt", "finalize", "second.psbt", *wallet, "-o", "payment.tx", *flags)
    room.ok("qr", "show", "payment.psbt", "--as", "ur", "--txt", "payment.ur.txt", *flags)
    room.ok("qr", "read", "payment.ur.txt", "-o", "scanned.psbt", *flags)
    room.ok("psbt", "sign", "payment.ur.txt", *wallet, *key, "--yes", "-o", "reply.gif", *flags)
    room.ok("qr", "read", "reply.gif", *flags)
    _prove(room, wallet[:2], key, *flags)


def _prove(room: Room, wallet: tuple[str, ...], key: tuple[str, ...], *flags: str) -> None:
    room.ok(
        *("message", "challenge", "--purpose", "audit", "--block", "11" * 32, "--height", "7"),
        *("--network", "regtest", "-o", "challenge.txt", *flags),
    )
    told = room.ok("wallet", "address", "vault.wallet.json", "--json").json["addresses"][0]
    said = ("--message", "challenge.txt", "--address", told["address"])
    room.ok(
        *("message", "sign", *said, *wallet, *key, "--funds", "payment.psbt", "--yes"),
        *("-o", "proof.sig", *flags),
    )
    room.ok("message", "verify", "proof.sig", *said, *wallet, *flags)
    # without a wallet file the key's own standard path is looked through
    room.ok(
        *("message", "sign", *said, *key, "--network", "regtest", "--yes"),
        *("-o", "message.sig", *flags),
    )


def make_by_hand(room: Room, *flags: str) -> None:
    """Make a key of everything that can be made by hand, twice, and a key of dice alone."""
    made = []
    for option, written in (("coins", COINS), ("cards", CARDS), ("hex", HEX), ("dice", TWENTY)):
        room.put(f"{option}.txt", written + "\n")
        made += [f"--{option}", f"{option}.txt"]
    made += ["--dice-sides", "20", "--words", "12"]
    new = room.ok(
        *("key", "new", *made, "--commit", "opening.txt", "--secret-to", "committed.txt", *flags)
    )
    committed = re.findall("[0-9a-f]{64}", new.err.decode())
    fingerprint = re.findall(r"\b[0-9a-f]{8}\b", new.out.decode())
    room.ok(
        *("key", "recompute", *made, "--opening", "opening.txt", "--commitment", committed[0]),
        *("--expect", fingerprint[0], *flags),
    )
    room.put("fifty.txt", DICE_ALONE + "\n")
    room.ok(
        *("key", "new", "--dice", "fifty.txt", "--dice-only", "--words", "12"),
        *("--secret-to", "dice-alone.txt", *flags),
    )


def live_other_forms(room: Room, key: tuple[str, ...], *flags: str) -> None:
    """Split the key as codex32 shares and as a Seed XOR, check one of each, recover."""
    for form, group, chosen in (("codex32", "2of3", "13"), ("xor", "3of3", "123")):
        folder, record = f"{form}-cards", f"{form}.json"
        room.ok(
            *("share", "split", "--as", form, *key, "--group", group),
            *("--secret-to", folder, "-o", record, *flags),
        )
        room.ok("share", "check", f"{folder}/card-1-1.txt", "--set", record, *flags)
        cards = [("--share", f"{folder}/card-1-{number}.txt") for number in chosen]
        passphrase = key[2:] if form == "xor" else ()
        room.ok(
            *("share", "recover", "--set", record, *(part for card in cards for part in card)),
            *(*passphrase, "--secret-to", f"{form}.txt", *flags),
        )


def live_other_writings(room: Room, key: tuple[str, ...], *flags: str) -> None:
    """Complete the phrase anew, write it as both kinds of SeedQR, and derive children of it."""
    room.put("beginning.txt", " ".join(_text(room.work / "phrase.txt").split()[:-1]))
    begun = ("key", "last-word", "--words", "beginning.txt")
    room.ok(*begun, "--dice", "rolls.txt", "--secret-to", "completed.txt", *flags)
    room.ok(*begun, "--all", "--secret-to", "last-words.txt", *flags)
    room.ok("key", "convert", *key, "--to", "seedqr", "--secret-to", "seedqr.txt", *flags)
    room.ok("key", "convert", *key, "--to", "compact-seedqr", "--secret-to", "compact.bin", *flags)
    room.ok(
        *("key", "convert", "--seed", "compact.bin", "--from", "compact-seedqr", "--to", "phrase"),
        *("--passphrase", "pass.txt", "--secret-to", "read-back.txt", *flags),
    )
    code = draw((room.work / "seedqr.txt").read_bytes().strip())
    room.put("seedqr.pgm", _picture_of(code))
    room.ok(
        *("key", "convert", "--seed", "seedqr.pgm", "--to", "phrase"),
        *("--passphrase", "pass.txt", "--secret-to", "from-picture.txt", *flags),
    )
    for kind in ("words", "xprv", "wif", "hex"):
        room.ok("key", "child", kind, *key, "--secret-to", f"child-{kind}.txt", *flags)


def _picture_of(code: Code) -> bytes:
    side, pixels = code.bitmap(scale=4)
    return b"P5\n%d %d\n255\n" % (side, side) + pixels


def live_slip39(room: Room, *flags: str) -> None:
    """Walk a SLIP-39 master secret, its cards under their own passphrase, to a signature."""
    room.put("seed.txt", MASTER + "\n")
    room.put("pass.txt", PASSPHRASE + "\n")
    room.ok(
        *("share", "split", "--seed", "seed.txt", "--scheme", "slip39", "--passphrase", "pass.txt"),
        *("--group", "2of2", "--group", "1of1", "--groups-needed", "2"),
        *("--secret-to", "slip39-cards", "-o", "set.json", *flags),
    )
    cards = [f"slip39-cards/card-{name}.txt" for name in ("1-1", "1-2", "2-1")]
    key = [part for card in cards for part in ("--share", card)]
    key += ["--scheme", "slip39", "--passphrase", "pass.txt"]
    room.ok("share", "recover", *key, "--secret-to", "master.txt", *flags)
    account = room.ok("key", "account", *key, "--script", "wpkh", "--network", "regtest", "--json")
    room.ok(
        *("wallet", "create", "--name", "vault", "--descriptor", account.json["descriptor"]),
        *("--network", "regtest", "-o", "vault.wallet.json", *flags),
    )
    room.put("payment.psbt", make_psbt(read_wallet((room.work / "vault.wallet.json").read_bytes())))
    room.ok(
        *("psbt", "sign", "payment.psbt", "--wallet", "vault.wallet.json", *key, "--yes"),
        *("-o", "signed.psbt", *flags),
    )


CODED = (b'"show-phrase"', b'"show-phrase"\nseedqr = "compact"')
SCANNED = b'"write-down.device" = "as-shown"\n'
"""Shows the phrase as a SeedQR too, and has the device's fingerprint typed back."""

NOT_APPROVED = """
schema = "ceremony-answers/1"
[every]
acknowledge = "read"
confirm     = "no"
show-review = "read"
[answers]
"""
"""With what a built-in's answers say of people and files: everything goes well until a question."""


def live_ceremonies(room: Room, *flags: str) -> None:
    """Rehearse both ceremonies with nobody in the room, stop one, and look at what is left."""
    played = ("--rehearse", "--unattended", *flags)
    room.ok("ceremony", "list", *flags)
    room.ok("ceremony", "show", "keygen-2of3", *flags)
    room.ok("ceremony", "check", "sign", *flags)
    room.ok("ceremony", "print", "sign", "-o", "form.html", *flags)
    room.put("coded.toml", builtin.script("keygen-2of3").data.replace(*CODED))
    answers = builtin.answers("keygen-2of3")
    room.put("coded.answers.toml", answers.replace(b"[answers]\n", b"[answers]\n" + SCANNED))
    told = ("--answers", "coded.answers.toml")
    room.ok("ceremony", "run", "coded.toml", "--at", "keygen", *played, *told)
    room.ok("ceremony", "run", "sign", "--at", "sign", *played)
    room.ok("ceremony", "resume", "sign", *flags)
    shipped = builtin.answers("sign").decode().split("[answers]\n", 1)[1]
    room.put("no.toml", NOT_APPROVED + shipped)
    stopped = room.run(
        *("ceremony", "run", "sign", "--at", "stopped", "--rehearse", "--answers", "no.toml"),
        *(*flags, "--json"),
    )
    assert stopped.code == 7, str(stopped)
    room.ran.remove(stopped)
    room.ok("ceremony", "status", "stopped", *flags)
    room.ok("ceremony", "abort", "stopped", *flags)
    room.ok("log", "show", "keygen", *flags)
    room.ok("log", "verify", "keygen", "sign", *flags)
    room.ok("log", "seal", "keygen", *flags)
    room.ok("log", "attest", "keygen", "--as", "bob", *flags)
    room.ok("log", "register", "keygen", "--registry", "registry.jsonl", *flags)


@cache
def practice_secrets() -> dict[str, str]:
    """The words of the key that every unattended rehearsal makes, and of its cards."""
    with tempfile.TemporaryDirectory() as scratch:
        return played_keygen(Path(scratch) / "keygen")


@cache
def core_case(name: str) -> dict[str, object]:
    """A case of the Bitcoin Core corpus."""
    return next(case for case in shared_data.corpus() if case["case"] == name)


def live_core(room: Room, name: str, *flags: str) -> None:
    """Walk a spend that Bitcoin Core made from its descriptor to the final transaction."""
    case = core_case(name)
    spend = case["spends"]["pay-1"]  # type: ignore[index]
    room.put("payment.psbt", base64.b64decode(spend["psbt"]))
    room.ok(
        *("wallet", "create", "--name", name, "--descriptor", str(case["descriptor"])),
        *("--network", "regtest", "-o", "core.wallet.json", *flags),
    )
    room.ok("psbt", "show", "payment.psbt", "--wallet", "core.wallet.json", *flags)
    signed = []
    for number, signer in enumerate(case["signers"]):  # type: ignore[arg-type]
        if signer["signs"]:
            seed = room.put(f"seed-{number}.txt", signer["mnemonic"] + "\n")
            words = room.put(f"pass-{number}.txt", signer["passphrase"] + "\n")
            signed.append(f"signed-{number}.psbt")
            room.ok(
                *("psbt", "sign", "payment.psbt", "--wallet", "core.wallet.json", "--yes"),
                *("--seed", seed, "--passphrase", words, "-o", signed[-1], *flags),
            )
    if len(signed) > 1:
        room.ok("psbt", "combine", *signed, "-o", "combined.psbt", *flags)
        signed = ["combined.psbt"]
    room.ok("psbt", "finalize", *signed, "-o", "core.tx", *flags)


def secrets_of(rooms: dict[str, Room]) -> Known:
    """Everything secret that the walks used or made."""
    known = Known()
    known.add_rolls(ROLLS)
    known.add_rolls(DICE_ALONE)
    known.add_rolls(COINS)
    known.add_rolls(HEX)
    known.add_rolls(CARDS)
    known.add_rolls(TWENTY)
    known.add_seed("master secret", MASTER)
    known.add_text("passphrase", PASSPHRASE)
    known.add_text("bsms token", TOKEN)
    for about, words in practice_secrets().items():
        if about.startswith("phrase"):
            known.add_seed(about, words)
        known.add_words(about, words)
    for name, room in rooms.items():
        if (room.work / "phrase.txt").exists():
            known.add_seed(f"{name} key", _text(room.work / "phrase.txt"), PASSPHRASE)
            for made in ("committed", "opening", "dice-alone"):
                known.add_seed(f"{name} {made}", _text(room.work / f"{made}.txt"))

            known.add_seed(f"{name} completed", _text(room.work / "completed.txt"))
            known.add_seed(f"{name} child", _text(room.work / "child-words.txt"))
            for kind in ("xprv", "wif", "hex"):
                known.add_text(f"{name} child {kind}", _text(room.work / f"child-{kind}.txt"))
        for card in sorted(room.work.glob("*cards/*.txt")):
            if card.parent.name.startswith("codex32"):
                known.add_text(f"{name} {card.name}", _text(card)[9:])
            else:
                known.add_words(f"{name} {card.name}", _text(card))
        for seed in sorted(room.work.glob("seed-*.txt")):
            words = _text(room.work / seed.name.replace("seed", "pass"))
            known.add_seed(f"{name} {seed.name}", _text(seed), words)
    return known


def _text(path: Path) -> str:
    return path.read_text("utf-8").strip()
