"""Who signed: lists of signers, the keys in them, and what ssh-keygen says of a signature."""

from __future__ import annotations

import base64
import re
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from log.by_the_pages.wrong import Wrong, need

NAME = "[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}"
ARMOR = re.compile(
    rb"-----BEGIN SSH SIGNATURE-----\n((?:[A-Za-z0-9+/=]{1,76}\n)+)-----END SSH SIGNATURE-----\n?"
)
FOR_SEALS, FOR_INTENTS = "ceremony-seal-v1", "ceremony-intent-v1"
P_ED25519 = 2**255 - 19
D_ED25519 = -121665 * pow(121666, -1, P_ED25519) % P_ED25519
CURVES = {  # p and b of y² = x³ - 3x + b
    "nistp256": (
        2**256 - 2**224 + 2**192 + 2**96 - 1,
        0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
    ),
    "nistp384": (
        2**384 - 2**128 - 2**96 + 2**32 - 1,
        int("b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85"
            "c8edd3ec2aef", 16),
    ),
    "nistp521": (
        2**521 - 1,
        int("0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b"
            "1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00", 16),
    ),
}  # fmt: skip


def base64_of(text: str) -> bytes:
    """Read canonical Base64."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Wrong("this is no Base64") from None
    need(base64.b64encode(data).decode() == text, "this Base64 is not canonical")
    return data


def strings(blob: bytes) -> list[bytes]:
    """Take apart the strings of RFC 4251, of which a key is made."""
    found = []
    while blob:
        size = int.from_bytes(blob[:4], "big")
        need(4 + size <= len(blob), "a key ends too early")
        found.append(blob[4 : 4 + size])
        blob = blob[4 + size :]
    return found


def number(data: bytes) -> int:
    """Read a positive mpint that has no needless zero."""
    canonical = data and data[0] < 0x80 and (data[0] or data[1:2] >= b"\x80")
    need(canonical, "a number is not canonical")
    return int.from_bytes(data, "big")


def is_ed25519(point: bytes) -> bool:
    """Whether it is not of small order: doubled three times it is not neutral."""
    p, y = P_ED25519, int.from_bytes(point, "little") & 2**255 - 1
    xx = (y * y - 1) * pow(D_ED25519 * y * y + 1, -1, p) % p
    if len(point) != 32 or y >= p:
        return False
    for _ in range(3):
        y = (y * y + xx) * pow(1 - D_ED25519 * xx * y * y, -1, p) % p
        xx = (y * y - 1) * pow(D_ED25519 * y * y + 1, -1, p) % p
    return y != 1


def is_on(curve: str, point: bytes) -> bool:
    """Whether it is an uncompressed point of a curve."""
    p, b = CURVES[curve]
    size = (p.bit_length() + 7) // 8
    x, y = (int.from_bytes(point[at : at + size], "big") for at in (1, 1 + size))
    on = (y * y - x**3 + 3 * x - b) % p == 0
    return len(point) == 1 + 2 * size and point[0] == 4 and on and max(x, y) < p


def material(kind: str, blob: bytes) -> bytes:
    """What of a key no other line may have, if it is one that counts."""
    name, *rest = strings(blob)
    need(name == kind.encode(), "the type of the line is not that of its key")
    match kind, rest:
        case "ssh-ed25519", [point]:
            need(is_ed25519(point), "no point of Ed25519")
        case "sk-ssh-ed25519@openssh.com", [point, _]:
            need(is_ed25519(point), "no point of Ed25519")
        case "ssh-rsa", [e, n]:
            need(3072 <= number(n).bit_length() <= 16384, "the size of an RSA key")
            need(3 <= number(e) < 2**32 and number(e) % 2, "the exponent of an RSA key")
            return n
        case "sk-ecdsa-sha2-nistp256@openssh.com", [b"nistp256", point, _]:
            need(is_on("nistp256", point), "no point of the curve")
        case _, [curve, point] if kind == f"ecdsa-sha2-{curve.decode('ascii', 'replace')}":
            need(curve.decode() in CURVES and is_on(curve.decode(), point), "no point of the curve")
        case _:
            raise Wrong(f"a key of the type {kind}")
    return point


@dataclass(frozen=True)
class Signer:
    """One line: the key, what it may be used for, and the roles that are all they may take."""

    name: str
    kind: str
    blob: bytes
    uses: frozenset[str]
    roles: frozenset[str]

    @property
    def line(self) -> str:
        return f"{self.name} {self.kind} {base64.b64encode(self.blob).decode()}\n"


@cache
def people(data: bytes) -> dict[str, Signer]:
    """Read a list of signers."""
    try:
        lines = data.decode().split("\n")
    except UnicodeDecodeError:
        raise Wrong("a list of signers is not UTF-8") from None
    need(lines.pop() == "" and len(data) <= 256 * 1024, "the end of a list of signers")
    need(all(map(str.isprintable, lines)), "a list of signers has what cannot be printed")
    found: dict[str, Signer] = {}
    seen: set[bytes] = set()
    for line in lines:
        if not line or line.startswith("#"):
            continue
        one = re.fullmatch(rf'({NAME}) (?:namespaces="([^" ]*)" )?([^ =]+) ([^ ]+)(?: (.*))?', line)
        need(one, "a line of a list of signers")
        assert one
        name, spaces, kind, key, comment = one.groups()
        uses = spaces.split(",") if spaces is not None else [FOR_SEALS, FOR_INTENTS]
        need({*uses} <= {FOR_SEALS, FOR_INTENTS} and len({*uses}) == len(uses), "an option")
        blob = base64_of(key)
        roles: list[str] = []
        if comment and comment.startswith("roles="):
            roles = comment.removeprefix("roles=").split(",")
            need(all(re.fullmatch("[a-z0-9-]{1,32}", role) for role in roles), "roles")
        same = {b"name " + name.lower().encode(), b"key " + material(kind, blob)}
        need(not same & seen, "a name or a key is there twice")
        seen |= same
        found[name] = Signer(name, kind, blob, frozenset(uses), frozenset(roles))
    need(found, "a list of signers names nobody")
    return found


def insist(signer: Signer, armored: bytes, message: bytes, space: str = FOR_SEALS) -> None:
    """Insist that somebody signed a seal, or an approval."""
    found = ARMOR.fullmatch(armored)
    need(found and len(armored) <= 16 * 1024 and space in signer.uses, "no signature of theirs")
    assert found
    blob = base64_of(found[1].replace(b"\n", b"").decode())
    need(blob.startswith(b"SSHSIG\0\0\0\1"), "no signature of OpenSSH")
    key, named, reserved, hashed, _ = strings(blob[10:])
    need(key == signer.blob and named == space.encode() and not reserved, "of another, or else")
    need(hashed in (b"sha256", b"sha512"), "a hash that does not count")
    need(verified(signer.line, armored, message, space), "it does not hold")


@cache
def verified(line: str, armored: bytes, message: bytes, space: str) -> bool:
    """Ask ssh-keygen."""
    with tempfile.TemporaryDirectory() as folder:
        who, what = Path(folder, "who"), Path(folder, "what")
        who.write_text(line)
        what.write_bytes(armored)
        call = ["ssh-keygen", "-Y", "verify", "-f", str(who), "-I", line.split(maxsplit=1)[0]]
        call += ["-n", space, "-s", str(what)]
        return not subprocess.run(call, input=message, capture_output=True, check=False).returncode
