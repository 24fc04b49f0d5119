"""Accounts as `key account` is asked for them: their path, their form, their answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ceremonies.bitcoin.derivation import parse_path
from ceremonies.keys import account
from ceremonies.network import Network
from ceremonies.secret import Secret
from custody_cli.exits import WrongUsage
from custody_cli.wallets import token_from

if TYPE_CHECKING:
    from custody_cli.contract import KeyAccountAnswer

_PLAIN_FORMS = ("key", "descriptor")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What was asked for; `bip` and `path` choose another path than the script's own."""

    script: str | None
    number: int
    bip: int | None
    path: str | None
    form: str
    label: str
    coin: str | None
    network: Network


@dataclass(frozen=True, kw_only=True)
class Derived:
    """An account, and the text it was asked as; `coin` and `address` are another coin's."""

    fingerprint: str
    path: str
    xpub: str
    key: str
    descriptor: str | None
    agreed_by: tuple[str, ...]
    form: str
    text: str
    coin: str | None = None
    address: str | None = None


def path_of(wanted: Wanted) -> tuple[int, ...]:
    """Return the path of the account, before any secret is read.

    Raises:
        WrongUsage: what was asked for does not fit together.
        InputError: there is no such path.
    """
    if wanted.coin is not None:
        if wanted.script or wanted.bip or wanted.path or wanted.form != "key":
            raise WrongUsage(
                "--coin takes neither --script, --bip, --path nor --format",
                hint="each coin has one way to write its accounts",
            )
        return ()
    if wanted.script is None:
        raise WrongUsage("--script is missing", hint="say what the account's outputs look like")
    if wanted.path is not None and (wanted.bip is not None or wanted.number):
        raise WrongUsage("--path says the whole path", hint="leave out --bip and --account")
    _insist_form(wanted, wanted.script)
    if wanted.path is not None:
        return parse_path(wanted.path)
    return account.account_path(wanted.script, wanted.number, wanted.network, purpose=wanted.bip)


def _insist_form(wanted: Wanted, script: str) -> None:
    if wanted.form == "descriptor" and script not in account.SINGLE_KEY_SCRIPTS:
        raise WrongUsage(
            f"one key alone has no {script} descriptor",
            hint="use --format key, and let the coordinator join the keys",
        )
    if wanted.form == "slip132" and script == "tr":
        raise WrongUsage("SLIP-132 has no letters for tr", hint="use --format key")
    if wanted.form == "coldcard" and (wanted.path is not None or wanted.bip == 87):
        raise WrongUsage(
            "coldcard's generic JSON has no place for this path", hint="use --format key"
        )


def derived(
    wanted: Wanted,
    path: tuple[int, ...],
    seed: Secret,
    expect: str | None,
    token: str | None,
) -> Derived:
    """Derive what was asked for, and write it in its form.

    Raises:
        InputError: the form cannot say this account.
        IntegrityError: two implementations disagree, or another fingerprint was expected.
    """
    if wanted.coin is not None:
        return _of_coin(wanted.coin, wanted.number, seed, expect)
    assert wanted.script is not None, "path_of insists on a script"
    found = account.derive(seed, path, wanted.network)
    if expect is not None:
        account.insist_fingerprint(found.fingerprint, expect)
    return Derived(
        fingerprint=found.fingerprint,
        path=found.path,
        xpub=found.xpub,
        key=found.key,
        descriptor=found.descriptor(wanted.script),
        agreed_by=found.agreed_by,
        form=wanted.form,
        text=_text(found, wanted, wanted.script, path, seed, token),
    )


def _text(
    found: account.Account,
    wanted: Wanted,
    script: str,
    path: tuple[int, ...],
    seed: Secret,
    token: str | None,
) -> str:
    if wanted.form == "bsms":
        from ceremonies.keys import key_record

        return key_record.write(
            found,
            seed,
            path,
            wanted.network,
            token=token_from(token),
            description=wanted.label or f"key {found.fingerprint}",
        )
    from ceremonies.keys import formats

    export = formats.Export(
        account=found, script=script, number=wanted.number, network=wanted.network
    )
    return formats.written(export, wanted.form)


def _of_coin(coin: str, number: int, seed: Secret, expect: str | None) -> Derived:
    from ceremonies.keys import coin_account

    found = coin_account.derive(coin, seed, number)
    if expect is not None:
        account.insist_fingerprint(found.fingerprint, expect)
    return Derived(
        fingerprint=found.fingerprint,
        path=found.path,
        xpub=found.key,
        key=f"[{found.fingerprint}{found.path[1:]}]{found.key}",
        descriptor=None,
        agreed_by=found.agreed_by,
        form="key",
        text=found.key,
        coin=coin,
        address=found.address,
    )


def account_answer(
    found: Derived, scheme: str, output: Path | None, notes: list[str]
) -> KeyAccountAnswer:
    """Tell an account to a program."""
    told: KeyAccountAnswer = {
        "fingerprint": found.fingerprint,
        "path": found.path,
        "xpub": found.xpub,
        "key": found.key,
        "scheme": scheme,
        "agreed_by": list(found.agreed_by),
        "notes": notes,
    }
    if found.descriptor is not None:
        told["descriptor"] = found.descriptor
    if found.form not in _PLAIN_FORMS:
        told["export"] = found.text
    if output is not None:
        told["output"] = str(output)
    if found.coin is not None and found.address is not None:
        told["coin"], told["address"], told["signable"] = found.coin, found.address, False
    return told
