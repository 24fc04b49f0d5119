"""A review for people: 80 columns, alike findings once, everything unusual, every payment."""

from __future__ import annotations

import re

from signing.wallets_made import CHANGE, PAYEE, make_psbt, make_wallet

from ceremonies.bitcoin.psbt import parse
from ceremonies.bitcoin.script import address
from ceremonies.frozen import replace
from ceremonies.network import REGTEST
from ceremonies.signing.history import History, PastPayment
from ceremonies.signing.policy import Policy
from ceremonies.signing.review import review
from ceremonies.spoken import in_fours
from ceremonies.wallets.wallet import Place
from custody_cli import terminal
from custody_cli.contract import FindingJson
from custody_cli.reviews import remembered, review_answer
from custody_cli.show import psbt as drawn
from custody_cli.show.findings import grouped


def finding(where: str, message: str = "is odd") -> FindingJson:
    return {"rule": "r", "level": "warn", "where": where, "message": message, "hint": "h"}


def many(inputs: int, payments: int) -> bytes:
    coins = [(Place(0, n), 600_000 + n) for n in range(inputs)]
    paid = [(b"\x00\x14" + n.to_bytes(20, "big"), 1_000_000) for n in range(payments)]
    left = sum(value for _, value in coins) - payments * 1_000_000 - 100_000
    return make_psbt(make_wallet("wsh"), inputs=coins, payments=paid, change=(CHANGE, left))


def told(data: bytes, kind: str = "wsh", *, everything: bool = False) -> str:
    answer = review_answer(review(parse(data), make_wallet(kind)))
    return drawn.text(answer, everything=everything)


def test_findings_that_differ_in_their_place_are_told_once() -> None:
    places = [f"input {n}" for n in (0, 1, 2, 5, 7, 8)]
    (one,) = grouped(finding(place) for place in places)
    assert one.where == " inputs 0 to 2, 5, 7 to 8 each"
    assert [found.where for found in grouped([finding("output 3")])] == [" output 3"]
    assert [found.where for found in grouped([finding("")])] == [""]
    mixed = grouped([finding("input 1"), finding("output 1"), finding("input 2", "another")])
    assert [found.where for found in mixed] == [" input 1, output 1", " input 2"]


def test_a_thousand_inputs_are_summed_up_and_no_line_is_wider_than_80_columns() -> None:
    answer = review_answer(review(parse(many(1_000, 30)), make_wallet("wsh")))
    short, whole = drawn.text(answer), drawn.text(answer, everything=True)
    assert len(short.splitlines()) < 70
    assert "1000 inputs of 0.00600000 BTC to 0.00600999 BTC" in short
    assert "Payments: 30, 0.30000000 BTC together" in short
    for text in (short, whole):
        assert max(map(len, text.splitlines())) <= 80
    assert len(re.findall(r"m/48h/1h/0h/2h/0/\d+ \(wsh\)", whole)) == 1_000
    for output in answer["outputs"][:30]:
        assert in_fours(str(output["address"])) in short


def test_change_beyond_the_twentieth_is_summed_up_and_payments_never() -> None:
    wallet = make_wallet("wpkh")
    own = [(wallet.derive(Place(1, n)).script, 10_000) for n in range(25)]
    from signing.psbt_records import edited
    from signing.wallets_made import output_records

    data = make_psbt(wallet, payments=own, change=(CHANGE, 747_000))
    claimed = edited(
        data,
        lambda maps: [maps[3 + n].extend(output_records(wallet, Place(1, n))) for n in range(25)],
    )
    assert "and 6 more like these: --all shows them" in told(claimed, "wpkh")
    assert "more like these" not in told(claimed, "wpkh", everything=True)


def test_what_is_unusual_comes_first_and_notes_come_before_the_intent() -> None:
    data = make_psbt(make_wallet("wpkh"), locktime=850_000, payments=[(PAYEE, 200)])
    lines = told(data, "wpkh").splitlines()
    assert lines[0].startswith("REFUSE fee-share:")
    assert any(line.startswith("WARN dust: output 0") for line in lines[:8])
    head = next(n for n, line in enumerate(lines) if line.startswith("wallet"))
    note = next(n for n, line in enumerate(lines) if line.startswith("locktime: "))
    assert head < note < next(n for n, line in enumerate(lines) if line.startswith("verdict"))


def test_the_ways_to_spend_say_when_they_open() -> None:
    wallet = make_wallet("decaying")
    now, later = wallet.signers
    early = told(make_psbt(wallet), "decaying")
    assert f"{now}: open" in early
    assert f"{later}: opens after 6 blocks" in early
    ripe = told(make_psbt(wallet, sequence=6), "decaying")
    assert f"{later}: open" in ripe
    answer = review_answer(review(parse(make_psbt(wallet, sequence=5)), wallet))
    assert [(way["opens"], way["open"]) for way in answer["branches"]] == [
        ("at once", True),
        ("after 6 blocks", False),
    ]


def test_a_fee_is_told_three_ways_where_nothing_is_paid_too() -> None:
    paying = told(make_psbt(make_wallet("wpkh")), "wpkh")
    assert re.search(r"0\.00003000 BTC, \d+\.\d\d sat/vB, 0\.7 % of the payments", paying)
    back = told(make_psbt(make_wallet("wpkh"), payments=[], change=(CHANGE, 997_000)), "wpkh")
    assert " sat/vB, 0.3 % of the inputs" in back


def test_the_policy_is_shown_beside_the_intent() -> None:
    policy = Policy(sha256="ab" * 32)
    answer = review_answer(
        review(parse(make_psbt(make_wallet("wpkh"))), make_wallet("wpkh"), policy=policy)
    )
    text = drawn.text(answer)
    assert in_fours("ab" * 16) in text
    assert text.index("intent") < text.index(in_fours("ab" * 16)) < text.index("verdict")


class Typist:
    """A terminal of six rows, at which somebody presses Enter."""

    rows = 6

    def __init__(self) -> None:
        self.said: list[str] = []
        self.asked: list[str] = []

    def say(self, text: str = "") -> None:
        self.said.append(text)

    def line(self, prompt: str) -> str:
        self.asked.append(f"{prompt} after {len(self.said)}")
        return ""


def test_long_text_is_shown_screen_by_screen_and_nothing_is_left_out() -> None:
    for count in range(30):
        typist = Typist()
        lines = [f"line {n}" for n in range(count)]
        terminal._say_in_pages(typist, lines, keep=1)  # type: ignore[arg-type]
        assert typist.said == lines
        steps = [int(asked.rpartition(" ")[2]) for asked in typist.asked]
        assert steps == list(range(5, 5 * len(steps) + 1, 5))
        assert count - (steps[-1] if steps else 0) <= 5


def test_a_review_says_whether_the_wallet_file_pins_a_policy() -> None:
    wallet, data = make_wallet("wpkh"), make_psbt(make_wallet("wpkh"))
    free = review_answer(review(parse(data), wallet))
    assert not free["policy_pinned"]
    assert "policy    no policy is pinned by this wallet file" in drawn.text(free)
    policy = Policy(sha256="ab" * 32)
    given = drawn.text(review_answer(review(parse(data), wallet, policy=policy)))
    assert "abab  not pinned by the wallet" in given
    pinned = replace(wallet, policy_sha256=policy.sha256)
    held = review_answer(review(parse(data), pinned, policy=policy))
    assert held["policy_pinned"]
    assert "no policy is pinned" not in drawn.text(held)


def test_what_was_signed_before_is_shown_beside_what_is_to_be_signed() -> None:
    """A fee bump pays the same people, and whoever looks must see whether it does."""
    wallet = make_wallet("wsh")
    payee = in_fours(str(address(PAYEE, REGTEST)))
    other = in_fours("bcrt1p5d7rjq7g6rdk2yhzks9smlaqtedr4dekq08ge8ztwac72sfr9rusxg3297")
    first = remembered(review(parse(make_psbt(wallet)), wallet))
    gone = PastPayment(address=other.replace(" ", ""), value_sat=7)
    past = replace(first, payments=(*(first.payments or ()), gone))
    bumped = parse(make_psbt(wallet, change=(CHANGE, 590_000)))
    answer = review_answer(review(bumped, wallet, history=History(signings=(past,), is_given=True)))
    (before,) = answer["signed_before"]
    assert (before["txid"], before["inputs"], before["fee_sat"]) == (past.txid, [0, 1], 3_000)
    text = drawn.text(answer)
    assert max(map(len, text.splitlines())) <= 80
    lines = text.splitlines()
    assert any(re.search(r"SIGNED BEFORE +NOW", line) for line in lines)
    assert any(re.search(r"fee +0.00003000 BTC +0.00010000 BTC", line) for line in lines)
    assert any(re.search(r"pays +0.00400000 BTC +0.00400000 BTC", line) for line in lines)
    assert any(re.search(r"pays +0.00000007 BTC +nothing", line) for line in lines)
    for group in (*payee.split(), *other.split()):
        assert group in text
