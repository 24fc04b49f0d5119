"""Records about rooms, things and proofs of keys, told in a sentence each."""

from __future__ import annotations

from collections.abc import Mapping

from ceremonies.log import facts
from ceremonies.log.facts import Fact


def of_things(fact: Fact, seq: int, opened: Mapping[tuple[int, str], str]) -> str | None:
    """Say what a record says of a room, a thing, a person or a key; None where it is of none."""

    def told(commitment: str) -> str:
        return opened.get((seq, commitment), "(withheld)")

    match fact:
        case facts.ItemStored():
            bag, seal = told(fact.bag_commitment), told(fact.seal_commitment)
            where = f"bag {bag} with seal {seal}, to be kept at {told(fact.site_commitment)}"
            return f"{fact.item}, of {fact.holder}, is sealed by {fact.sealed_by} in {where}"
        case facts.ItemDestroyed():
            people = " and ".join(fact.persons)
            serial = told(fact.serial_commitment)
            return f"{fact.item} (serial {serial}) is destroyed: {fact.method}; seen by {people}"
        case facts.MachineEnrolled():
            program = fact.program_sha256[:16]
            return f"machine {fact.name} (serial {told(fact.serial_commitment)}) has {program}"
        case facts.AddressConfirmed():
            address = told(fact.address_commitment)
            return f"{fact.person} confirms {fact.path} of {fact.wallet}: {address}"
        case facts.PeerSeal():
            return f"the log {fact.log} has the seal {fact.seal_sha256[:16]} of {fact.size} records"
        case facts.MessageSigned():
            address = told(fact.address_commitment)
            message = fact.message_sha256[:16]
            return f"message {message} is signed by {fact.fingerprint} for {address}"
    return _of_rooms(fact) or _of_keys(fact)


def _of_rooms(fact: Fact) -> str | None:
    match fact:
        case facts.RoomChecked():
            return f"the room is as demanded: {'; '.join(fact.demands)}"
        case facts.ProgramChecked():
            libraries = f"{len(fact.libraries)} libraries"
            return f"the program is {fact.program_sha256[:16]}, on {libraries}, all hashed"
        case facts.TimeBound():
            return f"not before block {fact.height} of {fact.chain}, {fact.block}"
        case facts.Acknowledged():
            return f"{fact.person} ({fact.role}) understands: {fact.text}"
        case facts.PersonEnrolled():
            return f"{fact.person} is enrolled with key {fact.key_sha256[:16]}"
    return None


def _of_keys(fact: Fact) -> str | None:
    match fact:
        case facts.CardAudited():
            return f"{fact.person} shows card {fact.card} of set {fact.set} to be right, alone"
        case facts.SeedBrought():
            return f"key {fact.fingerprint} is brought, as {fact.key}, to be split again"
        case facts.SharesVoid():
            cards = [f"card {one.card} of set {one.set} ({one.person})" for one in fact.cards]
            destroy = f"; destroy {' and '.join(cards)}" if cards else ""
            return f"the new cards of {fact.key} are VOID: {fact.why}{destroy}"
        case facts.KeyProved():
            return f"{fact.person} finds their key {fact.fingerprint} in wallet {fact.wallet}"
        case facts.TransactionFinalized():
            return f"transaction {fact.txid[:16]} is final, by {' and '.join(fact.verified_by)}"
    return None
