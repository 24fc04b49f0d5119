"""Accounts of several sites become one wallet, and each site finds itself in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import msgspec

from ceremonies import strict
from ceremonies.conduct.actions import Action, Class, Expected, Params, everybody
from ceremonies.conduct.asks import GiveFile, Steps, TypeBack, ask, retyped
from ceremonies.conduct.context import Context
from ceremonies.conduct.script import FileName, Script, Step, WalletName
from ceremonies.conduct.slots import DESTINATION, WALLET
from ceremonies.conduct.steps.account import AccountFile
from ceremonies.conduct.steps.wallet import REHEARSAL_PREFIX, log_wallet, promises_registered
from ceremonies.errors import InputError, Refused
from ceremonies.log import facts
from ceremonies.network import MAINNET, Network

if TYPE_CHECKING:
    from ceremonies.wallets.wallet import Wallet

_LIMIT = 64 * 1024
_LAST = 8
_SCRIPTS = ("wsh", "sh-wsh")


class JoinWallet(Params, frozen=True, kw_only=True):
    """How many signatures a payment takes, and the names of the wallet and its file."""

    threshold: Annotated[int, msgspec.Meta(ge=1, le=15)] = 2
    name: WalletName = "vault"
    output: FileName = "vault.wallet.json"


def _join(context: Context[JoinWallet]) -> Steps[None]:
    from ceremonies.wallets import file

    network = context.network or MAINNET
    accounts: list[AccountFile] = []
    holders = context.people.of(context.step.role)
    for number, _ in enumerate(holders, start=1):
        accounts.append((yield from _account(context, number, accounts, network)))
    wallet = _wallet(context, accounts, network)
    log_wallet(context, wallet)
    context.keep(context.params.output, file.write(wallet), kind="wallet")
    for number, (holder, account) in enumerate(zip(holders, accounts, strict=True), start=1):
        yield from ask(
            TypeBack(
                field=context.field(f"own-{number}"),
                by=holder,
                text=f"The wallet {wallet.name} has {len(accounts)} keys and takes "
                f"{context.params.threshold} signatures. Type the fingerprint of your own key, off "
                "your own paper: it must be the one in account "
                f"{number}.",
                expected=account.fingerprint,
                what=f"the fingerprint in account {number}",
            )
        )
        context.log(
            facts.KeyProved(wallet=wallet.id, fingerprint=account.fingerprint, person=holder.name)
        )
    context.table.put(WALLET, wallet)


def _account(
    context: Context[JoinWallet], number: int, before: list[AccountFile], network: Network
) -> Steps[AccountFile]:
    def check(content: bytes) -> None:
        retyped(lambda: _fits(content, before, network))

    holder = context.people.of(context.step.role)[number - 1]
    content = yield from ask(
        GiveFile(
            field=context.field(f"account-{number}"),
            by=holder,
            text="Name the file with the account of your site, as its key ceremony wrote it.",
            what="the account",
            limit=_LIMIT,
            check=check,
        )
    )
    return _fits(content, before, network)


def _fits(content: bytes, before: list[AccountFile], network: Network) -> AccountFile:
    from ceremonies.bitcoin.descriptor import with_checksum
    from ceremonies.wallets.wallet import register

    account = strict.json_value(content, AccountFile, what="the account file")
    if account.network != network.name:
        raise InputError(
            f"the account is of {account.network}, and the wallet of {network.name}",
            hint="bring an account of this network",
        )
    if account.script not in _SCRIPTS:
        raise InputError(
            f"the account is for {account.script}, which has one key",
            hint="export an account for wsh or sh-wsh",
        )
    if before and account.script != before[0].script:
        raise InputError(
            f"the account is for {account.script}, and the first one for {before[0].script}",
            hint="bring accounts of one kind",
        )
    if any(account.fingerprint == other.fingerprint for other in before):
        raise InputError(
            f"the key {account.fingerprint} is in the wallet already",
            hint="each site brings a key of its own",
        )
    # a key that no descriptor can hold is told to who brought it
    with_checksum(_descriptor([account], 1))
    register("account", [with_checksum(_descriptor([account], 1))], network)
    return account


def _wallet(context: Context[JoinWallet], accounts: list[AccountFile], network: Network) -> Wallet:
    from ceremonies.bitcoin.descriptor import with_checksum
    from ceremonies.wallets.wallet import register

    if context.params.threshold > len(accounts):
        raise Refused(
            f"the wallet takes {context.params.threshold} signatures and has {len(accounts)} keys",
            hint="bring more accounts, or correct the threshold of the script",
        )
    name = REHEARSAL_PREFIX * context.is_rehearsal + context.params.name
    descriptor = _descriptor(accounts, context.params.threshold)
    return register(name, [with_checksum(descriptor)], network)


def _descriptor(accounts: list[AccountFile], threshold: int) -> str:
    # by fingerprint, so that the wallet is the same whoever comes first
    keys = ",".join(
        f"{one.key}/<0;1>/*" for one in sorted(accounts, key=lambda one: one.fingerprint)
    )
    inner = f"wsh(sortedmulti({threshold},{keys}))"
    return f"sh({inner})" if accounts[0].script == "sh-wsh" else inner


def _restore(context: Context[JoinWallet]) -> None:
    from ceremonies.wallets import file

    context.table.put(WALLET, file.read(context.kept(context.params.output)))


def _confirm(context: Context[Params]) -> Steps[None]:
    from ceremonies.wallets.addresses import address_at
    from ceremonies.wallets.wallet import RECEIVE, Place

    wallet = context.table.take(WALLET)
    first = address_at(wallet, Place(RECEIVE, 0))
    for number, person in enumerate(context.people.of(context.step.role), start=1):
        yield from ask(
            TypeBack(
                field=context.field(f"{person.role}-{number}"),
                by=person,
                text=f"Have your own device or coordinator show the first address of "
                f"{wallet.name} ({first.path}). Type its last {_LAST} letters from there.",
                expected=first.text[-_LAST:],
                what=f"the end of the first address of {wallet.name}",
            )
        )
        context.log(
            facts.AddressConfirmed(
                wallet=wallet.id,
                path=first.path,
                address_commitment=context.journal.withhold("address", first.text),
                person=person.name,
            )
        )


def _destination(context: Context[Params]) -> Steps[None]:
    yield from ()
    _restore_destination(context)


def _restore_destination(context: Context[Params]) -> None:
    context.table.put(DESTINATION, context.table.take(WALLET))


def _expects_join(script: Script, step: Step) -> Iterator[Expected]:
    roles = [role for role in script.roles if role.name == step.role]
    for role in roles:
        yield from everybody(role, field=f"{step.id}.account", ask=GiveFile)
    for role in roles:
        yield from everybody(role, field=f"{step.id}.own", ask=TypeBack)


def _expects_confirm(script: Script, step: Step) -> Iterator[Expected]:
    for role in script.roles:
        if role.name == step.role:
            yield from everybody(role, field=f"{step.id}.{role.name}", ask=TypeBack)


JOIN_WALLET = Action(
    name="join-wallet",
    about="The accounts of several sites become one wallet; each site finds its key in it.",
    cls=Class.IDEMPOTENT,
    run=_join,
    expects=_expects_join,
    params=JoinWallet,
    gives=(WALLET,),
    restore=_restore,
    outputs=lambda params: (params.output,),
    writes=(WALLET,),
    promises=promises_registered,
)
CONFIRM_ADDRESS = Action(
    name="confirm-address",
    about="Each of them compares the first address with what their own device shows.",
    cls=Class.IDEMPOTENT,
    run=_confirm,
    expects=_expects_confirm,
    params=Params,
    needs=(WALLET,),
    excusable=True,
)
SET_DESTINATION = Action(
    name="set-destination",
    about="Whatever is signed from here on must go to this wallet, to the last satoshi.",
    cls=Class.PURE,
    run=_destination,
    expects=lambda script, step: iter(()),
    params=Params,
    needs=(WALLET,),
    gives=(DESTINATION,),
    restore=_restore_destination,
)
