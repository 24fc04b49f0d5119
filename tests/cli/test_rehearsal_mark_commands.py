"""A rehearsal's secret at the commands: refused in earnest, wanted with `--rehearse`."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cli.person import insist_answered, person, words_of
from cli.room import Ran, Room
from signing.wallets_made import make_psbt

from ceremonies.keys.mark import SET_IDENTIFIER, with_mark
from ceremonies.keys.seed import Scheme, Seed
from ceremonies.secret import Secret
from ceremonies.wallets.file import read as read_wallet

MARKED = with_mark(Secret(bytes(range(16))))
PLAIN = Secret(bytes(range(16)))
BY_CARDS = ("--share", "cards/card-1-1.txt", "--share", "cards/card-1-3.txt")
BY_PLAIN_CARDS = ("--share", "plain-cards/card-1-1.txt", "--share", "plain-cards/card-1-2.txt")
MARKED_WAYS = {
    "phrase": ("--seed", "marked.txt"),
    "cards": BY_CARDS,
    "slip39": ("--seed", "marked-slip39.txt"),
    "slip39 cards": (*BY_CARDS, "--scheme", "slip39"),
}
TWO_OF_THREE = ("--group", "2of3")


@pytest.fixture(scope="module")
def room(new_room: Callable[[str], Room]) -> Room:
    """A room with a marked and an unmarked secret, as phrases, master secrets and cards."""
    made = new_room("rehearsal-mark")
    for name, secret in (("marked", MARKED), ("plain", PLAIN)):
        for scheme, end in ((Scheme.BIP39, ""), (Scheme.SLIP39, "-slip39")):
            written = Seed(scheme, secret).written().reveal()
            made.put(f"{name}{end}.txt", written + b"\n")
    made.ok(*split("marked.txt", "cards", "--rehearse"))
    made.ok(*split("plain.txt", "plain-cards"))
    for network in ("regtest", "signet"):
        made.ok(
            *("wallet", "create", "--name", network, "--descriptor", descriptor_of(made)),
            *("--network", network, "-o", f"{network}.wallet.json"),
        )
        wallet = read_wallet((made.work / f"{network}.wallet.json").read_bytes())
        made.put(f"{network}.psbt", make_psbt(wallet))
    return made


def split(seed: str, folder: str, *more: str) -> tuple[str, ...]:
    out = ("--secret-to", folder, "-o", f"{folder}.json")
    return ("share", "split", "--seed", seed, *TWO_OF_THREE, *out, *more)


def account(*more: str) -> tuple[str, ...]:
    return ("key", "account", "--script", "wpkh", *more)


def descriptor_of(room: Room) -> str:
    # on regtest: the keys of all test networks are written alike
    asked = account("--seed", "marked.txt", "--network", "regtest", "--format", "descriptor")
    return room.ok(*asked).out.decode().strip()


def insist_refused(ran: Ran, cause: str) -> None:
    assert ran.code == 4, str(ran)
    assert ran.err.startswith(f"error: {cause}".encode()), str(ran)
    assert b"\nhint: " in ran.err
    assert ran.out == b""
    assert ran.made == {}


def refused_as_practice(ran: Ran) -> None:
    insist_refused(ran, "this is a rehearsal's secret: it carries the practice mark")


def refused_as_earnest(ran: Ran) -> None:
    insist_refused(ran, "this is no rehearsal's secret: it does not carry the practice mark")


def fingerprint(room: Room, *way: str) -> str:
    found = room.ok(*account(*way, "--network", "regtest", "--json")).json["fingerprint"]
    assert isinstance(found, str)
    return found


@pytest.mark.parametrize("way", MARKED_WAYS)
def test_an_account_of_a_marked_secret_is_refused_on_mainnet(room: Room, way: str) -> None:
    refused_as_practice(room.run(*account(*MARKED_WAYS[way], "--network", "mainnet")))


@pytest.mark.parametrize("network", ["testnet4", "signet"])
def test_an_account_of_a_marked_secret_is_for_regtest_alone(room: Room, network: str) -> None:
    marked = account("--seed", "marked.txt")
    refused_as_practice(room.run(*marked, "--network", network))
    room.ok(*marked, "--network", "regtest")


def test_regtest_takes_unmarked_secrets_too(room: Room) -> None:
    room.ok(*account("--seed", "plain.txt", "--network", "regtest"))


@pytest.mark.parametrize("way", [("--seed", "marked.txt"), BY_CARDS])
def test_a_marked_backup_is_checked_in_a_rehearsal_alone(room: Room, way: tuple[str, ...]) -> None:
    check = ("key", "check", *way, "--expect", fingerprint(room, *way))
    refused_as_practice(room.run(*check))
    room.ok(*check, "--rehearse")


@pytest.mark.parametrize("way", [("--seed", "plain.txt"), BY_PLAIN_CARDS])
def test_a_real_backup_is_not_checked_in_a_rehearsal(room: Room, way: tuple[str, ...]) -> None:
    check = ("key", "check", *way, "--expect", fingerprint(room, *way))
    room.ok(*check)
    refused_as_earnest(room.run(*check, "--rehearse"))


@pytest.mark.parametrize("scheme", ["bip39", "slip39"])
def test_secrets_are_split_where_they_belong(room: Room, scheme: str) -> None:
    end = "-slip39" if scheme == "slip39" else ""
    said = ("--scheme", scheme)
    refused_as_practice(room.run(*split(f"marked{end}.txt", "no", *said)))
    refused_as_earnest(room.run(*split(f"plain{end}.txt", "no", "--rehearse", *said)))
    made = room.ok(*split(f"marked{end}.txt", f"as-{scheme}", "--rehearse", "--json", *said))
    assert made.json["set"] == f"{SET_IDENTIFIER:04x}"


def test_secrets_are_recovered_where_they_belong(room: Room) -> None:
    recover = ("share", "recover", "--secret-to", "recovered.txt")
    refused_as_practice(room.run(*recover, *BY_CARDS))
    refused_as_earnest(room.run(*recover, *BY_PLAIN_CARDS, "--rehearse"))
    room.ok(*recover, *BY_CARDS, "--rehearse")
    assert (room.work / "recovered.txt").read_bytes() == (room.work / "marked.txt").read_bytes()


def test_a_wrong_passphrase_loses_the_mark_and_a_rehearsal_says_so(room: Room) -> None:
    room.put("words.txt", "the cards' own\n")
    said = ("--scheme", "slip39", "--passphrase", "words.txt", "--rehearse")
    room.ok(*split("marked-slip39.txt", "worded", *said))
    cards = ("--share", "worded/card-1-1.txt", "--share", "worded/card-1-2.txt")
    recover = ("share", "recover", *cards, "--scheme", "slip39", "--secret-to", "no", "--rehearse")
    refused_as_earnest(room.run(*recover))


def test_a_transaction_is_signed_with_a_marked_key_on_regtest_alone(room: Room) -> None:
    for way in ("phrase", "cards"):
        for network, code in (("signet", 4), ("regtest", 0)):
            ran = room.run(
                *("psbt", "sign", f"{network}.psbt", "--wallet", f"{network}.wallet.json"),
                *(*MARKED_WAYS[way], "--yes", "-o", f"{way}-signed.psbt"),
            )
            if code:
                refused_as_practice(ran)
            assert ran.code == code, str(ran)


def test_a_card_with_the_practice_identifier_is_warned_of_and_valid(room: Room) -> None:
    ran = room.ok("share", "check", "cards/card-1-2.txt", "--set", "cards.json", "--json")
    assert ran.err.startswith(b"rehearsal cards have this set's identifier")
    assert ran.json["valid"] is True
    assert ran.json["set"] == f"{SET_IDENTIFIER:04x}"
    assert room.ok("share", "check", "plain-cards/card-1-2.txt").err == b""


def test_a_phrase_that_is_typed_is_held_to_the_mark_too(room: Room) -> None:
    expected = fingerprint(room, "--seed", "marked.txt")
    words = words_of(room, "marked.txt")
    for more, answer in (((), "it carries the practice mark"), (("--rehearse",), "yes: this is")):
        with person(room, "key", "check", "--expect", expected, *more) as someone:
            someone.answers("word 1 of 24:", " ".join(words))
            someone.answers("word 13 of 24:", "")
            ran = someone.leaves()
        if more:
            insist_answered(ran, answer)
        assert answer in someone.seen
        assert ran.code == (0 if more else 4)


def test_a_new_key_is_never_marked(room: Room) -> None:
    room.ok("key", "new", "--secret-to", "new.txt")
    assert words_of(room, "new.txt")[:3] != ["practice"] * 3
