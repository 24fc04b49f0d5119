"""Who may sign seals: an `allowed_signers` file of OpenSSH, read narrowly and written so.

`ssh-keygen -Y verify` reads every file that this reads, and for it too each line is one person. The
reverse does not hold: patterns, lists and authorities would let one key speak for others, and times
of validity would ask the verifier's clock.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from ceremonies.errors import InputError
from ceremonies.log import sshsig
from ceremonies.log.sshkey import PublicKey, read_key
from ceremonies.strict import base64_bytes

MAX_SIZE = 256 * 1024
"""The longest list of signers that is read, in bytes."""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")
"""What a signer may be called: it is part of file names, and no pattern to anyone."""

_OPTIONS = {
    f'namespaces="{",".join(names)}"': frozenset(names)
    for names in (
        (sshsig.NAMESPACE,),
        (sshsig.INTENT_NAMESPACE,),
        (sshsig.NAMESPACE, sshsig.INTENT_NAMESPACE),
        (sshsig.INTENT_NAMESPACE, sshsig.NAMESPACE),
    )
}
_ROLES_BEGIN = "roles="
_ROLES = re.compile(r"roles=([a-z0-9-]{1,32}(?:,[a-z0-9-]{1,32})*)")
_NAMESPACES = f'namespaces="{sshsig.NAMESPACE}"'
_FORM = f"one person a line: NAME [{_NAMESPACES}] TYPE KEY [COMMENT], single spaces between"


@dataclass(frozen=True, kw_only=True)
class Signer:
    """One person of a list to be written: `key` is its type and Base64; no `roles` are any."""

    name: str
    key: str
    roles: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """Write the line of the list, whose key counts for seals alone."""
        roles = f" {_ROLES_BEGIN}{','.join(self.roles)}" if self.roles else ""
        return f"{self.name} {_NAMESPACES} {self.key}{roles}\n"


@dataclass(frozen=True, kw_only=True)
class Signers:
    """The keys by name, in the order of the file; `sha256` is the file's, in hex.

    `confined` are the namespaces of those whose line names any: their key counts for nothing else.
    `roles` are those that somebody may take, of everybody whose line names any.
    """

    keys: Mapping[str, PublicKey]
    sha256: str
    confined: Mapping[str, frozenset[str]] = field(default_factory=dict)
    roles: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Everyone who may sign, in the order of the file."""
        return tuple(self.keys)

    def insist(
        self, name: str, armored: bytes, message: bytes, *, namespace: str = sshsig.NAMESPACE
    ) -> None:
        """Insist that `armored` is the signature of the person `name` over a seal or an approval.

        Raises:
            InputError: there is no such signer, or this is no signature that counts.
            IntegrityError: it is a signature, and not this person's over this message.
        """
        key = self.keys.get(name)
        if key is None:
            raise InputError(
                "there is no signer of this name", hint="use a name of the list of signers"
            )
        if namespace not in self.confined.get(name, {namespace}):
            raise InputError(
                f"this signer's key is not for the namespace {namespace}",
                hint="the option namespaces of the signer's line says what it is for",
            )
        sshsig.verify(armored, message=message, namespace=namespace, key=key)

    def may_be(self, name: str, role: str) -> bool:
        """Tell whether the list lets somebody take a role: any, where it names none for them."""
        return role in self.roles.get(name, {role})

    def name_of(self, blob: bytes) -> str | None:
        """Return whose key a wire blob is, or None where it is nobody's of the list."""
        return next((name for name, key in self.keys.items() if key.blob == blob), None)


def read(data: bytes) -> Signers:
    """Read a list of signers.

    Raises:
        InputError: a line is not one person and one key that counts, or a name or key is there
            twice, or there is nobody.
    """
    return _read(data)


@lru_cache(maxsize=8)  # thousands of logs have the same list beside them
def _read(data: bytes) -> Signers:
    keys: dict[str, PublicKey] = {}
    taken: dict[str, int] = {}
    confined: dict[str, frozenset[str]] = {}
    roles: dict[str, frozenset[str]] = {}
    for number, line in enumerate(_lines(data), start=1):
        if not line or line.startswith("#"):
            continue
        name, key, namespaces, may_be = _person(line, number)
        # on some disks, and to some ears, ANA is ana
        for known, what in ((f"name {name.lower()}", "name"), (key.identity.hex(), "key")):
            first = taken.setdefault(known, number)
            if first != number:
                raise _bad(number, f"the {what} is that of line {first}", "give each person one")
        keys[name] = key
        if namespaces:
            confined[name] = namespaces
        if may_be:
            roles[name] = may_be
    if not keys:
        raise InputError("the list of signers names nobody", hint=_FORM)
    return Signers(
        keys=MappingProxyType(keys),
        sha256=hashlib.sha256(data).hexdigest(),
        confined=MappingProxyType(confined),
        roles=MappingProxyType(roles),
    )


def write(people: Iterable[Signer]) -> bytes:
    """Write a list of signers.

    Raises:
        InputError: it would not be read: a name, key or role has not its form, or is there twice.
    """
    said = [*people]
    data = "".join(one.line for one in said).encode()
    found = read(data)
    keys = {name: key.line for name, key in found.keys.items()}
    roles = {one.name: {*one.roles} for one in said if one.roles}
    if keys != {one.name: one.key for one in said} or found.roles != roles:
        raise InputError("the list of signers would not be read as it is written", hint=_FORM)
    return data


def _lines(data: bytes) -> list[str]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise InputError("the list of signers is not UTF-8 text", hint=_FORM) from None
    if len(data) > MAX_SIZE:
        raise InputError(f"the list of signers is longer than {MAX_SIZE} bytes", hint=_FORM)
    lines = text.split("\n")
    if lines.pop():
        raise InputError("the last line of the list of signers has no end", hint=_FORM)
    for number, line in enumerate(lines, start=1):
        if not line.isprintable():
            raise _bad(number, "it holds characters that do not show", _FORM)
    return lines


def _person(line: str, number: int) -> tuple[str, PublicKey, frozenset[str], frozenset[str]]:
    name, *rest = line.split(" ")
    if not NAME.fullmatch(name):
        raise _bad(
            number,
            "it does not begin with one plain name",
            "letters, digits and . _ @ + - alone, no patterns and no lists",
        )
    namespaces: frozenset[str] = frozenset()
    if rest and "=" in rest[0].split('"')[0]:
        if rest[0] not in _OPTIONS:
            raise _bad(number, f"it has an option other than {_NAMESPACES}", "leave it out")
        namespaces, rest = _OPTIONS[rest[0]], rest[1:]
    if len(rest) < 2:
        raise _bad(number, "it has no type and key after the name", _FORM)
    kind, encoded = rest[:2]
    try:
        key = read_key(base64_bytes(encoded, what="the key"))
    except InputError as error:
        raise _bad(number, error.cause, error.hint) from None
    if key.type != kind:
        raise _bad(number, "the type it names is not that of its key", "copy the line again")
    return name, key, namespaces, _roles(rest[2:], number)


def _roles(comment: list[str], number: int) -> frozenset[str]:
    """Read the roles that a comment names; another comment is nobody's business."""
    if not comment or not comment[0].startswith(_ROLES_BEGIN):
        return frozenset()
    found = _ROLES.fullmatch(comment[0])
    if found is None or len(comment) > 1:
        raise _bad(number, "its roles are not written as roles are", "as roles=operator,witness")
    return frozenset(found[1].split(","))


def _bad(number: int, why: str, hint: str) -> InputError:
    return InputError(f"line {number} of the list of signers: {why}", hint=hint)
