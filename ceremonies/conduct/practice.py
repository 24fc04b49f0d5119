"""Practice people for rehearsals: everybody has their keys, so nobody takes them for real."""

from __future__ import annotations

import hashlib

from ceremonies.errors import Refused
from ceremonies.log import signers, sshkey, sshsig
from ceremonies.log.signers import Signers

NAMES = (
    "alice",
    "bob",
    "carol",
    "dave",
    "erin",
    "frank",
    "grace",
    "heidi",
    "ivan",
    "judy",
    "niaj",
    "olivia",
)


def _private(name: str) -> bytes:
    return hashlib.sha256(f"custody-cli practice signer {name}".encode()).digest()


def signers_file() -> bytes:
    """Write the `allowed_signers` file of the practice people."""
    return "".join(
        f'{name} namespaces="{sshsig.NAMESPACE}" {public_key(name)} practice\n' for name in NAMES
    ).encode()


def public_key(name: str) -> str:
    """Return the public key of a practice person, as OpenSSH writes it."""
    return sshkey.public_key_of(_private(name)).line


def signature(name: str, seal: bytes, namespace: str = sshsig.NAMESPACE) -> bytes:
    """Sign a seal, or what else a namespace is for, for a practice person."""
    return sshsig.sign_ed25519(_private(name), seal, namespace)


def insist_earnest(known: Signers) -> None:
    """Refuse signers whose private keys everybody has.

    Raises:
        Refused: one of them is a practice person.
    """
    practice = {key.identity for key in signers.read(signers_file()).keys.values()}
    for name, key in known.keys.items():
        if key.identity in practice:
            raise Refused(
                f"{name} signs with the key of a practice person, which everybody has",
                hint="give the signers file that was made when people were enrolled",
            )
