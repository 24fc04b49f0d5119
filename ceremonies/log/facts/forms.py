"""The forms that fields of facts have, and what all facts are."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

MOST = 2**53 - 1
"""The largest number: beyond it, a reader that has only floating-point numbers is wrong."""

Count = Annotated[int, msgspec.Meta(ge=0, le=MOST)]
Difference = Annotated[int, msgspec.Meta(ge=-MOST, le=MOST)]
# that their digits are hexadecimal is seen to by `records`, for many at once
Sha256 = Annotated[str, msgspec.Meta(min_length=64, max_length=64)]
PartFingerprint = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{8}\Z")]
PartSha256 = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
"""A hash in a part of a record, where `records` does not look."""
Fingerprint = Annotated[str, msgspec.Meta(min_length=8, max_length=8)]
Nonce = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{32}\Z")]
LogName = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9._/-]{0,199}\Z")]
WallClaimed = Annotated[
    str, msgspec.Meta(pattern=r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z")
]
TornName = Annotated[str, msgspec.Meta(pattern=r"\Atorn-[0-9]{8,}\.bytes\Z")]


class Fact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """Something that is so; `type` is its name in a log."""

    type: ClassVar[str]
