"""A list of signers is one person and one key a line, and nothing that could speak for others."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceremonies.errors import InputError, IntegrityError
from ceremonies.log import signers, sshsig
from ceremonies.log.sshkey import public_key_of, wire_string

SEEDS = {name: hashlib.sha256(name.encode()).digest() for name in ("ana", "bob", "eve")}
KEYS = {name: public_key_of(seed) for name, seed in SEEDS.items()}
LINES = {name: f"{name} {key.line}" for name, key in KEYS.items()}
MESSAGE = b"ceremony-seal/1\n"
POINT = KEYS["ana"].blob[-32:]

SK_OF_ANA = wire_string(b"sk-ssh-ed25519@openssh.com") + wire_string(POINT) + wire_string(b"ssh:")


def written(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def test_people_are_read_in_their_order_with_their_keys() -> None:
    data = written(
        "# enrolled on the first day",
        LINES["bob"] + " bob@desk, the blue key",
        "",
        f'ana namespaces="ceremony-seal-v1" {KEYS["ana"].line}',
    )
    found = signers.read(data)
    assert found.names == ("bob", "ana")
    assert found.keys == {"bob": KEYS["bob"], "ana": KEYS["ana"]}
    assert found.sha256 == hashlib.sha256(data).hexdigest()


def test_a_person_signs_for_that_person_alone() -> None:
    found = signers.read(written(LINES["ana"], LINES["bob"]))
    armored = sshsig.sign_ed25519(SEEDS["ana"], MESSAGE)
    found.insist("ana", armored, MESSAGE)
    with pytest.raises(IntegrityError, match="another key"):
        found.insist("bob", armored, MESSAGE)
    with pytest.raises(IntegrityError, match="does not hold"):
        found.insist("ana", armored, MESSAGE + b"\n")
    with pytest.raises(IntegrityError, match="namespace"):
        found.insist("ana", sshsig.sign_ed25519(SEEDS["ana"], MESSAGE, "file"), MESSAGE)
    with pytest.raises(InputError, match="no signer of this name"):
        found.insist("eve", sshsig.sign_ed25519(SEEDS["eve"], MESSAGE), MESSAGE)
    with pytest.raises(InputError, match="not an armored OpenSSH signature"):
        found.insist("ana", b"signed, ana", MESSAGE)


KEY = KEYS["eve"].line
KIND, ENCODED = KEY.split(" ")

BAD = {
    "nothing": b"",
    "comments alone": b"# nobody\n\n",
    "no end of the last line": written(LINES["ana"], LINES["bob"])[:-1],
    "DOS line ends": written(LINES["ana"]).replace(b"\n", b"\r\n"),
    "a byte-order mark": b"\xef\xbb\xbf" + written(LINES["ana"]),
    "bytes that are no UTF-8": written(LINES["ana"]).replace(b"ana", b"an\xff"),
    "a NUL": written(f"eve {KEY} \0"),
    "a tab": written(f"eve\t{KEY}"),
    "an escape in a comment": written(f"eve {KEY} \x1b[2J"),
    "a bidirectional override in a comment": written(f"eve {KEY} \u202e"),
    "two spaces": written(f"eve  {KEY}"),
    "a space before": written(f" eve {KEY}"),
    "a star": written(f"* {KEY}"),
    "a star in a name": written(f"ev* {KEY}"),
    "a question mark": written(f"ev? {KEY}"),
    "a list of names": written(f"eve,ana {KEY}"),
    "a negation": written(f"!eve {KEY}"),
    "a quoted name": written(f'"eve" {KEY}'),
    "a path for a name": written(f"../eve {KEY}"),
    "a hidden name": written(f".eve {KEY}"),
    "an option for a name": written(f"-eve {KEY}"),
    "a long name": written(f"{'e' * 65} {KEY}"),
    "another script": written(f"\u0435ve {KEY}"),
    "no name": written(KEY),
    "a name alone": written("eve"),
    "no key": written(f"eve {KIND}"),
    "an authority": written(f"eve cert-authority {KEY}"),
    "an authority among options": written(
        f'eve cert-authority,namespaces="ceremony-seal-v1" {KEY}'
    ),
    "a time of validity": written(f'eve valid-before="20300101" {KEY}'),
    "every namespace": written(f'eve namespaces="*" {KEY}'),
    "another namespace": written(f'eve namespaces="file" {KEY}'),
    "a list of namespaces": written(f'eve namespaces="file,ceremony-seal-v1" {KEY}'),
    "an option twice": written(
        f'eve namespaces="ceremony-seal-v1" namespaces="ceremony-seal-v1" {KEY}'
    ),
    "another type": written(f"eve ssh-rsa {ENCODED}"),
    "Base64 that is not canonical": written(f"eve {KEY}=="),
    "a key cut short": written(f"eve {KIND} {ENCODED[:-4]}"),
    "a key that is no key": written(f"eve {KIND} {b64encode(b'key').decode()}"),
    "a certificate": written(f"eve ssh-ed25519-cert-v01@openssh.com {ENCODED}"),
    "a name twice": written(LINES["ana"], f"ana {KEY}"),
    "a name twice, in capitals": written(LINES["ana"], f"ANA {KEY}"),
    "a key twice": written(LINES["ana"], f"eve {KEYS['ana'].line}"),
    "the same line twice": written(LINES["ana"], LINES["ana"]),
    "a key twice, once in a security key": written(
        LINES["ana"], f"eve sk-ssh-ed25519@openssh.com {b64encode(SK_OF_ANA).decode()}"
    ),
    "more than a list is": written(LINES["ana"]) + b"#\n" * signers.MAX_SIZE,
}


@pytest.mark.parametrize("name", BAD)
def test_a_list_is_refused_that_has(name: str) -> None:
    with pytest.raises(InputError) as caught:
        signers.read(BAD[name])
    assert "list of signers" in caught.value.cause
    assert caught.value.hint


def test_the_line_at_fault_is_named() -> None:
    with pytest.raises(InputError, match=r"^line 3 of the list of signers: the key is that"):
        signers.read(written(LINES["ana"], "# eve", f"eve {KEYS['ana'].line}"))


@given(st.binary(max_size=100))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for text in (data, b"eve " + data + b"\n", f"eve {KEY} ".encode() + data + b"\n"):
        try:
            found = signers.read(text)
        except InputError:
            continue
        assert found.names


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
@given(name=st.from_regex(signers.NAME, fullmatch=True), optional=st.booleans())
def test_ssh_keygen_knows_the_same_person_by_every_name(name: str, optional: bool) -> None:
    # one process a name: few examples are enough, hypothesis keeps what fails
    option = 'namespaces="ceremony-seal-v1" ' if optional else ""
    data = written(LINES["bob"], f"{name} {option}{KEYS['ana'].line} a comment")
    if name.lower() == "bob":
        return
    armored = sshsig.sign_ed25519(SEEDS["ana"], MESSAGE)
    signers.read(data).insist(name, armored, MESSAGE)
    assert _principals(data, armored) == [name]


def _principals(allowed: bytes, armored: bytes) -> list[str]:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "allowed").write_bytes(allowed)
        (Path(folder) / "signature").write_bytes(armored)
        done = subprocess.run(
            ["ssh-keygen", "-Y", "find-principals", "-f", "allowed", "-s", "signature"],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def signer(name: str, *roles: str, key: str = "") -> signers.Signer:
    return signers.Signer(name=name, key=key or KEYS[name].line, roles=roles)


def test_a_list_that_is_written_is_read_as_the_same_people_with_their_roles() -> None:
    data = signers.write([signer("bob"), signer("ana", "operator", "witness")])
    found = signers.read(data)
    assert found.keys == {"bob": KEYS["bob"], "ana": KEYS["ana"]}
    assert found.confined == dict.fromkeys(found.names, frozenset({sshsig.NAMESPACE}))
    assert found.roles == {"ana": {"operator", "witness"}}
    assert found.may_be("bob", "approver")
    assert found.may_be("ana", "witness")
    assert not found.may_be("ana", "approver")


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
def test_openssh_takes_a_list_as_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "signers").write_bytes(signers.write([signer("bob"), signer("ana", "operator")]))
    (tmp_path / "sig").write_bytes(sshsig.sign_ed25519(SEEDS["ana"], MESSAGE))
    call = ["ssh-keygen", "-Y", "verify", "-f", "signers", "-I", "ana", "-n", sshsig.NAMESPACE]
    done = subprocess.run([*call, "-s", "sig"], cwd=tmp_path, input=MESSAGE, check=False)
    assert done.returncode == 0


@pytest.mark.parametrize(
    "people",
    [
        [],
        [signer("ana"), signer("ana")],
        [signer("ana"), signer("bob", key=KEYS["ana"].line)],
        [signer("*", key=KEYS["ana"].line)],
        [signer("ana\nbob", key=KEYS["ana"].line)],
        [signer("ana", key=f"{KEYS['ana'].line}\nbob {KEYS['bob'].line}")],
        [signer("ana", key=f"{KEYS['ana'].line} roles=operator")],
        [signer("ana", key=KEYS["ana"].line + " # mine")],
        [signer("ana", "Operator")],
        [signer("ana", "operator witness")],
        [signer("ana", "")],
    ],
)
def test_a_list_that_would_be_read_as_another_is_not_written(people: list[signers.Signer]) -> None:
    with pytest.raises(InputError, match=r"list of signers|signer"):
        signers.write(people)


@pytest.mark.parametrize("comment", ["roles=", "roles=a,", "roles=a b", "roles=A", "roles=a,,b"])
def test_roles_are_written_in_one_way(comment: str) -> None:
    with pytest.raises(InputError, match="its roles are not written as roles are"):
        signers.read(written(f"{LINES['ana']} {comment}"))
