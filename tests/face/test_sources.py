"""Where secrets come from and go to, tried from outside the process."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from custody_process import attempt, error_of

CANARY = "legal winner thank year wave sausage"

READ = """
from custody_cli.sources import secret_from
from custody_cli import terminal
got = secret_from({source!r}, lambda: terminal.ask_passphrase("seed"), what="the seed")
print(got, got.reveal())
"""
PASSPHRASE = """
from custody_cli.sources import passphrase_from
got = passphrase_from({source!r})
print(None if got is None else got.reveal())
"""
WRITE = """
from ceremonies.secret import Secret
from custody_cli.sources import secret_to
secret_to({sink!r}, Secret(b"the secret"), reveal={reveal}, json=json)
"""


def write(sink: str, *, reveal: bool = False) -> str:
    return WRITE.format(sink=sink, reveal=reveal)


def pipe_with(data: bytes) -> int:
    reader, writer = os.pipe()
    os.write(writer, data)
    os.close(writer)
    return reader


def test_a_secret_comes_from_a_file_byte_for_byte(tmp_path: Path) -> None:
    (tmp_path / "seed").write_bytes(b" a\xff\n\n")
    done = attempt(READ.format(source="seed"), cwd=tmp_path)
    assert done.stdout == b"Secret(5 bytes) b' a\\xff\\n\\n'\n"


@pytest.mark.parametrize("source", ["-", "fd:0", "/dev/stdin", "/dev/fd/0"])
def test_a_secret_comes_from_standard_input(source: str) -> None:
    assert attempt(READ.format(source=source), stdin=b"x\n").stdout == b"Secret(2 bytes) b'x\\n'\n"


def test_a_secret_comes_from_a_descriptor() -> None:
    reader = pipe_with(b"abc")
    done = attempt(READ.format(source=f"fd:{reader}"), pass_fds=[reader])
    os.close(reader)
    assert done.stdout == b"Secret(3 bytes) b'abc'\n"


def test_without_a_source_and_without_a_terminal_it_is_wrong_usage() -> None:
    error = error_of(attempt(READ.format(source=None), "--json"))
    assert error["code"] == 2
    assert error["cause"] == "there is no terminal to ask at"


@pytest.mark.parametrize("source", ["fd:", "fd:x", "fd:-1", "fd:+1", "fd:01", "fd: 3", "fd:\uff13"])
def test_a_descriptor_is_written_in_plain_decimals(source: str) -> None:
    assert attempt(READ.format(source=source)).returncode == 2


def test_a_descriptor_that_is_not_open_is_an_input_error() -> None:
    done = attempt(READ.format(source="fd:77"))
    assert done.returncode == 3
    assert b"cannot read the seed: bad file descriptor" in done.stderr


def test_a_phrase_typed_where_a_file_name_belongs_is_not_repeated() -> None:
    for arguments in ([], ["--json"], ["--debug"]):
        done = attempt(READ.format(source=CANARY), *arguments)
        assert done.returncode == 3
        assert b"winner" not in done.stdout + done.stderr.replace(CANARY.encode(), b"?")
        assert b"cannot read the seed: no such file or directory" in done.stdout + done.stderr


def test_a_secret_of_more_than_64_kib_is_refused(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b"a" * (64 * 1024 + 1))
    done = attempt(READ.format(source="big"), cwd=tmp_path)
    assert done.returncode == 3
    assert b"longer than 65536 bytes" in done.stderr
    # a picture may be longer, and what is none may not
    done = attempt(
        "from custody_cli.phrases import seed_from\nseed_from('big', known=True)", cwd=tmp_path
    )
    assert done.returncode == 3
    assert b"longer than 65536 bytes" in done.stderr


@pytest.mark.parametrize("second", ["-", "fd:0", "/dev/stdin"])
def test_two_sources_on_one_descriptor_are_refused(second: str) -> None:
    body = f"""
from custody_cli.sources import payload_from, secret_from
payload_from("-", what="the PSBT")
secret_from({second!r}, lambda: None, what="the seed")
"""
    done = attempt(body, stdin=b"x")
    assert done.returncode == 2
    assert b"the seed and the PSBT cannot both come from descriptor 0" in done.stderr


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (b"x\n", b"x"),
        (b"x\n\n", b"x\n"),
        (b"x\r\n", b"x\r"),
        (b" x ", b" x "),
        (b"\n", b""),
        (b"", b""),
    ],
)
def test_a_passphrase_loses_exactly_one_final_lf(given: bytes, kept: bytes) -> None:
    done = attempt(PASSPHRASE.format(source="-"), stdin=given)
    assert done.stdout.decode().strip() == repr(kept)


def test_no_source_of_a_passphrase_is_no_passphrase() -> None:
    assert attempt(PASSPHRASE.format(source=None)).stdout == b"None\n"


def test_a_sink_file_is_private_exclusive_and_complete(tmp_path: Path) -> None:
    assert attempt(write("out"), cwd=tmp_path).returncode == 0
    out = tmp_path / "out"
    assert out.read_bytes() == b"the secret"
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    out.write_bytes(b"older")
    again = attempt(write("out"), cwd=tmp_path)
    assert again.returncode == 6
    assert out.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [out]


def test_a_sink_may_be_a_descriptor_above_2() -> None:
    reader, writer = os.pipe()
    done = attempt(write(f"fd:{writer}"), pass_fds=[writer])
    os.close(writer)
    assert os.read(reader, 100) == b"the secret"
    os.close(reader)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


ALIASES = [
    "-",
    "fd:1",
    "fd:2",
    "/dev/stdout",
    "/dev/stderr",
    "/dev/fd/1",
    "/dev/fd/2",
    "/proc/self/fd/1",
    "/proc/thread-self/fd/1",
    "/dev/../dev/stdout",
    "link-to-stdout",
]


@pytest.mark.parametrize("sink", [*ALIASES, "fd:0", "/dev/stdin"])
def test_standard_descriptors_are_no_sink_under_any_name(sink: str, tmp_path: Path) -> None:
    (tmp_path / "link-to-stdout").symlink_to("/dev/stdout")
    done = attempt(write(sink), cwd=tmp_path)
    assert done.returncode == 2
    assert b"the secret" not in done.stdout + done.stderr.replace(b"the secret is", b"")
    assert b"hint: use a new file" in done.stderr


def test_a_descriptor_that_leads_to_stdout_is_no_sink() -> None:
    body = "import os\nos.dup2(1, 9)\n" + write("fd:9")
    done = attempt(body)
    assert done.returncode == 2
    assert done.stdout == b""


def test_the_file_that_stdout_was_redirected_to_is_no_sink(tmp_path: Path) -> None:
    with (tmp_path / "all.txt").open("wb") as out:
        done = attempt(write("all.txt"), cwd=tmp_path, stdout=out)
    assert done.returncode == 2
    assert (tmp_path / "all.txt").read_bytes() == b""


@pytest.mark.parametrize("sink", ["-", "fd:1", "/dev/stdout", "/proc/self/fd/1"])
def test_with_reveal_stdout_takes_it(sink: str) -> None:
    assert attempt(write(sink, reveal=True)).stdout == b"the secret"


@pytest.mark.parametrize("sink", ["fd:0", "/dev/stdin"])
def test_even_with_reveal_standard_input_takes_nothing(sink: str) -> None:
    assert attempt(write(sink, reveal=True)).returncode == 2


def test_reveal_and_json_do_not_share_stdout() -> None:
    assert error_of(attempt(write("-", reveal=True), "--json"))["code"] == 2


def test_a_closed_descriptor_is_a_machine_error() -> None:
    done = attempt(write("fd:55"))
    assert done.returncode == 6
    assert b"descriptor 55 is not open" in done.stderr


def test_a_descriptor_open_for_reading_alone_is_a_machine_error() -> None:
    reader = pipe_with(b"")
    done = attempt(write(f"fd:{reader}"), pass_fds=[reader])
    os.close(reader)
    assert done.returncode == 6


def test_a_sink_is_checked_before_any_work(tmp_path: Path) -> None:
    body = """
from custody_cli.sources import insist_sink
insist_sink("taken", reveal=False)
print("worked")
"""
    (tmp_path / "taken").touch()
    done = attempt(body, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (6, b"")


ONE = """
from custody_cli.sources import is_one_sink
print(is_one_sink({one!r}, {other!r}))
"""


@pytest.mark.parametrize(
    ("one", "other", "are_one"),
    [
        ("fd:{0}", "/dev/fd/{0}", True),
        ("fd:{0}", "/proc/self/fd/{0}", True),
        ("fd:{0}", "fd:{1}", True),
        ("fd:{0}", "fd:{2}", False),
        ("half", "./half", True),
        ("half", "linked/half", True),
        ("half", "other", False),
        ("half", "apart/half", False),
        ("fd:{0}", "half", False),
        ("-", "/dev/stdout", True),
        ("-", "fd:{0}", False),
    ],
)
def test_one_sink_is_known_by_what_it_is_and_not_by_its_name(
    one: str, other: str, are_one: bool, tmp_path: Path
) -> None:
    (tmp_path / "linked").symlink_to(tmp_path)
    (tmp_path / "apart").mkdir()
    _, first = os.pipe()
    second, (_, third) = os.dup(first), os.pipe()
    numbers = (first, second, third)
    code = ONE.format(one=one.format(*numbers), other=other.format(*numbers))
    done = attempt(code, cwd=tmp_path, pass_fds=numbers)
    for number in numbers:
        os.close(number)
    assert done.stdout == f"{are_one}\n".encode()
