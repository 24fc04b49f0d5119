"""Secrets in codes: a picture or a video where a secret is asked for.

What is looked at is a secret from the first pixel on: nothing that a code holds is shown, named in
an error, or kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ceremonies.errors import InputError
from ceremonies.exchange import pictures
from ceremonies.exchange.seen import is_seen
from ceremonies.secret import Secret


def secret_at(name: str, *, what: str) -> Secret | None:
    """Return what the one code says that a picture, video or folder shows.

    None where the name is of another file.

    Raises:
        InputError: there is no code in it, more than one, or it cannot be read.
        MachineError: what reads it is not there.
    """
    path = Path(name)
    if not is_seen(path, what=what):
        return None
    # most secrets are typed or in files of text, and then nothing that reads codes is loaded
    from ceremonies.exchange.source import codes_at

    return _only(codes_at(path, what=what))


def secret_in(content: bytes) -> Secret | None:
    """Return what the one code in a picture's content says; None for other content.

    Raises:
        InputError: as `secret_at`.
    """
    if not pictures.is_picture(content):
        return None
    from ceremonies.exchange.source import codes_in

    return _only(codes_in(content))


def _only(codes: Sequence[bytes]) -> Secret:
    if not codes:
        raise InputError(
            "there is no qr code that can be read",
            hint="closer, sharper, in even light, and the whole code with its white edge",
        )
    if len(codes) > 1:
        raise InputError(
            f"there are {len(codes)} different codes, and one secret is asked for",
            hint="take a picture of its code alone",
        )
    return Secret(codes[0])
