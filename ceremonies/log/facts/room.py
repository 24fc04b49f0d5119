"""The room in a log: the machine and its program, the people, the time, and things of value."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from ceremonies.log.facts.forms import (
    Count,
    Fact,
    PartSha256,
    PersonName,
    Sha256,
    SomeText,
    Text,
    TwoPeople,
)


class ProbeResult(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """What one probe of the machine said."""

    name: Text
    ok: bool


class MachineChecked(Fact, frozen=True, kw_only=True):
    """The machine was probed."""

    type: ClassVar[str] = "machine.checked"
    probes: tuple[ProbeResult, ...]
    fit: bool


class RoomChecked(Fact, frozen=True, kw_only=True):
    """Somebody said that the room is as the script demands."""

    type: ClassVar[str] = "room.checked"
    demands: SomeText


class CheckedLibrary(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False
):
    """A package the program runs on; `sha256` is of its list of files and their hashes."""

    name: Text
    version: Text
    sha256: PartSha256


class ProgramChecked(Fact, frozen=True, kw_only=True):
    """Every file of the program and of its libraries was hashed."""

    type: ClassVar[str] = "program.checked"
    program_sha256: Sha256
    libraries: tuple[CheckedLibrary, ...]


class TimeBound(Fact, frozen=True, kw_only=True):
    """What follows was written after this block was found."""

    type: ClassVar[str] = "time.bound"
    chain: Text
    height: Count
    block: Sha256


class HeightClaimed(Fact, frozen=True, kw_only=True):
    """Somebody said how high the chain is; no block was named that would prove it."""

    type: ClassVar[str] = "height.claimed"
    height: Count


class PersonPresent(Fact, frozen=True, kw_only=True):
    """Somebody is here in a role; the full name is in the reveal file."""

    type: ClassVar[str] = "person.present"
    person: PersonName
    role: Text
    name_commitment: Sha256


class Acknowledged(Fact, frozen=True, kw_only=True):
    """A person was told something and said that they understood."""

    type: ClassVar[str] = "acknowledged"
    text: Text
    person: PersonName
    role: Text


class PersonEnrolled(Fact, frozen=True, kw_only=True):
    """A person proved to hold the key they will sign with; `key_sha256` is of the public key."""

    type: ClassVar[str] = "person.enrolled"
    person: PersonName
    key_sha256: Sha256


class MachineEnrolled(Fact, frozen=True, kw_only=True):
    """A machine was named, its serial number withheld."""

    type: ClassVar[str] = "machine.enrolled"
    name: Text
    serial_commitment: Sha256
    program_sha256: Sha256


class ItemStored(Fact, frozen=True, kw_only=True):
    """Something was sealed in a bag to be kept at a site; which ones is in the reveal file."""

    type: ClassVar[str] = "item.stored"
    item: Text
    holder: PersonName
    sealed_by: PersonName
    bag_commitment: Sha256
    seal_commitment: Sha256
    site_commitment: Sha256


class ItemDestroyed(Fact, frozen=True, kw_only=True):
    """Something was destroyed before the eyes of two people."""

    type: ClassVar[str] = "item.destroyed"
    item: Text
    method: Text
    serial_commitment: Sha256
    persons: TwoPeople
