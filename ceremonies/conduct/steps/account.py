"""The account key: public, computed twice, kept as a file for a coordinator."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from ceremonies import strict
from ceremonies.conduct.actions import Action, Class, Params
from ceremonies.conduct.asks import Steps
from ceremonies.conduct.context import Context
from ceremonies.conduct.script import FileName, Script, Step
from ceremonies.conduct.slots import ACCOUNT, KEY, ExportedAccount
from ceremonies.log import facts
from ceremonies.log.promised import Promise
from ceremonies.network import MAINNET

if TYPE_CHECKING:
    from ceremonies.keys.account import Account


class ExportAccount(Params, frozen=True, kw_only=True):
    """The script type and number of the account, and the name of its file."""

    script: Literal["pkh", "sh-wpkh", "wpkh", "tr", "sh-wsh", "wsh"] = "wpkh"
    account: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] = 0
    output: FileName = "account.json"


class AccountFile(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The JSON object in the file; `descriptor` is null where the account is one of several."""

    format: Literal["custody-account/1"]
    network: str
    script: str
    fingerprint: str
    path: str
    xpub: str
    key: str
    descriptor: str | None
    agreed_by: tuple[str, ...]


def _run(context: Context[ExportAccount]) -> Steps[None]:
    from ceremonies.keys.account import account_path, derive

    yield from ()
    params, key = context.params, context.table.take(KEY)
    network = context.network or MAINNET
    with key.seed.bip32_seed(key.passphrase) as bip32_seed:
        path = account_path(params.script, params.account, network)
        account = derive(bip32_seed, path, network)
    context.log(
        facts.AccountDerived(
            fingerprint=account.fingerprint,
            path=account.path,
            script=params.script,
            agreed_by=account.agreed_by,
        )
    )
    context.keep(params.output, _written(account, params.script, network.name), kind="account")
    context.table.put(ACCOUNT, ExportedAccount(account, params.script))


def _written(account: Account, script: str, network: str) -> bytes:
    content = AccountFile(
        format="custody-account/1",
        network=network,
        script=script,
        fingerprint=account.fingerprint,
        path=account.path,
        xpub=account.xpub,
        key=account.key,
        descriptor=account.descriptor(script),
        agreed_by=account.agreed_by,
    )
    return (json.dumps(msgspec.to_builtins(content), indent=2) + "\n").encode()


def _restore(context: Context[ExportAccount]) -> None:
    from ceremonies.keys.account import Account

    data = context.kept(context.params.output)
    read = strict.json_value(data, AccountFile, what="the account file")
    account = Account(
        fingerprint=read.fingerprint, path=read.path, xpub=read.xpub, agreed_by=read.agreed_by
    )
    context.table.put(ACCOUNT, ExportedAccount(account, read.script))


def _promises(script: Script, step: Step) -> Iterator[Promise]:
    from ceremonies.bitcoin.derivation import format_path
    from ceremonies.keys.account import account_path

    wanted = step.params
    path = format_path(account_path(wanted.script, wanted.account, script.network or MAINNET))
    yield Promise(
        step=step.id,
        kind=facts.AccountDerived,
        what=f"account {wanted.account} for {wanted.script}",
        holds=lambda fact: (fact.script, fact.path) == (wanted.script, path),
    )


EXPORT_ACCOUNT = Action(
    name="export-account",
    about="The public key of the account is computed twice, and kept as a file.",
    cls=Class.IDEMPOTENT,
    run=_run,
    expects=lambda script, step: iter(()),
    params=ExportAccount,
    needs=(KEY,),
    gives=(ACCOUNT,),
    restore=_restore,
    outputs=lambda params: (params.output,),
    writes=(ACCOUNT,),
    promises=_promises,
)
