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
Many = Annotated[int, msgspec.Meta(ge=1, le=MOST)]
Text = Annotated[str, msgspec.Meta(min_length=1)]
SomeText = Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]
TwoTexts = Annotated[tuple[Text, ...], msgspec.Meta(min_length=2)]
PersonName = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
People = Annotated[tuple[PersonName, ...], msgspec.Meta(min_length=1)]
TwoPeople = Annotated[tuple[PersonName, ...], msgspec.Meta(min_length=2)]
CardName = Annotated[str, msgspec.Meta(pattern=r"\A[1-9][0-9]{0,3}-[1-9][0-9]{0,2}\Z")]
GroupName = Annotated[str, msgspec.Meta(pattern=r"\A[1-9][0-9]{0,2}of[1-9][0-9]{0,2}\Z")]
Groups = Annotated[tuple[GroupName, ...], msgspec.Meta(min_length=1)]
Path = Annotated[str, msgspec.Meta(pattern=r"\Am(/[0-9]{1,10}h?)*\Z")]
# a pattern for each of thousands of coins would cost a reader a tenth of its time
Outpoint = Annotated[str, msgspec.Meta(min_length=66, max_length=75)]
Outpoints = Annotated[tuple[Outpoint, ...], msgspec.Meta(min_length=1, max_length=500)]
TornName = Annotated[str, msgspec.Meta(pattern=r"\Atorn-[0-9]{8,}\.bytes\Z")]


class Fact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """Something that is so; `type` is its name in a log."""

    type: ClassVar[str]
