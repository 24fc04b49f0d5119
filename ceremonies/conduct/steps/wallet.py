"""The wallet: registered from the account that was exported, or read as it was registered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ceremonies.conduct.actions import Action, Class, Expected, Params
from ceremonies.conduct.asks import Acknowledge, GiveFile, Steps, ask, retyped
from ceremonies.conduct.context import AnyContext, Context
from ceremonies.conduct.script import FileName, Script, Step, WalletId, WalletName
from ceremonies.conduct.slots import ACCOUNT, WALLET
from ceremonies.conduct.sweep import insist_apart
from ceremonies.errors import Refused
from ceremonies.log import facts
from ceremonies.log.promised import Promise
from ceremonies.network import MAINNET
from ceremonies.spoken import in_fours

if TYPE_CHECKING:
    from ceremonies.wallets.wallet import Wallet

REHEARSAL_PREFIX = "REHEARSAL-"


class RegisterWallet(Params, frozen=True, kw_only=True):
    """The wallet's name and the name of its file."""

    name: WalletName = "vault"
    output: FileName = "vault.wallet.json"


class ReadWallet(Params, frozen=True, kw_only=True):
    """The name under which the file is kept, and the wallet's id where the script pins it."""

    keep: FileName = "wallet.json"
    wallet: WalletId | None = None


def _register(context: Context[RegisterWallet]) -> Steps[None]:
    from ceremonies.wallets import file
    from ceremonies.wallets.addresses import address_at
    from ceremonies.wallets.ours import with_ours
    from ceremonies.wallets.wallet import RECEIVE, Place, register

    exported = context.table.take(ACCOUNT)
    descriptor = exported.account.descriptor(exported.script)
    if descriptor is None:
        raise Refused(
            f"an account of {exported.script} is one of several keys, and makes no wallet alone",
            hint="leave register-wallet out of the script, or export a single-key account",
        )
    name = REHEARSAL_PREFIX * context.is_rehearsal + context.params.name
    made = register(name, [descriptor], context.network or MAINNET)
    wallet = with_ours(made, (exported.account.key,))
    log_wallet(context, wallet)
    context.keep(context.params.output, file.write(wallet), kind="wallet")
    first = address_at(wallet, Place(RECEIVE, 0))
    yield from ask(
        Acknowledge(
            field=context.field("seen"),
            by=context.actor,
            text="The wallet is made. Compare its first address with the coordinator's, once it "
            "has imported the file.",
            shown="\n".join(
                (
                    f"wallet   {wallet.name} on {wallet.network.name}",
                    f"id       {in_fours(wallet.id[:32])}",
                    f"         {in_fours(wallet.id[32:])}",
                    f"file     {context.params.output}",
                    f"first    {in_fours(first.text)}",
                    f"         {first.path}, computed by {' and '.join(first.agreed_by)}",
                )
            ),
        )
    )
    context.table.put(WALLET, wallet)


def _restore_registered(context: Context[RegisterWallet]) -> None:
    from ceremonies.wallets import file

    context.table.put(WALLET, file.read(context.kept(context.params.output)))


def _read(context: Context[ReadWallet]) -> Steps[None]:
    from ceremonies.wallets import file

    def check(content: bytes) -> None:
        retyped(lambda: _insist_fits(context, file.read(content)))

    content = yield from ask(
        GiveFile(
            field=context.field("file"),
            by=context.actor,
            text="Which wallet is it? Name its file, as it was registered.",
            what="the wallet file",
            limit=file.MAX_SIZE,
            check=check,
        )
    )
    wallet = file.read(content)
    context.keep_brought(context.params.keep, content, kind="wallet")
    log_wallet(context, wallet)
    context.table.put(WALLET, wallet)


def _insist_fits(context: Context[ReadWallet], wallet: Wallet) -> None:
    wanted = context.network
    if wanted is not None and wallet.network != wanted:
        raise Refused(
            f"wallet {wallet.name} is of {wallet.network.name}, and this ceremony of {wanted.name}",
            hint="name the wallet file of this network",
        )
    if context.params.wallet not in (None, wallet.id):
        raise Refused(
            f"wallet {wallet.name} has another id than the one in the script",
            hint="name the file of the wallet that the script pins",
        )
    insist_apart(context, wallet)


def _restore_read(context: Context[ReadWallet]) -> None:
    from ceremonies.wallets import file

    newest = context.attempted(facts.FileKept)[-1]
    context.table.put(WALLET, file.read(context.kept(newest.name)))


def log_wallet(context: AnyContext, wallet: Wallet) -> None:
    """Log that a wallet is known here, and which of its keys are said to be in this room."""
    context.log(
        facts.WalletRegistered(
            name=wallet.name,
            wallet=wallet.id,
            network=wallet.network.name,
            ours=tuple(key[1:9] for key in wallet.ours),
        )
    )


def _expects_seen(_script: Script, step: Step) -> Iterator[Expected]:
    yield Expected(field=f"{step.id}.seen", ask=Acknowledge, role=step.role)


def _expects_file(_script: Script, step: Step) -> Iterator[Expected]:
    yield Expected(field=f"{step.id}.file", ask=GiveFile, role=step.role)


def promises_registered(script: Script, step: Step) -> Iterator[Promise]:
    """Yield the wallet that a step makes: its name, on the network of the script."""
    names = {step.params.name, REHEARSAL_PREFIX + step.params.name}
    network = (script.network or MAINNET).name
    yield Promise(
        step=step.id,
        kind=facts.WalletRegistered,
        what=f"the wallet {step.params.name} on {network}",
        holds=lambda fact: fact.name in names and fact.network == network,
    )


def _promises_read(script: Script, step: Step) -> Iterator[Promise]:
    pinned, network = step.params.wallet, script.network
    yield Promise(
        step=step.id,
        kind=facts.WalletRegistered,
        what="the wallet that the script asks for",
        holds=lambda fact: (
            pinned in (None, fact.wallet) and (network is None or fact.network == network.name)
        ),
    )


REGISTER_WALLET = Action(
    name="register-wallet",
    about="The wallet of the account is registered: the file that signing will be told.",
    cls=Class.IDEMPOTENT,
    run=_register,
    expects=_expects_seen,
    params=RegisterWallet,
    needs=(ACCOUNT,),
    gives=(WALLET,),
    restore=_restore_registered,
    outputs=lambda params: (params.output,),
    writes=(WALLET,),
    promises=promises_registered,
)
READ_WALLET = Action(
    name="read-wallet",
    about="The wallet file is read, as it was registered.",
    cls=Class.IDEMPOTENT,
    run=_read,
    expects=_expects_file,
    params=ReadWallet,
    gives=(WALLET,),
    brings=True,
    restore=_restore_read,
    outputs=lambda params: (params.keep,),
    writes=(WALLET,),
    promises=_promises_read,
)
