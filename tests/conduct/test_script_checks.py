"""Each rule of `check` finds the script that breaks it, and it alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from conduct.conduct_material import KEYGEN, SIGN, Player, begin, earnest_signers

from ceremonies.conduct import builtin, check
from ceremonies.conduct.people import Role, fewest
from ceremonies.conduct.script import Script
from ceremonies.conduct.script_file import read
from ceremonies.conduct.slots import KEY
from ceremonies.conduct.steps import ACTIONS
from ceremonies.errors import InputError, Refused

TEXT = {name: builtin.script(name).data.decode() for name in builtin.ids()}


def edited(name: str, *edits: tuple[str, str]) -> Script:
    text = TEXT[name]
    for old, new in edits:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        text = text.replace(old, new)
    return read(text.encode())


def keygen(*edits: tuple[str, str]) -> Script:
    return edited(KEYGEN, *edits)


def sign(*edits: tuple[str, str]) -> Script:
    return edited(SIGN, *edits)


def block(name: str, step: str) -> str:
    """Return the text of one step."""
    (found,) = (
        part for part in TEXT[name].split("[[step]]")[1:] if f'"{step}"' in part.splitlines()[1]
    )
    return "[[step]]" + found


def without(name: str, *steps: str) -> Script:
    return edited(name, *((block(name, step), "") for step in steps))


def moved(name: str, step: str, *, before: str) -> Script:
    text = block(name, step)
    target = block(name, before)
    return edited(name, (text, ""), (target, f"{text.rstrip()}\n\n{target}"))


def added(name: str, *, before: str, do: str, role: str = "operator", more: str = "") -> Script:
    step = f'[[step]]\nid = "added"\ndo = "{do}"\nrole = "{role}"\n{more}\n\n'
    target = block(name, before)
    return edited(name, (target, step + target))


def secret_file() -> Script:
    """A script whose action, and no built-in one does, would write the key into a file."""
    script = keygen()
    step = script.step("account")
    action = replace(step.action, writes=(KEY,))
    steps = tuple(replace(s, action=action) if s == step else s for s in script.steps)
    return replace(script, steps=steps)


def undeclared_file() -> Script:
    script = keygen()
    step = script.step("account")
    action = replace(step.action, writes=())
    steps = tuple(replace(s, action=action) if s == step else s for s in script.steps)
    return replace(script, steps=steps)


def too_long() -> Script:
    steps = "".join(
        f'[[step]]\nid = "{"a" * 24}-{number}"\ndo = "seal-log"\nrole = "operator"\n'
        for number in range(600)
    )
    target = block(KEYGEN, "close")
    return keygen((target, steps + target))


ATTEST = 'attest = ["witness"]'
WITNESS = "witness   = { at-least = 2, independent = true }"
CONFLICT = '[["operator", "custodian"]]'
COLLECT = 'do   = "collect-entropy"'
SHARES = '[shares]\ngroups = ["2of3"]'

SITES = '\nsites = ["north", "south", "south"]'
APART = "\nno-site-reaches-threshold = true"
SCHEME = "[seed]"
NORTH = '[sites]\nnorth = "the vault"\n'

BREAKS: dict[str, dict[str, Callable[[], Script]]] = {
    "sites": {
        "a site that there is not": lambda: keygen(
            (SHARES, SHARES + SITES), (SCHEME, NORTH + SCHEME)
        ),
        "sites for too few cards": lambda: keygen(
            (SHARES, SHARES + '\nsites = ["north", "north"]'), (SCHEME, NORTH + SCHEME)
        ),
        "a quorum at one site": lambda: read(
            without(KEYGEN, "write-down", "type-back")
            .data.decode()
            .replace(SHARES, SHARES + APART + SITES)
            .replace(SCHEME, NORTH + 'south = "s"\n' + SCHEME)
            .replace('"south"]', '"north"]')
            .encode()
        ),
        "no word about sites": lambda: read(
            without(KEYGEN, "write-down", "type-back", "inventory")
            .data.decode()
            .replace(SHARES, SHARES + APART)
            .encode()
        ),
        "a phrase on paper": lambda: read(
            keygen()
            .data.decode()
            .replace(SHARES, SHARES + APART)
            .encode()
        ),
    },
    "on-fail": {
        "a hand-out that may be left out": lambda: keygen(
            ('do     = "hand-out-shares"', 'on-fail = "exception"\ndo = "hand-out-shares"'),
            ('say    = "Each custodian alone writes one card down and types it back."\n' + ATTEST,
             ""),
        ),
        "what is attested and may be left out": lambda: added(
            KEYGEN, before="wipe", do="inventory",
            more='on-fail = "exception"\nattest = ["witness"]',
        ),
    },
    "policy": {
        "a policy that nobody reads": lambda: sign(
            ("[roles]", f'policy = "{"ab" * 32}"\n[roles]')
        ),
        "a policy after the review": lambda: added(SIGN, before="approve", do="read-policy"),
        "a policy after the review of a batch": lambda: added(
            "sign-batch", before="approve", do="read-policy"
        ),
    },
    "ids": {
        "two steps of one id": lambda: keygen(('id   = "chance"', 'id   = "split"')),
    },
    "order": {
        "a need before it is given": lambda: moved(SIGN, "review", before="psbt"),
        "a need that nothing gives": lambda: without(SIGN, "review"),
    },
    "declared": {
        "a need that the action has not": lambda: keygen(
            ('do   = "make-seed"', 'do   = "make-seed"\nneeds = ["wallet"]')
        ),
        "a gift that the action has not": lambda: keygen(
            ('do   = "make-seed"', 'do   = "make-seed"\ngives = ["seed", "key"]')
        ),
        "a slot that there is not": lambda: keygen(
            ('do   = "make-seed"', 'do   = "make-seed"\nneeds = ["seeds"]')
        ),
    },
    "roles": {
        "an unknown role acts": lambda: keygen(('do   = "wipe"\nrole = "operator"',
                                               'do   = "wipe"\nrole = "auditor"')),
        "an unknown role attests": lambda: sign((ATTEST, 'attest = ["auditor"]')),
        "an unknown role conflicts": lambda: keygen((CONFLICT, '[["operator", "auditor"]]')),
        "a conflict with itself": lambda: keygen(
            (CONFLICT, '[["operator", "custodian"], ["witness", "witness"]]')
        ),
        "fewer allowed than asked for": lambda: keygen(
            (WITNESS, "witness = { at-least = 2, at-most = 1, independent = true }")
        ),
        "one person may hold every role": lambda: sign(
            ("witness   = { at-least = 1, independent = true }", "witness = 1"),
            ('[["operator", "approver"]]', "[]"),
            ("quorum    = 2", "quorum = 1"),
        ),
    },
    "actors": {
        "cards for an operator": lambda: keygen(
            ("operator  = 1", "operator  = 3"),
            ('do     = "hand-out-shares"\nrole   = "custodian"',
             'do     = "hand-out-shares"\nrole   = "operator"'),
            ('do     = "confirm-fingerprint"\nrole   = "custodian"',
             'do     = "confirm-fingerprint"\nrole   = "operator"'),
        ),
        "an independent witness with the dice": lambda: keygen(
            ('do   = "collect-entropy"\nrole = "operator"',
             'do   = "collect-entropy"\nrole = "witness"')
        ),
        "an independent witness with the key": lambda: sign(
            ('do   = "recover-seed"\nrole = "custodian"', 'do   = "recover-seed"\nrole = "witness"')
        ),
    },
    "attested": {
        "before anybody is known": lambda: keygen(
            ('do   = "check-machine"', f'do   = "check-machine"\n{ATTEST}')
        ),
        "after the end": lambda: sign(('do   = "close"', f'do   = "close"\n{ATTEST}')),
        "twice": lambda: sign((ATTEST, 'attest = ["witness", "witness"]')),
    },
    "quorum": {
        "more signers than people": lambda: keygen(("quorum    = 2", "quorum = 7")),
        "people counted twice": lambda: keygen((CONFLICT, "[]"), ("quorum    = 2", "quorum = 6")),
    },
    "opening": {
        "people before the machine": lambda: moved(KEYGEN, "people", before="machine"),
        "no machine check": lambda: without(SIGN, "machine"),
        "a second machine check": lambda: added(SIGN, before="sign", do="check-machine"),
        "a second roll call": lambda: added(KEYGEN, before="key", do="roll-call"),
    },
    "ending": {
        "no close": lambda: without(SIGN, "close"),
        "something after close": lambda: added(SIGN, before="close", do="close"),
        "secrets that are never wiped": lambda: without(KEYGEN, "wipe"),
        "secrets wiped before they are used": lambda: moved(SIGN, "wipe", before="sign"),
        "wiped twice": lambda: added(SIGN, before="send", do="wipe"),
        "a file after wipe": lambda: moved(SIGN, "wipe", before="send"),
    },
    "outputs": {
        "two files of one name": lambda: keygen(('"vault.wallet.json"', '"account.json"')),
        "the name of a later file": lambda: keygen(('"vault.wallet.json"', '"account-2.json"')),
        "names that differ in case": lambda: keygen(('"vault.wallet.json"', '"Account.JSON"')),
        "the name of the log": lambda: keygen(('"account.json"', '"log.jsonl"')),
        "the name of the script": lambda: keygen(('"account.json"', '"script.toml"')),
        "the name of the signers": lambda: keygen(('"account.json"', '"Allowed_Signers"')),
        "the name of the seals": lambda: keygen(('"account.json"', '"seals"')),
        "the name of what is withheld": lambda: keygen(('"account.json"', '"reveal.jsonl"')),
        "the name of torn bytes": lambda: keygen(('"account.json"', '"Torn-00000001.bytes"')),
    },
    "secrets": {
        "a key in a file": secret_file,
        "something unsaid in a file": undeclared_file,
    },
    "entropy": {
        "no sources": lambda: keygen(
            ('[[entropy]]\nkind = "dice"\nbits = 128\n[[entropy]]\nkind = "system"\nbits = 256', "")
        ),
        "sources collected and none named": lambda: added(
            SIGN, before="collect", do="collect-entropy"
        ),
        "one source twice": lambda: keygen(('kind = "system"', 'kind = "dice"')),
        "too few bits": lambda: keygen(("bits = 128", "bits = 127"), ("bits = 256", "bits = 128")),
        "sides of a coin": lambda: keygen(('kind = "dice"\n', 'kind = "coins"\nsides = 2\n')),
        "a commitment of nothing": lambda: keygen(
            (COLLECT, f"{COLLECT}\ncommit = true"), ('kind = "system"', 'kind = "hex"')
        ),
        "a commitment to nobody": lambda: keygen(
            (COLLECT, f"{COLLECT}\ncommit = true"),
            ('[[entropy]]\nkind = "dice"\nbits = 128\n', ""),
        ),
        "no seed": lambda: keygen(('[seed]\nscheme = "bip39"\nwords  = 24', "")),
        "a seed that it cannot make": lambda: keygen(('scheme = "bip39"', 'scheme = "slip39"')),
    },
    "shares": {
        "no shares": lambda: keygen((SHARES, "")),
        "no groups": lambda: keygen((SHARES, "[shares]\ngroups = []")),
        "more groups needed than there are": lambda: keygen((SHARES, f"{SHARES}\ngroups-needed=2")),
        "seventeen groups": lambda: keygen(
            (SHARES, "[shares]\ngroups = [" + 17 * '"1of1", ' + "]"),
            ("custodian = 3", "custodian = 17"),
        ),
        "fewer holders than cards": lambda: keygen(("custodian = 3", "custodian = 2")),
        "holders without a card": lambda: keygen(("custodian = 3", "custodian = 4")),
        "perhaps holders without a card": lambda: keygen(
            ("custodian = 3", "custodian = { at-least = 3 }")
        ),
    },
    "once": {
        "the phrase twice": lambda: added(KEYGEN, before="type-back", do="show-phrase"),
        "two keys": lambda: added(KEYGEN, before="write-down", do="make-seed"),
        "two sets": lambda: added(KEYGEN, before="hand-out", do="split-shares"),
        "the cards twice": lambda: added(
            KEYGEN, before="recombine", do="hand-out-shares", role="custodian"
        ),
    },
    "verified": {
        "a phrase that nobody types back": lambda: without(KEYGEN, "type-back"),
        "cards that nobody gets": lambda: edited(
            KEYGEN,
            (block(KEYGEN, "hand-out"), ""),
            (block(KEYGEN, "recombine"),
             '[[step]]\nid = "added"\ndo = "collect-shares"\nrole = "custodian"\n\n'
             + block(KEYGEN, "recombine")),
        ),
        "cards that are never put together": lambda: without(
            KEYGEN, "recombine", "fingerprint", "account", "wallet"
        ),
        "a key that is on no paper": lambda: without(
            KEYGEN, "write-down", "type-back", "split", "record", "hand-out", "recombine",
            "fingerprint", "account", "wallet",
        ),
    },
    "papers": {
        "a phrase typed by who did not write it": lambda: keygen(
            ('do   = "confirm-phrase"\nrole = "operator"',
             'do   = "confirm-phrase"\nrole = "custodian"')
        ),
        "a fingerprint asked of who has no card": lambda: keygen(
            ('do     = "confirm-fingerprint"\nrole   = "custodian"',
             'do     = "confirm-fingerprint"\nrole   = "operator"'),
            ('do   = "show-phrase"\nrole = "operator"', 'do   = "show-phrase"\nrole = "custodian"'),
            ('do   = "confirm-phrase"\nrole = "operator"',
             'do   = "confirm-phrase"\nrole = "custodian"'),
        ),
        "a phrase typed back that was never shown": lambda: without(KEYGEN, "write-down"),
    },
    "seedqr": {
        "of 15 words": lambda: keygen(
            ('do   = "show-phrase"', 'do   = "show-phrase"\nseedqr = "compact"'),
            ("words  = 24", "words  = 15"),
        ),
    },
    "released": {
        "an account before the phrase was typed back": lambda: edited(
            KEYGEN,
            (block(KEYGEN, "type-back"), ""),
            (block(KEYGEN, "wipe"), block(KEYGEN, "type-back") + block(KEYGEN, "wipe")),
        ),
    },
    "network": {
        "an account of no network": lambda: keygen(
            ('network = "mainnet"', "")
        ),
        "a wallet of one key of several": lambda: keygen(('"wpkh"', '"wsh"')),
    },
    "length": {
        "a plan that no record can hold": too_long,
    },
}  # fmt: skip

CASES = [
    pytest.param(rule, broken, id=f"{rule}: {name}")
    for rule, cases in BREAKS.items()
    for name, broken in cases.items()
]


@pytest.mark.parametrize("name", [KEYGEN, SIGN])
def test_a_built_in_is_sound(name: str) -> None:
    assert check.check(builtin.script(name)) == ()
    check.insist(builtin.script(name))


def test_every_rule_has_a_script_that_breaks_it() -> None:
    assert set(BREAKS) == set(check.RULES)


@pytest.mark.parametrize(("rule", "broken"), CASES)
def test_a_rule_finds_what_breaks_it_and_no_other_does(
    rule: str, broken: Callable[[], Script]
) -> None:
    script = broken()
    found = check.check(script)
    assert {finding.rule for finding in found} == {rule}
    assert all(f.where and f.message and f.hint for f in found)
    with pytest.raises(InputError) as caught:
        check.insist(script)
    assert caught.value.findings == found


def test_an_unsound_script_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not sound"):
        begin(tmp_path / "at", keygen(("quorum    = 2", "quorum = 7")), Player())
    assert not (tmp_path / "at").exists()


def test_too_few_signers_for_the_roles_leave_no_folder(tmp_path: Path) -> None:
    for people, rehearsal in ((5, True), (5, False)):
        names = ("alice", "bob", "carol", "dave", "erin")[:people]
        with pytest.raises(Refused, match="takes 6 different people"):
            begin(
                tmp_path / "at",
                KEYGEN,
                Player(),
                signers_file=earnest_signers(names),
                rehearsal=rehearsal,
            )
        assert not (tmp_path / "at").exists()


@pytest.mark.parametrize(("words", "bits"), [(12, 128), (15, 160), (18, 192), (21, 224), (24, 256)])
def test_a_phrase_needs_as_many_bits_as_it_has(words: int, bits: int) -> None:
    def of(system: int) -> Script:
        return keygen(
            ("words  = 24", f"words = {words}"),
            ("bits = 128", "bits = 64"),
            ("bits = 256", f"bits = {system}"),
        )

    assert check.check(of(bits - 64)) == ()
    assert {finding.rule for finding in check.check(of(bits - 65))} == {"entropy"}


def test_a_script_may_say_less_than_the_action_declares() -> None:
    old = 'do     = "hand-out-shares"'
    assert check.check(keygen((old, f'{old}\nneeds = ["shares"]\ngives = ["typed"]'))) == ()


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_no_action_writes_a_secret_or_something_undeclared(name: str) -> None:
    action = ACTIONS[name]
    has_files = bool(tuple(action.outputs(action.params())))
    assert bool(action.writes) == has_files
    assert not any(slot.secret for slot in action.writes)
    assert {*action.writes} <= {*action.needs, *action.gives}


def role(name: str, least: int, *, independent: bool = False) -> Role:
    return Role(name=name, least=least, most=None, independent=independent)


@pytest.mark.parametrize(
    ("roles", "conflicts", "people"),
    [
        ([], [], 0),
        ([role("a", 3)], [], 3),
        ([role("a", 3), role("b", 2)], [], 3),
        ([role("a", 3), role("b", 2)], [["a", "b"]], 5),
        ([role("a", 3), role("b", 2, independent=True)], [], 5),
        ([role("a", 3, independent=True), role("b", 2)], [], 5),
        ([role("a", 1), role("b", 1), role("c", 1)], [["a", "b", "c"]], 3),
        ([role("a", 1), role("b", 2), role("c", 4)], [["a", "b"], ["b", "c"]], 6),
        ([role("a", 1), role("b", 5), role("c", 1)], [["a", "c"]], 5),
    ],
)
def test_whoever_may_hold_two_roles_is_one_person(
    roles: list[Role], conflicts: list[list[str]], people: int
) -> None:
    assert fewest(roles, conflicts) == people
