"""Where secrets come from and go to: a file, a descriptor or a person, never argv or environment.

Names of secret sources are not repeated in errors: somebody may have typed the secret there.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ceremonies import disk
from ceremonies.errors import InputError, MachineError
from ceremonies.secret import Secret
from custody_cli.exits import WrongUsage
from custody_cli.recorders import insist_unrecorded

STANDARD = "-"
CAMERA = "camera"
"""The name under which a camera is read; a file of that name is `./camera`."""

SECRET_LIMIT = 64 * 1024
_PICTURE_LIMIT = 32 * disk.MEBIBYTE
PAYLOAD_LIMIT = 64 * disk.MEBIBYTE

_DESCRIPTOR = re.compile(r"(?:fd:|/dev/fd/|/proc/self/fd/)(0|[1-9][0-9]{0,5})")
_FOREIGN_NUMBER = re.compile(r"(?:fd:|/dev/fd/|/proc/self/fd/).*", re.DOTALL)
_STANDARD_NAMES = {STANDARD: 0, "/dev/stdin": 0}
_STANDARD_DESCRIPTORS = (0, 1, 2)
_ELSEWHERE = "use a new file, or a descriptor above 2 such as fd:3"
_HOW = "a SOURCE is a file, - or fd:N; without one it is asked for at the terminal"

Said = Callable[[Secret], Secret]
"""Makes what was asked for of what a code says."""

_claimed: dict[int, str] = {}
"""Descriptors that were read to their end already, and for what: none can be read twice."""


def secret_from(
    source: str | None, ask: Callable[[], Secret], *, what: str, said: Said | None = None
) -> Secret:
    """Read a secret from FILE, `-`, `fd:N`, or by asking a person where there is no source.

    A descriptor that is a terminal asks too, so that nothing typed is echoed. The bytes are
    returned as they are; readers of phrases and cards decide about white space. Where `said` is
    given, a picture, a folder of them, a video or `camera` is a source too, of what its code says.

    Raises:
        WrongUsage: the source is no source, was read already, or there is no terminal to ask at.
        InputError: it cannot be read, or is longer than 64 KiB and no picture.
        MachineError: what reads a picture is not there.
    """
    if source is None:
        return ask()
    descriptor = _descriptor(source)
    if descriptor is not None and os.isatty(descriptor):
        return ask()
    if said is None:
        return Secret(_content(source, descriptor, what, SECRET_LIMIT))
    return _said_or_written(source, descriptor, what, said)


def _said_or_written(source: str, descriptor: int | None, what: str, said: Said) -> Secret:
    """Return what is said by the code that a source shows, or else its bytes."""
    from custody_cli import scanned

    if source == CAMERA:
        from custody_cli.viewfinder import secret_before_camera

        code: Secret | None = secret_before_camera(what)
    else:
        code = scanned.secret_at(source, what=what) if descriptor is None else None
    content = b""
    if code is None:
        content = _content(source, descriptor, what, _PICTURE_LIMIT)
        code = scanned.secret_in(content)
    if code is not None:
        with code:
            return said(code)
    if len(content) > SECRET_LIMIT:
        raise disk.too_long(what, SECRET_LIMIT)
    return Secret(content)


def is_asked(source: str | None) -> bool:
    """Tell whether `secret_from` asks a person.

    Raises:
        WrongUsage: the source is no source.
    """
    descriptor = _descriptor(source) if source is not None else None
    return source is None or (descriptor is not None and os.isatty(descriptor))


def passphrase_from(source: str | None, *, twice: bool = False) -> Secret | None:
    """Read a passphrase and drop exactly one final LF; None where no source was given.

    `twice` has a person type a new passphrase twice.
    """
    if source is None:
        return None

    def ask() -> Secret:
        from custody_cli import terminal

        return terminal.ask_passphrase("passphrase", twice=twice)

    with secret_from(source, ask, what="the passphrase") as read:
        return Secret(read.reveal().removesuffix(b"\n"))


def payload_from(name: str, *, what: str, limit: int = PAYLOAD_LIMIT) -> bytes:
    """Read public bytes from a file or, as `-`, from standard input."""
    if name == STANDARD or _names(Path(name), 0):
        return _whole_stream(0, what, limit)
    return disk.read(Path(name), limit=limit, what=what)


def insist_sink(sink: str, *, reveal: bool, json: bool = False, rehearsal: bool = False) -> None:
    """Refuse a SINK that cannot take a secret, before any work is done.

    Raises:
        WrongUsage: it is standard output, an alias of it or a terminal, without `reveal`; or with
            `json`, whose one object a secret must not join.
        MachineError: it is a file that exists, a descriptor that is not open, or a terminal that
            is recorded, save in a `rehearsal`.
    """
    descriptor = _sink_descriptor(sink)
    if descriptor is None:
        disk.insist_free(Path(sink))
        return
    if descriptor == 0:
        raise WrongUsage("a secret cannot be written to standard input", hint=_ELSEWHERE)
    if descriptor > 2 and not _shows(descriptor):
        return
    if not reveal:
        raise WrongUsage(
            "a secret goes to standard output or a terminal only with --reveal", hint=_ELSEWHERE
        )
    if json and _same(descriptor, 1):
        raise WrongUsage(
            "--reveal on standard output and --json exclude each other", hint=_ELSEWHERE
        )
    if os.isatty(descriptor) and not rehearsal:
        insist_unrecorded()


def is_one_sink(one: str, other: str) -> bool:
    """Tell whether two SINKs are one, whatever they are called: what would be written is compared.

    Raises:
        WrongUsage: one of them is no sink.
    """
    return _identity(one) == _identity(other)


def _identity(sink: str) -> tuple[object, ...]:
    """Return what two names of one sink have in common, also of one that is not there yet."""
    descriptor = _sink_descriptor(sink)
    path = Path(sink)
    try:
        if descriptor is not None:
            found = os.fstat(descriptor)
            return found.st_dev, found.st_ino
        if path.exists():
            return path.stat().st_dev, path.stat().st_ino
        folder = path.parent.stat()
    except (OSError, ValueError):
        return (sink if descriptor is None else descriptor,)
    return folder.st_dev, folder.st_ino, path.name


def secret_to(
    sink: str,
    value: Secret,
    *,
    reveal: bool,
    json: bool = False,
    title: str = "secret",
    rehearsal: bool = False,
    shown: Sequence[str] | None = None,
) -> None:
    """Write a secret: a new private file, `fd:N`, or with `reveal` standard output.

    On a terminal it is shown on the alternate screen under `title`, and cleared: its words, or
    what is to be `shown` in their place.
    """
    insist_sink(sink, reveal=reveal, json=json, rehearsal=rehearsal)
    descriptor = _sink_descriptor(sink)
    if descriptor is None:
        disk.create(Path(sink), value.reveal(), mode=0o600)
    elif os.isatty(descriptor):
        from custody_cli import terminal

        words = shown or value.reveal().decode("utf-8", "replace").split()
        terminal.show_secret(title, words, rehearsal=rehearsal)
    else:
        _write(descriptor, value.reveal())


@contextlib.contextmanager
def taken_back(sink: str) -> Iterator[None]:
    """Remove the file that a secret was written to, when what follows fails."""
    try:
        yield
    except BaseException:
        if _sink_descriptor(sink) is None:
            with contextlib.suppress(OSError):
                Path(sink).unlink()
        raise


def _sink_descriptor(sink: str) -> int | None:
    """Return the descriptor that a sink is, under whatever name; None for a file."""
    if sink == STANDARD:
        return 1
    numbered = _descriptor(sink)
    if numbered is not None:
        return numbered
    path = Path(sink)
    return next((number for number in (1, 2, 0) if _names(path, number)), None)


def _descriptor(name: str) -> int | None:
    """Return N of `fd:N` or of the system's names for it, None for anything else."""
    if not _FOREIGN_NUMBER.fullmatch(name):
        return _STANDARD_NAMES.get(name)
    match = _DESCRIPTOR.fullmatch(name)
    if match is None:
        raise WrongUsage("a descriptor is written fd:N, with N in plain decimals", hint=_HOW)
    return int(match[1])


def _content(source: str, descriptor: int | None, what: str, limit: int) -> bytes:
    if descriptor is not None:
        return _whole_stream(descriptor, what, limit)
    path = Path(source)
    if _names(path, 0):
        return _whole_stream(0, what, limit)
    try:
        return disk.read(path, limit=limit, what=what)
    except InputError as error:
        raise InputError(error.cause, hint=_HOW) from None


def _whole_stream(descriptor: int, what: str, limit: int) -> bytes:
    if descriptor in _claimed:
        raise WrongUsage(
            f"{what} and {_claimed[descriptor]} cannot both come from descriptor {descriptor}",
            hint="give one of them as a file or on another descriptor",
        )
    _claimed[descriptor] = what
    try:
        return disk.read_stream(descriptor, limit=limit, what=what)
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        raise InputError(f"cannot read {what}: {reason}", hint=_HOW) from None


def _write(descriptor: int, data: bytes) -> None:
    left = memoryview(data)
    try:
        while left:
            left = left[os.write(descriptor, left) :]
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        raise MachineError(
            f"cannot write the secret to descriptor {descriptor}: {reason}",
            hint="open it for writing, as in 3>FILE",
        ) from None


def _names(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except (OSError, ValueError):
        return False


def _shows(descriptor: int) -> bool:
    """Whether what is written to a descriptor is seen where results or prompts are."""
    try:
        os.fstat(descriptor)
    except OSError:
        raise MachineError(
            f"descriptor {descriptor} is not open", hint="open it for writing, as in 3>FILE"
        ) from None
    return os.isatty(descriptor) or any(
        _same(descriptor, standard) for standard in _STANDARD_DESCRIPTORS
    )


def _same(one: int, other: int) -> bool:
    try:
        return os.path.samestat(os.fstat(one), os.fstat(other))
    except OSError:
        return False
