"""What a log says without telling it: commitments, and the mark of a boot.

Both are what `printf … | sha256sum` prints, so that an auditor can check them by hand.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from ceremonies.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Opening:
    """What opens one commitment and no other; `salt` is 32 hexadecimal digits.

    Never of a seed, nor of anything that could be guessed and must not be: who has the opening of
    one guess can compare it.
    """

    log: str
    seq: int
    field: str
    salt: str
    value: str

    @property
    def commitment(self) -> str:
        """Return SHA-256 of `SALT:LOG:SEQ:FIELD:VALUE` and LF, as hexadecimal digits.

        Raises:
            InputError: the value is not text that UTF-8 can write.
        """
        if ":" in self.log or ":" in self.field:
            raise ValueError("a colon would let one commitment be read as another")
        return _sha256(f"{self.salt}:{self.log}:{self.seq}:{self.field}:{self.value}\n")

    def line(self) -> bytes:
        """Write it as one line of the reveal file; the log is the one it lies beside."""
        written = {"seq": self.seq, "field": self.field, "salt": self.salt, "value": self.value}
        return json.dumps(written, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def boot_mark(boot_id: str, *, nonce: str) -> str:
    """Hide a boot id: the first 16 hexadecimal digits of SHA-256 of `NONCE:BOOT-ID` and LF.

    With the nonce of the genesis, so that two logs of one machine cannot be told to be that.
    """
    return _sha256(f"{nonce}:{boot_id}\n")[:16]


def _sha256(text: str) -> str:
    try:
        return hashlib.sha256(text.encode()).hexdigest()
    except UnicodeEncodeError:
        raise InputError(
            "what is to be withheld is not text that UTF-8 can write", hint="type it again"
        ) from None
