"""Policies, approvals, histories, logs and folders of PSBTs, as `custody psbt sign` has them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from face.custody_process import custody
from signing.wallets_made import PAYEE, RECEIVED, make_psbt, make_wallet, seed, signer

from ceremonies.bitcoin.psbt import parse
from ceremonies.errors import CeremonyError, InputError, IntegrityError, Refused
from ceremonies.frozen import replace
from ceremonies.log import sshkey, sshsig
from ceremonies.log.chain import read_records
from ceremonies.log.verify import State, verify
from ceremonies.network import MAINNET, REGTEST
from ceremonies.signing import policy_file
from ceremonies.signing.approval import NAMESPACE, text_of
from ceremonies.signing.policy import Policy
from ceremonies.signing.review import review
from ceremonies.wallets import file as wallet_files
from ceremonies.wallets.wallet import Place, register
from custody_cli.exits import worst
from custody_cli.histories import read_history
from custody_cli.policies import approvals_from, read_policy
from custody_cli.signing import Bench, Consent, logged, psbts_in, signed_folder

WALLET = make_wallet("wpkh")
PEOPLE = {name: bytes([n]) * 32 for n, name in enumerate(("ana", "ben", "cleo"), start=1)}
HEAD = 'schema = "custody-policy/1"\nnetwork = "regtest"\n'


def line(name: str, option: str = "") -> str:
    key = sshkey.public_key_of(PEOPLE[name]).line
    return f"{name} {option}{key}"


def listed(*names: str) -> str:
    return "".join(line(name) + "\n" for name in names)


def approval(name: str, intent: bytes, policy: str | None, *, namespace: str = NAMESPACE) -> bytes:
    return sshsig.sign_ed25519(PEOPLE[name], text_of(intent, policy), namespace)


def bench(
    psbt_history: Any = None,
    *,
    policy: Policy | None = None,
    intents: tuple[bytes, ...] = (),
    files: tuple[Path, ...] = (),
    signers: Path | None = None,
) -> Bench:
    return Bench(
        wallet=WALLET,
        policy=policy or Policy(),
        history=psbt_history or read_history(None),
        consent=Consent(intents=intents, yes=not intents, files=files, signers=signers),
        prevtx=None,
        key=lambda: signer(1),
    )


def put(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def payment(number: int = 0, paid: int = 400_000) -> bytes:
    coins = [(Place(0, 2 * number), 600_000), (Place(0, 2 * number + 1), 400_000)]
    return make_psbt(
        WALLET, inputs=coins, payments=[(PAYEE, paid)], change=(Place(1, 5), 997_000 - paid)
    )


def intent_of(data: bytes, policy: Policy | None = None) -> bytes:
    intent = review(parse(data), WALLET, policy=policy).intent
    assert intent is not None
    return intent


# approvals


@pytest.fixture
def wanting(tmp_path: Path) -> tuple[Policy, Path]:
    """A policy that wants two of three, and its file."""
    keys = ", ".join(f"'{line(name)}'" for name in PEOPLE)
    path = put(tmp_path, "policy.toml", f"{HEAD}[approvals]\nneeded = 2\nsigners = [{keys}]\n")
    policy = read_policy(path)
    assert policy is not None
    return policy, path


def signed_with(tmp_path: Path, policy: Policy, *files: bytes) -> None:
    psbt = put(tmp_path, "a.psbt", payment())
    given = tuple(put(tmp_path, f"{n}.sig", data) for n, data in enumerate(files))
    bench(policy=policy, files=given).sign(str(psbt), tmp_path / "out.psbt")


def test_enough_different_people_approve(tmp_path: Path, wanting: tuple[Policy, Path]) -> None:
    policy, _ = wanting
    intent = intent_of(payment(), policy)
    signed_with(
        tmp_path, policy, *(approval(name, intent, policy.sha256) for name in ("ana", "cleo"))
    )
    assert (tmp_path / "out.psbt").exists()


@pytest.mark.parametrize(
    ("who", "error", "code"),
    [
        ((), Refused, "0 of 2"),
        (("ana",), Refused, "1 of 2"),
        (("ana", "ana"), Refused, "1 of 2"),
    ],
)
def test_too_few_people_do_not(
    tmp_path: Path,
    wanting: tuple[Policy, Path],
    who: tuple[str, ...],
    error: type[CeremonyError],
    code: str,
) -> None:
    policy, _ = wanting
    intent = intent_of(payment(), policy)
    with pytest.raises(error, match=code) as refused:
        signed_with(tmp_path, policy, *(approval(name, intent, policy.sha256) for name in who))
    assert [found.rule for found in refused.value.findings] == ["approvals"]
    assert not (tmp_path / "out.psbt").exists()


def test_an_approval_of_anything_else_stops_everything(
    tmp_path: Path, wanting: tuple[Policy, Path]
) -> None:
    policy, _ = wanting
    intent = intent_of(payment(), policy)
    good = approval("ana", intent, policy.sha256)
    for wrong in (
        approval("ben", bytes(32), policy.sha256),
        approval("ben", intent, None),
        approval("ben", intent, policy.sha256, namespace="ceremony-seal-v1"),
        approval("ben", intent, policy.sha256, namespace="file"),
    ):
        with pytest.raises(IntegrityError, match="the approval of ben"):
            signed_with(tmp_path, policy, good, wrong)
    stranger = sshsig.sign_ed25519(b"\x09" * 32, text_of(intent, policy.sha256), NAMESPACE)
    with pytest.raises(InputError, match="approval 2 is by nobody"):
        signed_with(tmp_path, policy, good, stranger)
    with pytest.raises(InputError, match="not an armored"):
        signed_with(tmp_path, policy, good, b"yes")
    assert not (tmp_path / "out.psbt").exists()


def test_the_library_alone_signs_nothing_without_approvals() -> None:
    from ceremonies.signing.policy import Demand
    from ceremonies.signing.sign import sign

    policy = Policy(approvals=Demand(needed=1, signers_sha256="00" * 32))
    reviewed = review(parse(payment()), WALLET, signer=signer(1), policy=policy)
    assert reviewed.intent is not None
    with pytest.raises(Refused, match="0 of 1 people"):
        sign(reviewed, approved=reviewed.intent)


def test_a_list_of_signers_must_be_the_one_the_policy_names(tmp_path: Path) -> None:
    real, other = put(tmp_path, "real", listed("ana", "ben")), put(tmp_path, "other", listed("ana"))
    import hashlib

    digest = hashlib.sha256(real.read_bytes()).hexdigest()
    text = f'{HEAD}[approvals]\nneeded = 1\nsigners-sha256 = "{digest}"\npeople = ["ana"]\n'
    policy = policy_file.read(text.encode())
    intent = intent_of(payment(), policy)
    good = put(tmp_path, "good.sig", approval("ana", intent, policy.sha256))
    unnamed = put(tmp_path, "unnamed.sig", approval("ben", intent, policy.sha256))

    def ask(file: Path, signers: Path | None) -> tuple[str, ...]:
        found = approvals_from(
            [file], intent=intent, policy=policy, signers=signers, network=REGTEST
        )
        return tuple(one.person for one in found)

    assert ask(good, real) == ("ana",)
    with pytest.raises(IntegrityError, match="not the one that the policy names"):
        ask(good, other)
    with pytest.raises(InputError, match="nobody says whose"):
        ask(good, None)
    # he is on the list, and not among those whom the policy asks
    psbt = put(tmp_path, "a.psbt", payment())
    with pytest.raises(Refused, match="0 of 1"):
        bench(policy=policy, files=(unnamed,), signers=real).sign(str(psbt), tmp_path / "out")


def test_a_key_that_is_for_seals_alone_approves_nothing(tmp_path: Path) -> None:
    confined = put(tmp_path, "signers", line("ana", 'namespaces="ceremony-seal-v1" ') + "\n")
    intent = intent_of(payment())
    signature = put(tmp_path, "ana.sig", approval("ana", intent, None))
    with pytest.raises(InputError, match="not for the namespace ceremony-intent-v1"):
        approvals_from(
            [signature], intent=intent, policy=Policy(), signers=confined, network=REGTEST
        )


def test_practice_people_approve_nothing_in_earnest(tmp_path: Path) -> None:
    from ceremonies.conduct import practice

    signers = put(tmp_path, "signers", practice.signers_file())
    signature = put(tmp_path, "x.sig", approval("ana", bytes(32), None))
    with pytest.raises(Refused, match="everybody has"):
        approvals_from(
            [signature], intent=bytes(32), policy=Policy(), signers=signers, network=MAINNET
        )


# logs and histories


def recorded_in(folder: Path, data: bytes, *, height: int | None = None, name: str = "log") -> Path:
    psbt = put(folder, f"{name}.psbt", data)
    signers = put(folder, f"{name}.signers", listed("ana"))
    work = bench()
    with logged(work, folder / name, signers=signers, height=height):
        work.sign(str(psbt), folder / f"{name}-signed.psbt")
    return folder / name


def test_a_log_of_one_command_is_a_log_and_a_history(tmp_path: Path) -> None:
    folder = recorded_in(tmp_path, payment(), height=850_000)
    found = verify(folder, signers=(tmp_path / "log.signers").read_bytes())
    assert found.state is State.UNSEALED
    assert found.problems == (f"there is no seal of all {found.records} records",)
    history = read_history([folder])
    assert read_history([folder], height=850_001).logged_height == 850_000
    (earlier,) = history.signings
    unsigned = parse(payment()).transaction
    assert earlier.txid == unsigned.txid[::-1].hex()
    assert earlier.wallet == WALLET.id
    assert earlier.height == history.height == 850_000
    assert earlier.outpoints == tuple(str(one.outpoint) for one in unsigned.inputs)
    assert (earlier.payments_sat, earlier.fee_sat) == (400_000, 3_000)
    assert history.unconfirmed == (earlier.log,)


def test_a_coin_is_not_signed_again_in_another_transaction(tmp_path: Path) -> None:
    history = read_history([recorded_in(tmp_path, payment())])
    assert review(parse(payment()), WALLET, history=history).verdict == "sign"
    bumped = review(parse(payment(paid=400_001)), WALLET, history=history)
    assert [found.where for found in bumped.refusals] == ["input 0", "input 1"]
    told = bumped.refusals[0].message
    for said in (history.signings[0].txid[:16], "400000 sat", "400001 sat", "3000 sat"):
        assert said in told


def test_a_period_counts_what_logs_say_was_paid(tmp_path: Path) -> None:
    recorded_in(tmp_path, payment(0), height=850_000, name="one")
    recorded_in(tmp_path, payment(1), height=850_100, name="two")
    logs = [tmp_path / "one", tmp_path / "two"]
    text = f"{HEAD}[[amounts.period]]\nblocks = 144\nmost-sat = 1_200_000\n"
    policy = policy_file.read(text.encode())

    def verdict(height: int, paid: int) -> str:
        history = read_history(logs, height=height)
        return review(parse(payment(2, paid)), WALLET, policy=policy, history=history).verdict

    assert verdict(850_143, 400_000) == "sign"
    assert verdict(850_143, 400_001) == "refuse"
    assert verdict(850_144, 800_000) == "sign"
    assert verdict(850_144, 800_001) == "refuse"
    (tmp_path / "two" / "reveal.jsonl").unlink()
    assert verdict(850_144, 1_000) == "refuse"


def test_what_is_no_finished_log_is_no_history(tmp_path: Path) -> None:
    log = recorded_in(tmp_path, payment())
    good = (log / "log.jsonl").read_bytes()
    (tmp_path / "empty").mkdir()
    empty = read_history([tmp_path / "empty"])
    assert empty.is_given
    assert empty.is_empty
    assert not read_history([log]).is_empty
    assert not read_history(None).is_given
    assert len(read_history([tmp_path]).signings) == 1
    with pytest.raises(InputError, match="no log in the folder"):
        read_history([log / "seals", log.parent / "empty", _files(tmp_path / "files")])
    with pytest.raises(InputError, match="cannot read the history"):
        read_history([tmp_path / "missing"])
    (log / "log.jsonl").write_bytes(good.replace(b"850", b"851") + b"{}\n")
    with pytest.raises(IntegrityError, match="was changed"):
        read_history([log])
    lines = good.splitlines(keepends=True)
    (log / "log.jsonl").write_bytes(b"".join(lines[:-1]))
    with pytest.raises(Refused, match="has not ended"):
        read_history([log])
    (log / "log.jsonl").write_bytes(b"no log\n")
    with pytest.raises(InputError, match="cannot be read"):
        read_history([log])


def _files(folder: Path) -> Path:
    folder.mkdir()
    (folder / "notes.txt").write_text("none")
    return folder


def test_nothing_signed_leaves_no_log(tmp_path: Path) -> None:
    psbt = put(tmp_path, "a.psbt", payment(paid=600_000) + b"\0")
    signers = put(tmp_path, "signers", listed("ana"))
    work = bench()
    with (
        pytest.raises(InputError),
        logged(work, tmp_path / "log", signers=signers, height=None),
    ):
        work.sign(str(psbt), tmp_path / "out.psbt")
    assert not (tmp_path / "log").exists()


def test_who_approved_is_in_the_log(tmp_path: Path, wanting: tuple[Policy, Path]) -> None:
    policy, _ = wanting
    intent = intent_of(payment(), policy)
    files = tuple(
        put(tmp_path, f"{name}.sig", approval(name, intent, policy.sha256))
        for name in ("ana", "ben")
    )
    work = bench(policy=policy, files=files)
    psbt = put(tmp_path, "a.psbt", payment())
    with logged(work, tmp_path / "log", signers=None, height=None):
        work.sign(str(psbt), tmp_path / "out.psbt")
    records = read_records(tmp_path / "log")
    approved = [r.fact.person for r in records if r.type == "intent.approved"]  # type: ignore[attr-defined]
    assert approved == ["operator", "ana", "ben"]
    assert verify(tmp_path / "log").state is State.UNSEALED


# a folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three good PSBTs, between them one that is damaged and one that steals the change."""
    inside = tmp_path / "in"
    inside.mkdir()
    for number, name in enumerate("ace"):
        put(inside, f"{name}.psbt", payment(number))
    put(inside, "b.psbt", payment(3)[:-1])
    put(inside, "d.psbt", make_psbt(make_wallet("pkh")))
    put(inside, "notes.txt", "not a psbt")
    return inside


def test_a_folder_goes_on_or_stops(tmp_path: Path, folder: Path) -> None:
    names = psbts_in(folder)
    assert [path.name for path in names] == ["a.psbt", "b.psbt", "c.psbt", "d.psbt", "e.psbt"]
    done = list(signed_folder(bench(), names, tmp_path / "all", keep_going=True))
    assert [code for _, code in done] == [0, 3, 0, 4, 0]
    assert sorted(path.name for path in (tmp_path / "all").iterdir()) == [
        "a.psbt",
        "c.psbt",
        "e.psbt",
    ]
    stopped = list(signed_folder(bench(), names, tmp_path / "some", keep_going=False))
    assert [code for _, code in stopped] == [0, 3]
    none = list(signed_folder(bench(), names[1:2], tmp_path / "none", keep_going=True))
    assert [code for _, code in none] == [3]
    assert not (tmp_path / "none").exists()


def test_what_was_signed_in_a_folder_is_history_for_the_rest(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    put(inside, "1.psbt", payment(0))
    put(inside, "2.psbt", payment(0, paid=400_001))
    put(inside, "3.psbt", payment(0))
    done = list(signed_folder(bench(), psbts_in(inside), tmp_path / "out", keep_going=True))
    assert [code for _, code in done] == [0, 4, 0]
    policy = replace(
        policy_file.read(f"{HEAD}[[amounts.period]]\nblocks = 9\nmost-sat = 700_000\n".encode())
    )
    put(inside, "2.psbt", payment(1))
    (tmp_path / "empty").mkdir()
    history = read_history([tmp_path / "empty"], height=850_000)
    work = bench(history, policy=policy)
    done = list(signed_folder(work, psbts_in(inside), tmp_path / "two", keep_going=True))
    assert [code for _, code in done] == [0, 4, 0]


def test_each_psbt_of_a_folder_needs_its_own_intent(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    for number in range(3):
        put(inside, f"{number}.psbt", payment(number))
    approved = tuple(intent_of(payment(number)) for number in (0, 2))
    work = bench(intents=approved)
    done = list(signed_folder(work, psbts_in(inside), tmp_path / "out", keep_going=True))
    assert [code for _, code in done] == [0, 4, 0]


def test_the_worst_exit_code_is_that_of_the_contract() -> None:
    order = (1, 5, 6, 3, 4, 7)
    for at, code in enumerate(order):
        assert worst([0, *reversed(order[at:])]) == code
    assert worst([0, 0]) == 0
    assert worst([]) == 0


def test_a_bug_in_one_psbt_is_the_worst_and_the_others_are_signed(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from custody_cli import signing

    real = signing.read_psbt

    def broken(name: str, *given: Any) -> Any:
        if name.endswith("b.psbt"):
            raise ZeroDivisionError("with a secret in it")
        return real(name, *given)

    monkeypatch.setattr(signing, "read_psbt", broken)
    done = list(signed_folder(bench(), psbts_in(folder), tmp_path / "out", keep_going=True))
    assert [code for _, code in done] == [0, 1, 0, 4, 0]
    assert "secret" not in json.dumps([item for item, _ in done])


# the command line


def test_a_script_signs_a_folder_under_a_pinned_policy(tmp_path: Path, folder: Path) -> None:
    policy = put(tmp_path, "policy.toml", f"{HEAD}[fee]\nmost-sat = 3_000\n")
    put(tmp_path, "phrase.txt", seed(1).written().reveal())
    created = custody(
        *("wallet", "create", "--name", "vault", "--descriptor", WALLET.descriptor),
        *("--network", "regtest", "--policy", "policy.toml", "-o", "w.json", "--json"),
        cwd=tmp_path,
    )
    assert json.loads(created.stdout)["policy"] == policy_file.read(policy.read_bytes()).sha256
    call = ("psbt", "sign", "in", "--wallet", "w.json", "--seed", "phrase.txt", "--yes")
    without = custody(*call, "-o", "no", "--keep-going", "--json", cwd=tmp_path)
    assert without.returncode == 3
    assert json.loads(without.stdout)["signed"] == 0
    assert not (tmp_path / "no").exists()
    ran = custody(
        *(*call, "--policy", "policy.toml", "-o", "out", "--keep-going", "--jsonl"),
        *("--log", "log"),
        cwd=tmp_path,
    )
    assert ran.returncode == 3
    items = [json.loads(one) for one in ran.stdout.splitlines()]
    assert [one["psbt"] for one in items] == [f"{name}.psbt" for name in "abcde"]
    assert [one.get("error", {}).get("code", 0) for one in items] == [0, 3, 0, 4, 0]
    assert len(read_history([tmp_path / "log"]).signings) == 3
    assert verify(tmp_path / "log").state is State.UNSEALED


def test_the_wallet_file_keeps_what_is_pinned(tmp_path: Path) -> None:
    pinned = replace(WALLET, policy_sha256="ab" * 32, last_index=77)
    assert wallet_files.read(wallet_files.write(pinned)) == pinned
    assert wallet_files.read(wallet_files.write(WALLET)) == WALLET
    assert register("vault", [WALLET.descriptor], REGTEST).policy_sha256 is None
    for wrong in (b'"policy_sha256": "AB', b'"policy_sha256": 7, "x": "'):
        with pytest.raises(InputError):
            wallet_files.read(wallet_files.write(pinned).replace(b'"policy_sha256": "ab', wrong))
    assert RECEIVED[0].index != 77
