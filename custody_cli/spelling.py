"""What a person spells, line by line: the words of a phrase or card."""

from __future__ import annotations

from collections.abc import Sequence

from custody_cli.vocabulary import Vocabulary

BACK = "<"
AS_SHOWN = "="


class Words:
    """Words typed so far. `mistake` says why the last line was not taken.

    `counts` are the lengths that a phrase may have. `shown` are the words that `=` stands for:
    none in earnest.
    """

    def __init__(
        self, known: Vocabulary, counts: Sequence[int], *, shown: Sequence[str] = ()
    ) -> None:
        self.typed: list[str] = []
        self.mistake = ""
        self._known, self._counts, self._shown = known, sorted(counts), tuple(shown)
        self._ended = False

    @property
    def most(self) -> int:
        """How many words there may be."""
        return self._counts[-1]

    @property
    def is_complete(self) -> bool:
        """Whether no more words are wanted."""
        return self._ended or len(self.typed) == self.most

    @property
    def how_to(self) -> str:
        """Say what may be typed."""
        told = "the words: four letters are enough, several a line, < goes back one word"
        if len(self._counts) > 1:
            ends = " or ".join(str(count) for count in self._counts[:-1])
            told += f", an empty line ends after {ends} words"
        return f"{told}; = types the rest as it was shown (rehearsal)" if self._shown else told

    def take(self, line: str) -> None:
        """Add the words of a line, as far as they are known."""
        self.mistake = ""
        words = line.split()
        if not words:
            self._ended = len(self.typed) in self._counts
            return
        if words == [AS_SHOWN] and self._shown:
            words = list(self._shown[len(self.typed) :])
        if words == [BACK]:
            del self.typed[-1:]
        elif len(self.typed) + len(words) > self.most:
            self.mistake = f"those are more than {self.most} words: the line was not taken"
        else:
            self._add(words)

    def start_again(self, why: str) -> None:
        """Forget the words: together they are not acceptable."""
        self.typed, self._ended = [], False
        self.mistake = f"from word 1: {why}"

    def _add(self, words: Sequence[str]) -> None:
        for written in words:
            word = self._known.find(written)
            if word is None:
                number = len(self.typed) + 1
                self.mistake = f"word {number} is not in the list{self._known.near(written)}"
                return
            self.typed.append(word)
