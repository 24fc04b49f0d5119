"""A PSBT's maps: read exactly, and added to without touching anything else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wire_material import CASES, WORDS_32, spends, transactions

from ceremonies.bitcoin import keymaps
from ceremonies.bitcoin.bytestream import Malformed, blob, compact
from ceremonies.bitcoin.keymaps import MAGIC, KeyMaps
from ceremonies.bitcoin.transaction import Transaction

Records = dict[bytes, bytes]

KEYS = st.binary(min_size=1, max_size=40)
GLOBAL_KEYS = KEYS.filter(lambda key: key not in (b"\x00", b"\x04", b"\x05", b"\xfb"))
VALUES = st.binary(max_size=60)


def written(*maps: list[tuple[bytes, bytes]]) -> bytes:
    return MAGIC + b"".join(
        b"".join(blob(key) + blob(value) for key, value in records) + b"\x00" for records in maps
    )


@st.composite
def psbts(draw: st.DrawFn, *, in_order: bool | None = None) -> bytes:
    """A PSBT of either version whose maps hold anything, in any order or sorted."""
    ordered = draw(st.booleans()) if in_order is None else in_order
    counts = draw(st.integers(1, 3)), draw(st.integers(0, 3))
    first = draw(st.dictionaries(GLOBAL_KEYS, VALUES, max_size=3))
    if draw(st.booleans()):
        first |= {b"\xfb": b"\x02\x00\x00\x00"}
        first |= {b"\x04": compact(counts[0]), b"\x05": compact(counts[1])}
    else:
        unsigned = draw(transactions(signed=False))
        counts = len(unsigned.inputs), len(unsigned.outputs)
        first |= {b"\x00": unsigned.serialize(witness=False)}
    rest = [draw(st.dictionaries(KEYS, VALUES, max_size=4)) for _ in range(sum(counts))]
    maps = [list(records.items()) for records in (first, *rest)]
    return written(*(sorted(records) if ordered else records for records in maps))


def plain(maps: KeyMaps) -> list[list[tuple[bytes, bytes]]]:
    return [[(record.key, record.value) for record in each.records] for each in maps.flat]


@given(psbts())
def test_every_byte_of_a_psbt_is_in_one_of_its_records(data: bytes) -> None:
    maps = keymaps.read(data)
    assert written(*plain(maps)) == data
    for each in maps.flat:
        assert data[each.separator] == 0
        for record in each.records:
            assert data[record.start : record.end] == blob(record.key) + blob(record.value)


@st.composite
def additions(draw: st.DrawFn, maps: KeyMaps) -> dict[int, list[tuple[bytes, bytes]]]:
    """New records for some maps, under keys that they do not have."""
    made: dict[int, list[tuple[bytes, bytes]]] = {}
    for number, each in enumerate(maps.flat):
        have = {record.key for record in each.records}
        keys = (GLOBAL_KEYS if number == 0 else KEYS).filter(lambda key, have=have: key not in have)
        found: Records = draw(st.dictionaries(keys, VALUES, max_size=3))
        if found:
            made[number] = list(found.items())
    return made


@settings(max_examples=25)
@given(psbts(), st.data())
def test_splicing_adds_exactly_the_records_and_keeps_all_others_in_order(
    data: bytes, draws: st.DataObject
) -> None:
    maps = keymaps.read(data)
    added = draws.draw(additions(maps))
    after = keymaps.read(keymaps.spliced(maps, added))
    for number, (old, new) in enumerate(zip(plain(maps), plain(after), strict=True)):
        fresh = added.get(number, [])
        assert [record for record in new if record not in fresh] == old
        assert sorted(new) == sorted(old + fresh)


@settings(max_examples=25)
@given(psbts(), st.data())
def test_taking_the_added_records_out_again_gives_the_original_bytes(
    data: bytes, draws: st.DataObject
) -> None:
    maps = keymaps.read(data)
    added = draws.draw(additions(maps))
    spliced = keymaps.spliced(maps, added)
    after = keymaps.read(spliced)
    for number in sorted(added, reverse=True):
        fresh = {key for key, _ in added[number]}
        for record in reversed(after.flat[number].records):
            if record.key in fresh:
                spliced = spliced[: record.start] + spliced[record.end :]
    assert spliced == data


@settings(max_examples=25)
@given(psbts(in_order=True), st.data())
def test_sorted_maps_stay_sorted(data: bytes, draws: st.DataObject) -> None:
    maps = keymaps.read(data)
    after = keymaps.read(keymaps.spliced(maps, draws.draw(additions(maps))))
    for each in after.flat:
        keys = [record.key for record in each.records]
        assert keys == sorted(keys)


@settings(max_examples=25)
@given(psbts(), st.data())
def test_a_replacement_gives_one_global_record_another_value(
    data: bytes, draws: st.DataObject
) -> None:
    maps = keymaps.read(data)
    replaceable = [record for record in maps.globals.records if record.key in (b"\x06", b"\xfc")]
    if not replaceable:
        maps = keymaps.read(keymaps.spliced(maps, {0: [(b"\x06", b"\x03")]}))
        replaceable = [record for record in maps.globals.records if record.key == b"\x06"]
    key, value = replaceable[0].key, draws.draw(VALUES)
    added = draws.draw(additions(maps))
    after = keymaps.read(keymaps.spliced(maps, added, (key, value)))
    expected = [[(k, value if k == key else v) for k, v in plain(maps)[0]], *plain(maps)[1:]]
    for number, (old, new) in enumerate(zip(expected, plain(after), strict=True)):
        assert [record for record in new if record not in added.get(number, [])] == old


@settings(max_examples=150)
@given(psbts(), st.data())
def test_a_damaged_psbt_is_refused_or_read_exactly(data: bytes, draws: st.DataObject) -> None:
    damaged = bytearray(data)
    damaged[draws.draw(st.integers(0, len(data) - 1))] = draws.draw(st.integers(0, 255))
    try:
        maps = keymaps.read(bytes(damaged))
    except Malformed:
        return
    assert written(*plain(maps)) == bytes(damaged)


@settings(max_examples=25)
@given(psbts(), st.data())
def test_a_cut_psbt_is_refused(data: bytes, draws: st.DataObject) -> None:
    with pytest.raises(Malformed):
        keymaps.read(data[: draws.draw(st.integers(0, len(data) - 1))])


@given(psbts(), st.binary(min_size=1, max_size=4))
def test_what_follows_a_psbt_is_refused(data: bytes, rest: bytes) -> None:
    with pytest.raises(Malformed):
        keymaps.read(data + rest)


@settings(max_examples=25)
@given(psbts(), st.data())
def test_a_key_that_appears_twice_in_a_map_is_refused(data: bytes, draws: st.DataObject) -> None:
    maps = keymaps.read(data)
    record = draws.draw(st.sampled_from([r for each in maps.flat for r in each.records]))
    again = blob(record.key) + blob(draws.draw(VALUES))
    with pytest.raises(Malformed, match="twice"):
        keymaps.read(data[: record.end] + again + data[record.end :])


@given(WORDS_32.filter(lambda version: version not in (0, 2)))
def test_an_unknown_version_is_refused(version: int) -> None:
    data = written([(b"\xfb", version.to_bytes(4, "little"))])
    with pytest.raises(Malformed, match=f"version {version}"):
        keymaps.read(data)


@pytest.mark.parametrize("count", [5, keymaps.MAX_MAPS + 1, 2**32, 2**64 - 1])
def test_more_maps_than_there_are_bytes_are_refused_as_too_large(count: int) -> None:
    data = written(
        [(b"\xfb", b"\x02\x00\x00\x00"), (b"\x04", compact(count)), (b"\x05", compact(0))]
    )
    with pytest.raises(keymaps.TooLarge):
        keymaps.read(data)


@given(transactions())
def test_an_unsigned_transaction_that_is_signed_is_refused(made: Transaction) -> None:
    signed = made.serialize(witness=False)
    data = written([(b"\x00", signed)], *([] for _ in (*made.inputs, *made.outputs)))
    if any(given.script_sig for given in made.inputs):
        with pytest.raises(Malformed, match="signed"):
            keymaps.read(data)
    else:
        assert keymaps.read(data).unsigned is not None


@pytest.mark.parametrize("name", CASES)
def test_cores_psbts_are_read_exactly(name: str) -> None:
    for spend in spends(name):
        assert written(*plain(keymaps.read(spend.psbt))) == spend.psbt, spend.where
