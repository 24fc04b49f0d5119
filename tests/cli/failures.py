"""Every way the commands fail, by a real cause: the call, and the exit code it must give."""

from __future__ import annotations

import os
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path

from cli.known import Known
from cli.room import Ran, Room
from cli.walk import MASTER, PASSPHRASE
from signing.wallets_made import CHANGE, make_psbt

from ceremonies.exchange.drawing import draw
from ceremonies.wallets.file import read as read_wallet

PHRASE = "legal winner thank year wave sausage worth useful legal winner thank yellow"
XPRV = (
    "xprv9s21ZrQH143K2gA81bYFHqU68xz1cX2APaSq5tt6MFSLeXnCKV1RVUJt9FWNTbrrryem4ZckN8k4Ls1H6nwdvDTvn"
    "V7zEXs2HgPezuVccsq"
)
WIF = "KwDiBf89QgGbjEhKnhXJuH7LrciVrZi3qYjgd9M7rFU73sVHnoWn"
ELSEWHERE = "bcrt1qcr8te4kr609gcawutmrza0j4xv80jy8zeqchgx"
_STRAY = {"PHRASE": PHRASE, "XPRV": XPRV, "WIF": WIF, "MASTER": MASTER, "WORDS": PASSPHRASE}
"""Secrets that somebody types where something else belongs; `$NAME` in the calls below."""

_KEY = "--seed phrase.txt --passphrase pass.txt"
_SIGN = "psbt sign payment.psbt --wallet vault.wallet.json"
_AGAIN = "key recompute --dice rolls.txt"
_PROVE = "message sign --text proof --wallet vault.wallet.json"
_PARTS = "--share xor-cards/card-1-1.txt --share xor-cards/card-1-2.txt"
_CARDS = "--share cards/card-1-1.txt --share"

FAILURES: dict[str, tuple[int, str]] = {
    # wrong usage: 2
    "an unknown noun": (2, "$PHRASE"),
    "an unknown verb": (2, "key $PHRASE"),
    "a phrase as arguments": (2, f"key check --expect 00000000 {PHRASE}"),
    "a number of words that is a phrase": (2, "key new --secret-to out --words $PHRASE"),
    "a script that is an xprv": (2, f"key account {_KEY} --script $XPRV"),
    "a scheme that is a secret": (2, "key check --expect 00000000 --scheme $MASTER"),
    "an index that is a passphrase": (2, "wallet address vault.wallet.json --index $WORDS"),
    "standard output as a sink": (2, "key new --secret-to -"),
    "standard output as a sink of cards": (2, f"share recover {_CARDS} x --secret-to /dev/stdout"),
    "nobody to ask for a phrase": (2, "key check --expect 00000000"),
    "nobody to ask for an account's phrase": (2, "key account --script wpkh"),
    "nobody to ask for a phrase to split": (
        2,
        "share split --group 2of3 --secret-to new -o out",
    ),
    "nobody to ask for a card": (2, "share check"),
    "nobody to ask for cards": (2, "share recover --secret-to out"),
    "nobody to ask for approval": (2, f"{_SIGN} {_KEY} -o out"),
    "nobody to ask for approval of a message": (2, f"{_PROVE} --index 0 {_KEY} -o out"),
    "a message from nowhere": (
        2,
        f"message sign --wallet vault.wallet.json --index 0 {_KEY} --yes -o out",
    ),
    "a message for no address": (2, f"{_PROVE} {_KEY} --yes -o out"),
    "an approval and a yes": (2, f"{_SIGN} {_KEY} --approve 00 --yes -o out"),
    "one psbt to combine": (2, "psbt combine payment.psbt -o out"),
    "an account of nothing": (2, f"key account {_KEY}"),
    "a coin that is a phrase": (2, f"key account {_KEY} --coin $PHRASE"),
    "an account of a coin and of bitcoin": (2, f"key account {_KEY} --coin eth --script wpkh"),
    "an account by two paths": (2, f"key account {_KEY} --script wpkh --bip 84 --path m/84h"),
    "an account with a token for nothing": (
        2,
        f"key account {_KEY} --script wpkh --token phrase.txt",
    ),
    "codes for a program": (2, "wallet address vault.wallet.json --qr"),
    "a wallet from nothing": (2, "wallet create --name a -o out"),
    "a token that opens nothing": (
        2,
        "wallet export vault.wallet.json --for core --token pass.txt -o out",
    ),
    "two secrets on one standard input": (
        2,
        "share recover --share - --share - --passphrase - --secret-to out",
    ),
    "dice alone without dice": (2, "key new --secret-to out --dice-only"),
    "dice alone with coins": (
        2,
        "key new --secret-to out --dice-only --dice rolls.txt --coins coins.txt",
    ),
    "dice alone of a die that no signer knows": (
        2,
        "key new --secret-to out --dice-only --dice rolls.txt --dice-sides 8",
    ),
    "dice alone and a commitment": (
        2,
        "key new --secret-to out --dice-only --dice rolls.txt --commit opened",
    ),
    "a commitment and nothing made by hand": (2, "key new --secret-to out --commit opened"),
    "one sink for both halves": (2, "key new --secret-to out --dice rolls.txt --commit out"),
    "nobody to ask for the machine's part": (
        2,
        f"key recompute --dice rolls.txt --commitment {'00' * 32} --expect 00000000",
    ),
    "a Seed XOR of which nobody knows the key": (
        2,
        "share recover --as xor --share xor-cards/card-1-1.txt --secret-to out",
    ),
    "a record of another key": (
        2,
        f"share recover {_CARDS} cards/card-1-2.txt --set set.json --expect 00000000 --secret-to o",
    ),
    "a record of another form": (
        2,
        f"share recover {_CARDS} cards/card-1-2.txt --set set.json --as xor --secret-to out",
    ),
    "a child of a kind that is a phrase": (2, "key child $PHRASE --secret-to out"),
    "nobody to ask for a child's phrase": (2, "key child words --secret-to out"),
    "nobody to ask for the words before the last": (2, "key last-word --secret-to out"),
    "standard output as a sink of a child": (2, f"key child hex {_KEY} --secret-to -"),
    "a SeedQR that nobody gave": (
        2,
        "key convert --from seedqr --to phrase --secret-to out",
    ),
    "dice for every last word": (
        2,
        "key last-word --all --words beginning.txt --dice rolls.txt --secret-to out",
    ),
    # what was given: 3
    "a phrase as a seed's name": (3, "key check --seed $PHRASE --expect 00000000"),
    "a passphrase as its file's name": (
        3,
        "key check --seed phrase.txt --passphrase $WORDS --expect 00000000",
    ),
    "rolls as their file's name": (3, "key new --secret-to out --dice 1234123412341234"),
    "a card as its file's name": (3, "share check $PHRASE"),
    "a phrase as a fingerprint": (3, f"key check {_KEY} --expect $PHRASE"),
    "a phrase as an intent": (3, f"{_SIGN} {_KEY} --approve $PHRASE -o out"),
    "a phrase as a wallet's name": (
        3,
        "wallet create --name $PHRASE --descriptor x -o out",
    ),
    "a phrase as a descriptor": (3, "wallet create --name a --descriptor $PHRASE -o out"),
    "a private descriptor": (
        3,
        "wallet create --name a --descriptor wpkh($XPRV/<0;1>/*)#aaaaaaaa -o out",
    ),
    "a private key in a descriptor": (
        3,
        "wallet create --name a --descriptor wpkh($WIF)#aaaaaaaa -o out",
    ),
    "a phrase as a path": (3, f"key account {_KEY} --script wpkh --path $PHRASE"),
    "another script's purpose": (3, f"key account {_KEY} --script wpkh --bip 44"),
    "a seed file as a token": (
        3,
        f"key account {_KEY} --script wsh --format bsms --token rolls.txt",
    ),
    "a phrase as a coordinator's file": (3, "wallet create --name a --from $PHRASE -o out"),
    "a seed file as a coordinator's file": (3, "wallet create --name a --from phrase.txt -o out"),
    "a phrase as our key": (3, "wallet show vault.wallet.json --ours $PHRASE"),
    "a seed file as our key": (3, "wallet show vault.wallet.json --ours phrase.txt"),
    "a private key as our key": (3, "wallet show vault.wallet.json --ours [00000000/84h]$XPRV"),
    "a token for a plain file": (
        3,
        "wallet create --name a --from vault.wallet.json --token pass.txt -o out",
    ),
    "a passphrase as a token": (
        3,
        "wallet export vault.wallet.json --for bsms --token pass.txt -o out",
    ),
    "a seed file compared": (3, "wallet compare vault.wallet.json phrase.txt"),
    "a phrase as an address": (3, "wallet address vault.wallet.json --find $PHRASE"),
    "a phrase as a wallet file": (3, "wallet show $PHRASE"),
    "a seed file as a wallet file": (3, "wallet address phrase.txt"),
    "a phrase as a psbt": (3, "psbt show $PHRASE --wallet vault.wallet.json"),
    "a seed file as a psbt": (3, "psbt show phrase.txt --wallet phrase.txt"),
    "a seed file as a previous transaction": (
        3,
        "psbt show payment.psbt --wallet vault.wallet.json --prevtx phrase.txt",
    ),
    "a phrase as a policy": (3, "policy check $PHRASE"),
    "a seed file as a policy": (3, "policy check phrase.txt"),
    "a seed file as an approval": (
        3,
        f"{_SIGN} {_KEY} --approval phrase.txt --signers signing-log/allowed_signers --yes -o out",
    ),
    "a seed file as a list of signers": (
        3,
        f"{_SIGN} {_KEY} --approval phrase.txt --signers phrase.txt --yes -o out",
    ),
    "a seed file as a history": (3, f"{_SIGN} {_KEY} --history phrase.txt --yes -o out"),
    "a seed file as a record": (3, "share check cards/card-1-1.txt --set phrase.txt"),
    "a wrong word": (3, "key check --seed wrong-word.txt --expect 00000000"),
    "a bad checksum": (3, "key account --seed bad-checksum.txt --script wpkh"),
    "a card as a seed": (
        3,
        "share split --seed cards/card-1-1.txt --group 2of3 --secret-to new -o out",
    ),
    "bare hexadecimal as a seed": (3, "key check --seed bare.txt --expect 00000000"),
    "a seed as a card": (3, "share check phrase.txt"),
    "a broken card": (3, "share check broken-card.txt"),
    "a card of another set": (
        3,
        f"share recover {_CARDS} other-cards/card-1-2.txt --secret-to out",
    ),
    "a card of another set than the record": (
        3,
        "share check other-cards/card-1-1.txt --set set.json",
    ),
    "a whole phrase that lacks its last word": (
        3,
        "key last-word --words phrase.txt --secret-to out",
    ),
    "a phrase as a SeedQR": (
        3,
        "key convert --seed phrase.txt --from seedqr --to phrase --secret-to out",
    ),
    "a phrase as a CompactSeedQR": (
        3,
        "key convert --seed phrase.txt --from compact-seedqr --to phrase --secret-to out",
    ),
    "a broken SeedQR": (
        3,
        "key convert --seed broken-seedqr.txt --from seedqr --to phrase --secret-to out",
    ),
    "a child that there is not": (3, f"key child hex {_KEY} --bytes 65 --secret-to out"),
    "a child of no language": (3, f"key child words {_KEY} --language turkish --secret-to out"),
    "a card of another set at a recovery": (
        3,
        f"share recover {_CARDS} other-cards/card-1-2.txt --set set.json --secret-to out",
    ),
    "a broken codex32 share": (3, "share check broken-codex32.txt"),
    "too few codex32 shares": (
        3,
        "share recover --share codex32-cards/card-1-1.txt --secret-to out",
    ),
    "too few parts of a Seed XOR": (
        3,
        f"share recover {_PARTS} --set xor.json --secret-to out",
    ),
    "a codex32 share as a seed": (
        3,
        "key check --seed codex32-cards/card-1-1.txt --expect 00000000",
    ),
    "a Seed XOR with a part to spare": (
        3,
        f"share split {_KEY} --as xor --group 2of3 --secret-to new -o out",
    ),
    "an exponent that there is not": (
        3,
        f"share split {_KEY} --group 2of3 --exponent 16 --secret-to new -o out",
    ),
    "one card twice": (3, f"key check {_CARDS} cards/card-1-1.txt --expect 00000000"),
    "too few cards": (3, "share recover --share cards/card-1-1.txt --secret-to out"),
    "dice that are no dice": (3, "key new --secret-to out --dice phrase.txt"),
    "a die of one side": (3, "key new --secret-to out --dice rolls.txt --dice-sides 1"),
    "rolls of another die": (3, "key new --secret-to out --dice dice.txt"),
    "dice as coins": (3, "key new --secret-to out --coins rolls.txt"),
    "dice as cards": (3, "key new --secret-to out --cards rolls.txt"),
    "a phrase as hex": (3, "key new --secret-to out --hex phrase.txt"),
    "too few rolls for dice alone": (3, "key new --secret-to out --dice rolls.txt --dice-only"),
    "no such key of dice alone": (
        3,
        "key new --secret-to out --dice rolls.txt --dice-only --words 15",
    ),
    "a phrase as a commitment": (
        3,
        f"{_AGAIN} --opening opening.txt --commitment $PHRASE --expect 00000000",
    ),
    "a card as the machine's part": (
        3,
        f"{_AGAIN} --opening cards/card-1-1.txt --commitment {'00' * 32} --expect 00000000",
    ),
    "no such number of words": (3, "key new --secret-to out --words 13"),
    "a psbt of another transaction": (3, "psbt combine payment.psbt other.psbt -o out"),
    "a phrase as a signature": (
        3,
        f"message verify $PHRASE --text proof --address {ELSEWHERE} --network regtest",
    ),
    "a phrase as the address of a message": (
        3,
        f"{_PROVE} --address $PHRASE {_KEY} --yes -o out",
    ),
    "a seed as coins to prove": (
        3,
        f"{_PROVE} --index 0 --funds phrase.txt {_KEY} --yes -o out",
    ),
    "a block that is a secret": (
        3,
        "message challenge --purpose audit --block $MASTER --height 7 -o out",
    ),
    "a message of another address": (
        5,
        f"message verify message.sig --text x --address {ELSEWHERE} --network regtest",
    ),
    "a signature that exists": (6, f"{_PROVE} --index 0 {_KEY} --yes -o taken"),
    "an incomplete psbt": (3, "psbt finalize payment.psbt -o out"),
    "a damaged psbt": (3, f"psbt sign damaged.psbt --wallet vault.wallet.json {_KEY} --yes -o out"),
    "a phrase as a picture": (3, "qr read $PHRASE -o out"),
    "a damaged part": (3, "qr read damaged.txt -o out"),
    "a part that is missing": (3, "qr read missing.txt -o out"),
    "a psbt that is no plain code": (
        3,
        "qr show payment.psbt --as static --max-version 1 --gif out",
    ),
    # refused: 4
    "a seed file to show": (4, "qr show phrase.txt --gif out"),
    "a card to show": (4, "qr show cards/card-1-1.txt --png out"),
    "a seed in a code": (4, "qr read seed.pbm -o out"),
    "a SeedQR as a payload": (4, "qr read seedqr.pgm -o out"),
    "a SeedQR as a psbt": (3, "psbt convert seedqr.pgm -o out"),
    "a SeedQR with a wrong digit": (3, "key check --seed broken.pgm --expect 05d027a5"),
    "two seeds in pictures": (3, "key check --seed seeds --expect 05d027a5"),
    "a SeedQR in place of a card": (3, "share check seedqr.pgm"),
    "a refused psbt": (4, f"psbt sign refused.psbt --wallet vault.wallet.json {_KEY} --yes -o out"),
    "a wallet that pins no policy": (4, f"{_SIGN} {_KEY} --require-policy --yes -o out"),
    "another intent": (4, f"{_SIGN} {_KEY} --approve {'00' * 32} -o out"),
    "a wrong passphrase": (4, f"{_SIGN} --seed phrase.txt --passphrase phrase.txt --yes -o out"),
    "a refused psbt to finalize": (
        4,
        "psbt finalize refused.psbt --wallet vault.wallet.json -o out",
    ),
    "a wallet that a coldcard file cannot say": (
        4,
        "wallet export vault.wallet.json --for coldcard -o out",
    ),
    "an address that is nowhere": (
        4,
        f"wallet address vault.wallet.json --within 3 --find {ELSEWHERE}",
    ),
    # what must agree does not: 5
    "another fingerprint": (5, f"key check {_KEY} --expect 00000000"),
    "another account fingerprint": (5, f"key account {_KEY} --script wpkh --expect 00000000"),
    "another recovered fingerprint": (
        5,
        f"share recover {_CARDS} cards/card-1-2.txt --expect 00000000 --secret-to out",
    ),
    "another machine's part": (
        5,
        f"{_AGAIN} --opening phrase.txt --commitment {'00' * 32} --expect 00000000",
    ),
    "parts of a Seed XOR that give another key": (
        5,
        f"share recover --as xor {_PARTS} --expect 00000000 --secret-to out",
    ),
    "a phrase that is no part of a Seed XOR": (5, "share check phrase.txt --set xor.json"),
    "a split of another key than expected": (
        5,
        f"share split {_KEY} --group 2of3 --expect 00000000 --secret-to new -o out",
    ),
    "a changed wallet file": (5, "wallet show changed.wallet.json"),
    # the machine: 6
    "a picture that exists": (6, "qr show payment.psbt --gif taken"),
    "a scanned file that exists": (6, "qr read damaged.txt -o taken"),
    "a sink that exists": (6, "key new --secret-to taken"),
    "an opening that exists": (6, "key new --secret-to out --dice rolls.txt --commit taken"),
    "an output that exists": (6, f"{_SIGN} {_KEY} --yes -o taken"),
    "a wallet file that exists": (6, "wallet create --name a --descriptor x -o taken"),
    "a combined file that exists": (6, "psbt combine payment.psbt signed.psbt -o taken"),
    "a transaction that exists": (6, "psbt finalize signed.psbt -o taken"),
    "a missing folder": (6, f"share recover {_CARDS} cards/card-1-2.txt --secret-to no/out"),
    "a folder that takes nothing": (6, f"{_SIGN} {_KEY} --yes -o /proc/out"),
    "a name that is too long": (6, f"psbt combine payment.psbt signed.psbt -o {'n' * 300}/out"),
    "cards that exist": (6, f"share split {_KEY} --group 2of3 --secret-to cards -o out"),
    "a record that cannot be written": (
        6,
        f"share split {_KEY} --group 2of3 --secret-to new -o /proc/out",
    ),
}

IN_OLD_PYTHON_CURVES = (
    "key new --secret-to out",
    f"{_AGAIN} --opening gone --commitment 00 --expect 00000000",
    "key account --seed gone --script wpkh",
    "key check --seed gone --expect 00000000",
    "share split --seed gone --group 2of3 --secret-to new -o out",
    "share recover --share gone --secret-to out",
    "key last-word --words gone --secret-to out",
    "key convert --seed gone --to seedqr --secret-to out",
    "key child words --seed gone --secret-to out",
    "psbt sign gone --wallet gone --seed gone --yes -o out",
    "message sign --message gone --wallet gone --index 0 --seed gone --yes -o out",
)
"""Every command that touches a key; none may come so far as to miss what is `gone`."""


@dataclass(frozen=True)
class Failed:
    """A call that had to fail, and the exit code it had to fail with."""

    ran: Ran
    code: int


def arguments_of(name: str) -> tuple[int, list[str]]:
    """The exit code and the arguments of a failure."""
    code, call = FAILURES[name]
    found = shlex.split(call)
    for variable, secret in _STRAY.items():
        found = [argument.replace(f"${variable}", secret) for argument in found]
    return code, found


def add_strays(known: Known) -> None:
    """Make the secrets that are typed in wrong places known."""
    known.add_seed("stray phrase", PHRASE)
    known.add_text("stray xprv", XPRV)
    known.add_text("stray wif", WIF)
    known.add_text("stray rolls", "1234123412341234")


def furnish(room: Room, lived: Room) -> None:
    """Lay out what the calls need: a life that was lived, and broken pieces of it."""
    shutil.copytree(lived.work, room.work, dirs_exist_ok=True)
    os.chmod(room.work / "cards", 0o700)
    words = _words(room, "phrase.txt")
    room.put("wrong-word.txt", " ".join([*words[:6], "canaries", *words[7:]]))
    room.put("bad-checksum.txt", " ".join([words[1], words[0], *words[2:]]))
    card = _words(room, "cards/card-1-1.txt")
    room.put("broken-card.txt", " ".join([*card[:-2], card[-1], card[-2]]))
    share = (room.work / "codex32-cards/card-1-1.txt").read_text()
    room.put("broken-codex32.txt", share[:30] + ("q" if share[30] != "q" else "p") + share[31:])
    digits = (room.work / "seedqr.txt").read_text()
    room.put("broken-seedqr.txt", digits[:40] + str((int(digits[40]) + 1) % 2) + digits[41:])
    room.put("broken.pgm", _code_of(room, "broken-seedqr.txt"))
    (room.work / "seeds").mkdir()
    for name in ("broken.pgm", "seedqr.pgm"):
        shutil.copy(room.work / name, room.work / "seeds" / name)
    room.put("bare.txt", "d7f1c5e3a9b80642cafe1f2e3d4c5b6a")
    room.put("taken", "somebody else's")
    parts = (room.work / "payment.ur.txt").read_text().splitlines()
    room.put("damaged.txt", parts[0][:-1] + ("A" if parts[0][-1] != "A" else "B"))
    room.put("missing.txt", parts[0] if len(parts) > 1 else "B$2P0200AAAAAAAA")
    room.put("seed.pbm", _code_of(room, "phrase.txt"))
    vault = (room.work / "vault.wallet.json").read_bytes()
    wallet = read_wallet(vault)
    payment = (room.work / "payment.psbt").read_bytes()
    room.put("damaged.psbt", payment[:-1])
    room.put("refused.psbt", make_psbt(wallet, change=(CHANGE, 300_000)))
    room.put("other.psbt", make_psbt(wallet, change=(CHANGE, 596_999)))
    room.put("changed.wallet.json", vault.replace(b'"id": "', b'"id": "0', 1))
    room.ok(
        *("share", "split", "--seed", "phrase.txt", "--group", "2of3"),
        *("--secret-to", "other-cards", "-o", "other-set.json"),
    )


def _code_of(room: Room, name: str) -> bytes:
    side, pixels = draw((room.work / name).read_bytes().strip()).bitmap(scale=4)
    return b"P5\n%d %d\n255\n" % (side, side) + pixels


def _words(room: Room, name: str) -> list[str]:
    return Path(room.work / name).read_text().split()
