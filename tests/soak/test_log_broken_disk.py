"""A writer of a log on a disk that really fails: a block device that ends where it had a file."""

from __future__ import annotations

import fcntl
import os
import shutil
import struct
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from log.crashing import insist_nothing_lost, life
from log.log_material import ALLOWED_SIGNERS, begin, complete

from ceremonies.errors import MachineError
from ceremonies.log.verify import State, verify

KIB = 1024
SIZE = 8 * KIB * KIB
WITHIN = 300 * KIB
"""Where the device ends when it is broken: after what the file system knows of itself."""

_GET_STATUS, _SET_STATUS = 0x4C05, 0x4C04
_INFO_BYTES, _SIZE_LIMIT = 232, 32
"""`struct loop_info64`, and where the limit is in it."""

NEEDED = ("losetup", "mke2fs", "mount", "umount")

pytestmark = pytest.mark.soak


class Device:
    """A loop device with a file system of its own."""

    def __init__(self, place: Path) -> None:
        self.image, self.at = place / "image", place / "disk"
        self.at.mkdir()
        with self.image.open("wb") as image:
            image.truncate(SIZE)
        self.name = _call("losetup", "--show", "-f", str(self.image)).strip()

    def format(self) -> None:
        _call("mke2fs", "-q", "-F", "-t", "ext2", "-b", "1024", "-N", "64", "-m", "0", self.name)
        self.mount()
        (self.at / "ballast").write_bytes(os.urandom(2 * WITHIN))
        os.sync()

    def mount(self) -> None:
        _call("mount", self.name, str(self.at))

    def end_at(self, size: int) -> None:
        """Let the device end there, as far as the system knows; 0 is its whole."""
        descriptor = os.open(self.name, os.O_RDWR)
        try:
            info = bytearray(_INFO_BYTES)
            fcntl.ioctl(descriptor, _GET_STATUS, info)
            struct.pack_into("<Q", info, _SIZE_LIMIT, size)
            fcntl.ioctl(descriptor, _SET_STATUS, bytes(info))
        finally:
            os.close(descriptor)

    def repair(self) -> None:
        """Give the device back, and forget what the system only remembers of it."""
        self.end_at(0)
        _call("umount", str(self.at))
        self.mount()


def _call(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Device]:
    """A device that can be broken."""
    missing = [one for one in NEEDED if shutil.which(one) is None]
    if missing or os.geteuid():
        pytest.skip("only whoever may make a block device can break one: root, with losetup")
    try:
        device = Device(tmp_path_factory.mktemp("device"))
    except subprocess.CalledProcessError:
        pytest.skip("there is no loop device to be had here")
    yield device
    _call("losetup", "-d", device.name)


@pytest.fixture
def disk(place: Device) -> Iterator[Device]:
    try:
        place.format()
    except subprocess.CalledProcessError:
        pytest.skip("no file system can be mounted here")
    yield place
    place.end_at(0)
    _call("umount", str(place.at))


def breaking(disk: Device, said: list[bytes], after: int) -> Callable[[bytes], object]:
    """Hear what is said to be on the disk, and break it after so much of it."""

    def hear(data: bytes) -> None:
        said.append(data)
        if len(said) == after:
            disk.end_at(WITHIN)

    return hear


@pytest.mark.parametrize("after", range(3, 8))  # three records are there before
def test_a_disk_that_fails_loses_nothing_that_was_said_to_be_on_it(
    disk: Device, after: int
) -> None:
    folder = disk.at / "log"
    folder.mkdir()
    begin(folder).close()
    with (folder / "log.jsonl").open("ab") as stream:
        stream.write(b"{torn")
    os.sync()
    said: list[bytes] = []
    with pytest.raises(MachineError, match="input/output error"):
        life(folder, breaking(disk, said, after))
    assert len(said) == after
    disk.repair()
    insist_nothing_lost(folder, said)


def test_a_log_on_a_disk_that_fails_accuses_nobody(disk: Device) -> None:
    folder = disk.at / "log"
    folder.mkdir()
    complete(folder)
    os.sync()
    disk.repair()
    for name in ("log.jsonl", "script.toml", "allowed_signers"):
        (folder / name).read_bytes()  # these the system remembers
    os.listdir(folder / "seals")
    disk.end_at(WITHIN)
    found = verify(folder, signers=ALLOWED_SIGNERS)
    assert found.state is State.UNREADABLE
    assert "cannot be read: input/output error" in found.problems[0]
    disk.end_at(0)
    assert verify(folder, signers=ALLOWED_SIGNERS).state is State.COMPLETE
