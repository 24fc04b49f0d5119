"""Scripts are read strictly: what is not exactly one is an error that says where."""

from __future__ import annotations

import re
import tomllib
from contextlib import suppress

import pytest
from conduct.conduct_material import KEYGEN, SIGN
from hypothesis import given, settings
from hypothesis import strategies as st

from ceremonies.conduct import builtin
from ceremonies.conduct.script import Script
from ceremonies.conduct.script_file import MAX_SIZE, read
from ceremonies.errors import InputError

GOOD = builtin.script(KEYGEN).data.decode()
BUILTINS = (GOOD, builtin.script(SIGN).data.decode())

EXAMPLE = """\
schema  = "ceremony/1"
id      = "vault-keygen"
title   = "One key for the vault, three holders"
network = "testnet4"

[roles]
operator  = 1
custodian = 3
witness   = { at-least = 2, at-most = 4, independent = true }

[rules]
conflicts = [["operator", "witness"]]
quorum    = 2

[seed]
scheme = "slip39"
words  = 18

[[entropy]]
kind = "system"
bits = 256

[shares]
groups = ["2of3", "3of5"]
groups-needed = 2
no-site-reaches-threshold = true

[[step]]
id     = "cards"
do     = "hand-out-shares"
role   = "custodian"
needs  = ["shares"]
gives  = []
attest = ["custodian", "witness"]
maps   = ["ccss-9:1.03.2.1"]
"""


def edited(old: str, new: str, text: str = GOOD) -> bytes:
    assert old in text, f"nothing to edit: {old}"
    return text.replace(old, new, 1).encode()


def refused(data: bytes) -> str:
    with pytest.raises(InputError) as caught:
        read(data)
    assert caught.value.hint
    assert caught.value.cause.isprintable(), "a script must not write control codes to a terminal"
    assert caught.value.cause[:1].islower()
    return caught.value.cause


def test_every_key_of_the_format_is_read() -> None:
    script = read(EXAMPLE.encode())
    assert (script.id, script.quorum, script.conflicts) == (
        "vault-keygen",
        2,
        (("operator", "witness"),),
    )
    assert script.network is not None
    assert script.network.name == "testnet4"
    witness = script.roles[2]
    assert (witness.name, witness.least, witness.most, witness.independent) == (
        "witness",
        2,
        4,
        True,
    )
    assert (script.roles[1].least, script.roles[1].most) == (3, 3)
    assert script.seed is not None
    assert (script.seed.scheme, script.seed.words) == ("slip39", 18)
    assert [(form.kind, form.bits) for form in script.entropy] == [("system", 256)]
    assert script.shares is not None
    assert (list(map(str, script.groups)), script.shares.groups_needed) == (["2of3", "3of5"], 2)
    assert script.shares.no_site_reaches_threshold
    (step,) = script.steps
    assert (step.needs, step.gives) == (("shares",), ())
    assert (step.attest, step.maps) == (("custodian", "witness"), ("ccss-9:1.03.2.1",))
    assert step.say == step.action.about, "what a step does not say, its action does"


def test_a_script_is_pinned_by_its_exact_bytes() -> None:
    assert read(GOOD.encode()).sha256 != read(GOOD.encode() + b"\n").sha256


@pytest.mark.parametrize(
    ("old", "where"),
    [
        ('schema  = "ceremony/1"', "`surplus`"),
        ("[roles]\noperator  = 1", "$.roles"),
        ("[rules]", "$.rules"),
        ("[seed]", "$.seed"),
        ("[[entropy]]", "$.entropy[0]"),
        ("[shares]", "$.shares"),
        ("[[step]]", "step 1 (machine)"),
        ('id     = "hand-out"', "step 11 (hand-out)"),
    ],
)
def test_an_unknown_key_is_an_error_at_every_level(old: str, where: str) -> None:
    assert where in refused(edited(old, f"{old}\nsurplus = 1.5"))


def test_an_unknown_key_of_a_role_is_an_error() -> None:
    assert "$.roles" in refused(edited("independent = true", "independant = true"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"ceremony/1"', '"ceremony/2"'),
        ('id      = "keygen-2of3"', "id = 7"),
        ('title   = "', 'title = "\\u0007'),
        ('network = "mainnet"', 'network = "testnet"'),
        ("operator  = 1", "operator = true"),
        ("operator  = 1", 'operator = "1"'),
        ("operator  = 1", "operator = 1.0"),
        ("operator  = 1", "operator = 0"),
        ("operator  = 1", "operator = -1"),
        ("operator  = 1", "operator = 101"),
        ("operator  = 1", "operator = 2026-01-01"),
        ("operator  = 1", f"operator = {'9' * 5_000}"),
        ("at-least = 2", 'at-least = "2"'),
        ("independent = true", "independent = 1"),
        ("quorum    = 2", "quorum = 0"),
        ("quorum    = 2", "quorum = []"),
        ('[["operator", "custodian"]]', '["operator", "custodian"]'),
        ('scheme = "bip39"', 'scheme = "bip44"'),
        ("words  = 24", "words = 13"),
        ("words  = 24", "words = 24.0"),
        ('kind = "dice"', 'kind = "sun"'),
        ("bits = 128", "bits = 257"),
        ("bits = 128", "bits = 0"),
        ('groups = ["2of3"]', 'groups = "2of3"'),
        ('groups = ["2of3"]', 'groups = ["2of3\\n"]'),
        ('groups = ["2of3"]', 'groups = ["\u0662of3"]'),
        ('groups = ["2of3"]', 'groups = ["4of3"]'),
        ('groups = ["2of3"]', 'groups = ["1of3"]'),
        ('groups = ["2of3"]', 'groups = ["2of17"]'),
        ('[seed]\nscheme = "bip39"\nwords  = 24', "seed = []"),
    ],
)
def test_a_value_of_another_type_or_range_is_an_error(old: str, new: str) -> None:
    refused(edited(old, new))


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('do   = "check-machine"', 'do = "check-machines"', "step 1 (machine)"),
        ('do   = "check-machine"', 'do = "\\u001b[2J"', "step 1 (machine)"),
        ('do   = "check-machine"', "do = 1", "step 1"),
        ('do   = "check-machine"', 'do = "check-machine"\ndemands = ["moon"]', "step 1 (machine)"),
        ('id   = "chance"', 'id = ""', "step 5"),
        ('role   = "custodian"\nsay    = "Each', 'role = "Custodian"\nsay = "Each', "step 11"),
        ('attest = ["witness"]', 'attest = "witness"', "step 11"),
        ('attest = ["witness"]', 'attest = ["witness\\n"]', "step 11"),
        ('script = "wpkh"', 'script = "p2wpkh"', "step 14 (account)"),
        ('script = "wpkh"', 'script = "wpkh"\naccount = -1', "step 14 (account)"),
        ('script = "wpkh"', 'script = "wpkh"\naccount = 2147483648', "step 14 (account)"),
        ('output = "account.json"', 'output = "../account.json"', "step 14 (account)"),
        ('output = "account.json"', 'output = ".account"', "step 14 (account)"),
        ('output = "account.json"', 'output = "account.json\\n"', "step 14 (account)"),
        ('name   = "vault"', 'name = "vault\\n"', "step 15 (wallet)"),
        ('do   = "wipe"\nrole = "operator"', 'do = "wipe"', "step 17"),
        ('say  = "Drop every secret from memory."', 'say = ""', "step 17"),
        ('say  = "Drop every secret from memory."', f'say = "{"x" * 201}"', "step 17"),
        ('say  = "Drop every secret from memory."', 'say = "a\\nb"', "step 17"),
        ('do   = "wipe"', 'do = "wipe"\nneeds = "key"', "step 17"),
    ],
)
def test_an_error_in_a_step_names_the_step(old: str, new: str, where: str) -> None:
    assert refused(edited(old, new)).startswith(where)


def test_a_wallet_is_pinned_by_its_whole_id_or_not_at_all() -> None:
    old = 'do   = "read-wallet"'
    refused(edited(old, f'{old}\nwallet = "vault"', BUILTINS[1]))
    refused(edited(old, f'{old}\nwallet = "{"a" * 63}G"', BUILTINS[1]))
    read(edited(old, f'{old}\nwallet = "{"a" * 64}"', BUILTINS[1]))


@pytest.mark.parametrize("name", ["", "-a", "a-", "A", "a b", "a.b", "a\\n", "ä", "a" * 33, "a/b"])
def test_names_are_short_and_of_small_letters_digits_and_dashes(name: str) -> None:
    refused(edited('"keygen-2of3"', f'"{name}"'))
    assert refused(edited('id   = "chance"', f'id = "{name}"')).startswith("step 5")
    refused(edited("operator  = 1", f'"{name}" = 1'))


@pytest.mark.parametrize("name", ["a", "7", "a-b", "a" * 32])
def test_names_at_the_edge_of_that_are_taken(name: str) -> None:
    assert read(edited('"keygen-2of3"', f'"{name}"')).id == name


@pytest.mark.parametrize(
    "missing",
    ["schema  =", "id      =", "title   =", "quorum    =", "bits = 128", 'scheme = "bip39"'],
)
def test_what_is_missing_is_an_error(missing: str) -> None:
    assert "missing required field" in refused(
        re.sub(rf"^{re.escape(missing)}.*$", "", GOOD, count=1, flags=re.MULTILINE).encode()
    )


@pytest.mark.parametrize(
    "twice",
    ['schema  = "ceremony/1"', "operator  = 1", "quorum    = 2", 'id   = "machine"', "[seed]"],
)
def test_a_key_that_stands_twice_is_an_error(twice: str) -> None:
    assert "not TOML" in refused(edited(twice, f"{twice}\n{twice}"))


def test_a_script_that_is_too_long_is_not_read() -> None:
    refused(GOOD.encode() + b"#" * MAX_SIZE)
    read(GOOD.encode().ljust(MAX_SIZE, b"#"))


def test_seventeen_roles_are_more_than_a_script_has() -> None:
    roles = "".join(f"more-{number} = 1\n" for number in range(14))
    assert "$.roles" in refused(edited("[roles]\n", f"[roles]\n{roles}"))
    read(edited("[roles]\n", f"[roles]\n{roles[: roles.rindex('more')]}"))


@pytest.mark.parametrize(
    "deep",
    [
        "x = " + "[" * 60_000 + "]" * 60_000,
        "x = " + "{a = " * 20_000 + "1" + "}" * 20_000,
        "x" + ".a" * 100_000 + " = 1",
        'x."."' + '."."' * 40_000 + " = 1",
        "[x" + ".a" * 100_000 + "]",
        "[[step" + ".a" * 100_000 + "]]",
    ],
    ids=["arrays", "tables", "dots", "quoted dots", "header", "headers"],
)
def test_deep_nesting_is_an_error_at_once(deep: str) -> None:
    assert "nested too deeply" in refused(f"{GOOD}\n{deep}\n".encode())


def test_many_dots_in_a_sentence_are_no_nesting() -> None:
    read(edited('say  = "Drop', f'say  = "Bag {"." * 100} Drop'))


@pytest.mark.parametrize(
    "data", [b"", b"\xff", b"\xef\xbb\xbf" + GOOD.encode(), GOOD.encode() + b"\0", b"{}", b"[]"]
)
def test_what_is_not_toml_text_is_an_error(data: bytes) -> None:
    refused(data)


def test_an_odd_key_cannot_write_to_the_terminal() -> None:
    for at in ("[seed]", "[[step]]", 'schema  = "ceremony/1"'):
        assert "\\x1b" in refused(edited(at, f'{at}\n"\\u001b[31m\\n" = 1'))


def only_input_errors(data: bytes) -> Script | None:
    with suppress(InputError):
        return read(data)
    return None


WORDS = st.sampled_from(
    sorted({*re.findall(r'[\w-]+|"[^"]*"|\[+[\w-]+\]+|[=\[\]{},.\n]', "\n".join(BUILTINS))})
)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.lists(WORDS, max_size=60).map(" ".join)))
def test_any_text_is_a_script_or_an_input_error(text: str | bytes) -> None:
    only_input_errors(text.encode() if isinstance(text, str) else text)


@st.composite
def mutations(draw: st.DrawFn) -> bytes:
    lines = draw(st.sampled_from(BUILTINS)).splitlines()
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        key = lines[at].partition("=")[0]
        value = draw(
            st.one_of(
                WORDS,
                st.integers().map(str),
                st.floats().map(str),
                st.text(max_size=8),
                st.sampled_from(["true", "[]", "{}", "[[]]", '["a", 1]', "1979-05-27", "inf"]),
            )
        )
        match draw(st.sampled_from(["value", "key", "drop", "repeat", "move", "cut"])):
            case "value":
                lines[at] = f"{key} = {value}"
            case "key":
                lines[at] = f"{value} {lines[at][len(key) :]}"
            case "drop":
                lines[at] = ""
            case "repeat":
                lines.insert(at, lines[at])
            case "move":
                lines.insert(draw(st.integers(0, len(lines) - 1)), lines.pop(at))
            case _:
                lines[at] = lines[at][: draw(st.integers(0, len(lines[at])))]
    return "\n".join(lines).encode("utf-8", "surrogatepass")


@settings(max_examples=200, deadline=None)
@given(mutations())
def test_a_changed_built_in_is_a_script_or_an_input_error(data: bytes) -> None:
    script = only_input_errors(data)
    if script is not None:
        from ceremonies.conduct.check import check
        from ceremonies.conduct.plan import expected

        # whatever can be read can be judged and shown
        assert all(finding.message and finding.hint for finding in check(script))
        assert all(e.field for step in script.steps for e in expected(script, step))
        assert tomllib.loads(data.decode())["id"] == script.id
