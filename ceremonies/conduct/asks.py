"""What a ceremony asks, of whom, and which answers it takes.

A ceremony yields asks and is sent raw answers; it never sees who answers. An answer that is not
acceptable is asked for again, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeAlias, TypeVar

from ceremonies.conduct.people import Person
from ceremonies.errors import CeremonyError, Declined, IntegrityError
from ceremonies.keys import by_hand
from ceremonies.keys.by_hand import Method
from ceremonies.secret import Secret

if TYPE_CHECKING:
    from ceremonies.signing.review import Review

A = TypeVar("A")
R = TypeVar("R")


class Mistyped(Exception):
    """An answer that is asked for again; the reason is shown, and holds no secret."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where in a ceremony an ask belongs: step `number` of `total`, and what the step does."""

    number: int
    total: int
    step: str
    title: str
    say: str
    rehearsal: bool


@dataclass(frozen=True, kw_only=True)
class Ask(Generic[A]):
    """One question to one person.

    `field` names it for prepared answers and stays the same from run to run. `by` acts; `text`
    says what will happen. `mistake` is why the last answer was not taken.
    """

    kind: ClassVar[str]
    public: ClassVar[bool] = False
    """Whether an answers file may answer it in production: public data, and no act of a person."""

    field: str
    by: Person
    text: str
    mistake: str = ""
    place: Place | None = None

    def accept(self, raw: object) -> A:
        """Return the answer that `raw` is.

        Raises:
            Mistyped: it is none; ask again.
            Declined: the person said no.
        """
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Acknowledge(Ask[None]):
    """Something to read or do, and Enter; `shown` is laid out above the question."""

    kind = "acknowledge"
    shown: str = ""

    def accept(self, raw: object) -> None:
        """Take whatever means that it was read."""


@dataclass(frozen=True, kw_only=True)
class ShowReview(Ask[None]):
    """What signing would do, to be read to its end; whoever answers lays it out."""

    kind = "show-review"
    review: Review

    def accept(self, raw: object) -> None:
        """Take whatever means that it was read."""


@dataclass(frozen=True, kw_only=True)
class Confirm(Ask[None]):
    """A question that only yes answers; no declines. `shown` is what it is about."""

    kind = "confirm"
    shown: str = ""

    def accept(self, raw: object) -> None:
        """Take `yes`, typed in full."""
        if raw == "no":
            raise Declined(
                f"{self.by.name or self.by.role} said no",
                hint="the ceremony is paused; find out why, then resume",
            )
        if raw != "yes":
            raise Mistyped("type yes or no in full")


@dataclass(frozen=True, kw_only=True)
class TypeText(Ask[str]):
    """A line of public text; `check` returns it in its final form or raises `Mistyped`."""

    kind = "type-text"
    public = True
    check: Callable[[str], str]
    offered: Sequence[str] = ()

    def accept(self, raw: object) -> str:
        """Take text that `check` takes."""
        if not isinstance(raw, str):
            raise Mistyped("type a line of text")
        return self.check(raw.strip())


@dataclass(frozen=True, kw_only=True)
class Choose(Ask[str]):
    """One of a few words."""

    kind = "choose"
    public = True
    options: Sequence[str]

    def accept(self, raw: object) -> str:
        """Take one of the options."""
        if raw not in self.options:
            raise Mistyped(f"type one of: {', '.join(self.options)}")
        return str(raw)


@dataclass(frozen=True, kw_only=True)
class TypeBack(Ask[bool]):
    """Public text that a person reads off something of their own, and that must be `expected`.

    Where there is an `again`, typing that has it shown once more: the answer is then False.
    """

    kind = "type-back"
    expected: str
    what: str
    source: str = "your own paper"
    again: str = ""

    def accept(self, raw: object) -> bool:
        """Take the expected text, in whatever case and spacing."""
        typed = _plain(raw) if isinstance(raw, str) else ""
        if self.again and typed == self.again:
            return False
        if typed != _plain(self.expected):
            raise Mistyped(f"that is not {self.what}: read it again from {self.source}")
        return True


@dataclass(frozen=True, kw_only=True)
class TypeDice(Ask[Secret]):
    """Rolls of a die, or what another `method` makes, `wanted` or more.

    `check` raises `Mistyped`.
    """

    kind = "type-dice"
    wanted: int
    method: Method = by_hand.DICE
    check: Callable[[Secret], None]

    def accept(self, raw: object) -> Secret:
        """Take rolls that `check` takes."""
        rolls = _secret(raw)
        self.check(rolls)
        return rolls


@dataclass(frozen=True, kw_only=True)
class ShowSecret(Ask[None]):
    """Words for the eyes of `by` alone, to be written down and then hidden.

    `about` says whose words they are, the same for the `TypeWords` that asks for them back;
    `beside` is public text to be written beside them. What `is_code` is drawn as a QR code.
    """

    kind = "show-secret"
    words: Secret
    about: str
    beside: Sequence[str] = ()
    is_code: bool = False

    def accept(self, raw: object) -> None:
        """Take whatever means that they were written down."""


@dataclass(frozen=True, kw_only=True)
class TypeWords(Ask[Secret]):
    """Words of a phrase or card, typed by the one who holds them; `check` raises `Mistyped`."""

    kind = "type-words"
    wordlist: Literal["bip39", "slip39"]
    counts: Sequence[int]
    about: str
    check: Callable[[Secret], None]

    def accept(self, raw: object) -> Secret:
        """Take words that `check` takes."""
        words = _secret(raw)
        self.check(words)
        return words


@dataclass(frozen=True, kw_only=True)
class TypePassphrase(Ask[Secret]):
    """A passphrase, unseen; an empty one is one too."""

    kind = "type-passphrase"

    def accept(self, raw: object) -> Secret:
        """Take any passphrase."""
        return _secret(raw)


@dataclass(frozen=True, kw_only=True)
class GiveFile(Ask[bytes]):
    """A public file of at most `limit` bytes; `check` raises `Mistyped`."""

    kind = "give-file"
    public = True
    what: str
    limit: int
    check: Callable[[bytes], None]

    def accept(self, raw: object) -> bytes:
        """Take content that `check` takes."""
        if not isinstance(raw, bytes):
            raise Mistyped("name a file")
        if len(raw) > self.limit:
            raise Mistyped(f"{self.what} is longer than {self.limit} bytes")
        self.check(raw)
        return raw


@dataclass(frozen=True, kw_only=True)
class GivePayload(GiveFile):
    """What crosses an air gap: a file, or codes in a picture, a video, or a folder of photos."""


@dataclass(frozen=True, kw_only=True)
class SignSeal(Ask[bytes]):
    """An OpenSSH signature by `by` over `seal`, which lies in the ceremony's folder as `file`."""

    kind = "sign-seal"
    seal: bytes
    file: str
    namespace: str
    check: Callable[[bytes], None]

    def accept(self, raw: object) -> bytes:
        """Take a signature that holds."""
        if not isinstance(raw, bytes):
            raise Mistyped("name the file of the signature")
        self.check(raw)
        return raw


Steps: TypeAlias = Generator[Ask[Any], object, R]
"""A conversation: yields asks, is sent raw answers, returns an `R`."""


def ask(question: Ask[A]) -> Steps[A]:
    """Ask until the answer is acceptable."""
    asked = question
    while True:
        raw = yield asked
        try:
            return question.accept(raw)
        except Mistyped as why:
            asked = replace(question, mistake=str(why))


def through(steps: Steps[R], handle: Callable[[Ask[Any]], Steps[object]]) -> Steps[R]:
    """Hand every ask of `steps` to `handle`, and what that returns back as its answer."""
    try:
        asked = next(steps)
        while True:
            asked = steps.send((yield from handle(asked)))
    except StopIteration as ended:
        result: R = ended.value
        return result
    finally:
        steps.close()


def placed(steps: Steps[R], place: Place) -> Steps[R]:
    """Say of every ask of `steps` where in the ceremony it belongs."""

    def handle(asked: Ask[Any]) -> Steps[object]:
        return (yield replace(asked, place=place))

    return through(steps, handle)


def retyped(check: Callable[[], object], hint: bool = True) -> None:
    """Run a check whose error is a typing mistake: its cause and hint become the reason.

    Two implementations that disagree are no typing mistake: that error goes on.

    Raises:
        Mistyped: the check raised any other of our errors.
    """
    try:
        check()
    except IntegrityError:
        raise
    except CeremonyError as error:
        raise Mistyped(f"{error.cause}; {error.hint}" if hint else error.cause) from None


def _secret(raw: object) -> Secret:
    if not isinstance(raw, Secret):
        raise Mistyped("type it in")
    return raw


def _plain(text: str) -> str:
    return "".join(text.split()).lower()
