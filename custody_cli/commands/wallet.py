"""`custody wallet`: register a wallet, understand it, compare it, export it, derive addresses."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ceremonies import disk
from ceremonies.errors import Refused
from ceremonies.frozen import replace
from ceremonies.network import network_named
from ceremonies.spoken import visible
from ceremonies.wallets import file, peers
from ceremonies.wallets.addresses import LAST_INDEX, address_at, find
from ceremonies.wallets.compared import Comparison, Difference, compare
from ceremonies.wallets.explained import explain
from ceremonies.wallets.found import Found
from ceremonies.wallets.ours import with_ours
from ceremonies.wallets.registration import registered
from ceremonies.wallets.wallet import CHANGE, RECEIVE, Place, Wallet
from custody_cli.answer import answer
from custody_cli.commands import example, noun
from custody_cli.counter import Counter
from custody_cli.exits import WrongUsage
from custody_cli.options import (
    Debug,
    Json,
    NetworkChoice,
    NetworkName,
    OptionalOut,
    Out,
    ShownAs,
    Token,
)
from custody_cli.wallet_answers import address_answer, comparison_answer, wallet_answer
from custody_cli.wallets import (
    Given,
    own_keys,
    read_either,
    read_export,
    read_wallet,
    token_from,
)

if TYPE_CHECKING:
    from custody_cli.contract import AddressJson, WalletAddressAnswer, WalletExportAnswer

app = noun("wallet")

MAX_WITHIN = 1_000_000
DIFFERENT = 5
"""The exit code of two wallets that should be one: things that must agree do not."""

WalletPath = Annotated[Path, typer.Argument(metavar="WALLET", help="The wallet file.")]
Ours = Annotated[
    list[str] | None,
    typer.Option(
        "--ours",
        metavar="KEY",
        help="A key in this room, as key account writes it, or a file with it; once per key.",
    ),
]
AnyWallet = Annotated[
    str, typer.Argument(help="A wallet file, or a coordinator's file; - is standard input.")
]


class Peer(StrEnum):
    """The coordinators that wallets are exported for."""

    CORE = "core"
    SPARROW = "sparrow"
    SPECTER = "specter"
    COLDCARD = "coldcard"
    CARAVAN = "caravan"
    BSMS = "bsms"
    UR = "ur"


@app.command(
    epilog=example(
        'custody wallet create --name vault --descriptor "$(cat vault.txt)" -o vault.wallet.json'
    )
)
def create(
    name: Annotated[str, typer.Option(help="Letters, digits, dots, dashes and underscores.")],
    output: Out,
    descriptor: Annotated[
        list[str] | None,
        typer.Option(metavar="DESC#CHECKSUM", help="One, or a receive and a change descriptor."),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="A coordinator's file instead: descriptor, Coldcard, BSMS, Sparrow, Specter, "
            "Caravan, Core or a UR; or pictures of its codes.",
        ),
    ] = None,
    token: Token = None,
    ours: Ours = None,
    unsorted: Annotated[
        bool, typer.Option("--unsorted", help="Its multisig keys are unsorted, and that is meant.")
    ] = False,
    network: NetworkName = NetworkChoice.MAINNET,
    policy: Annotated[
        Path | None,
        typer.Option(metavar="POLICY", help="Nothing is signed without this policy from now on."),
    ] = None,
    last_index: Annotated[
        int | None,
        typer.Option(min=0, max=LAST_INDEX, help="The highest index that is known to be in use."),
    ] = None,
    shown_as: ShownAs = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Register a wallet by its descriptor or a coordinator's file, and write its wallet file."""
    disk.insist_free(output)
    found = _found(descriptor, source, token)
    wallet = registered(name, found, network_named(network.value), unsorted=unsorted)
    wallet = with_ours(wallet, own_keys(ours))
    wallet = replace(
        wallet,
        last_index=last_index,
        policy_sha256=_pinned(policy, wallet),
        shown_as=shown_as.value if shown_as else None,
    )
    disk.create(output, file.write(wallet))
    _answer(wallet, json=json)


@app.command(epilog=example("custody wallet show vault.wallet.json"))
def show(wallet: WalletPath, ours: Ours = None, json: Json = False, debug: Debug = False) -> None:
    """Explain a wallet: who can spend, when, with which keys, and which are in this room."""
    registered = read_wallet(wallet)
    _answer(with_ours(registered, (*registered.ours, *own_keys(ours))), json=json)


@app.command(
    name="compare",
    epilog=example("custody wallet compare vault.wallet.json from-coordinator.txt"),
)
def compare_(
    one: AnyWallet,
    other: AnyWallet,
    network: Annotated[
        NetworkChoice | None,
        typer.Option("--network", help="Of files that say none; the keys' own where absent."),
    ] = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Say whether two files are the same wallet, and where they differ."""
    if one == other == "-":
        raise WrongUsage("two files cannot both be standard input", hint="name one of them")
    said = network_named(network.value) if network else None
    first = read_either(one, said)
    second = read_either(other, said or first.wallet.network)
    if said is None and first.wallet.network != second.wallet.network:
        # the second says its network itself; what the first does not say is not held against it
        first = read_either(one, second.wallet.network)
    found = _compared(first, second)
    answer(
        comparison_answer(found, first, second),
        json=json,
        show=lambda: print(visible(found.sentence)),
        exit_code=0 if found.is_same else DIFFERENT,
    )


@app.command(epilog=example("custody wallet address vault.wallet.json --index 0 --count 5"))
def address(
    wallet: WalletPath,
    index: Annotated[int, typer.Option(min=0, help="The first index.")] = 0,
    count: Annotated[int, typer.Option(min=1, max=100_000, help="How many.")] = 1,
    change: Annotated[bool, typer.Option("--change", help="On the change branch.")] = False,
    find_: Annotated[
        str | None,
        typer.Option("--find", metavar="ADDRESS", help="Look where this address is, instead."),
    ] = None,
    within: Annotated[
        int, typer.Option(min=1, max=MAX_WITHIN, help="With --find: so many indices a branch.")
    ] = 1000,
    qr: Annotated[bool, typer.Option("--qr", help="Draw a QR code below each address.")] = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Derive addresses, each by two implementations, or find one among them."""
    if qr and json:
        raise WrongUsage("--qr is for people, and --json for programs", hint="choose one of them")
    registered = read_wallet(wallet)
    if find_ is not None:
        addresses = [_found_address(registered, find_, within, is_silent=json)]
    else:
        branch = CHANGE if change else RECEIVE
        addresses = []
        with Counter[int](lambda n: f"{n} of {count} addresses", is_silent=json) as counter:
            for at in range(index, index + count):
                addresses.append(address_answer(address_at(registered, Place(branch, at))))
                counter(len(addresses))
    found: WalletAddressAnswer = {"addresses": addresses}
    answer(found, json=json, show=lambda: _draw_addresses(found, qr=qr))


@app.command(epilog=example("custody wallet export vault.wallet.json --for sparrow -o sparrow.txt"))
def export(
    wallet: WalletPath,
    coordinator: Annotated[Peer, typer.Option("--for", help="Who will import it.")],
    output: OptionalOut = None,
    token: Token = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Write what a coordinator imports; it is read back as the same wallet first."""
    if output is not None:
        disk.insist_free(output)
    if token is not None and coordinator is not Peer.BSMS:
        raise WrongUsage("--token is for bsms alone", hint="leave it out")
    registered = read_wallet(wallet)
    content = peers.write(registered, coordinator.value, token_from(token))
    if output is not None:
        from custody_cli.payloads import write_public

        write_public(output, content.encode())
    found: WalletExportAnswer = {
        "wallet": registered.name,
        "id": registered.id,
        "coordinator": coordinator.value,
        "content": content,
        "output": None if output is None else str(output),
    }
    answer(found, json=json, show=lambda: _draw_export(found))


def _found(descriptor: list[str] | None, source: str | None, token: str | None) -> Found:
    if (descriptor is None) == (source is None):
        raise WrongUsage(
            "a wallet is registered from --descriptor or --from", hint="give one of the two"
        )
    if source is not None:
        return read_export(source, token)
    if token is not None:
        raise WrongUsage("--token opens a file that --from names", hint="leave it out")
    return Found(peer="descriptor", descriptors=tuple(descriptor or ()))


def _compared(first: Given, second: Given) -> Comparison:
    one, other = first.wallet, second.wallet
    if not (first.is_wallet_file and second.is_wallet_file):
        alike = replace(other, name=one.name, ours=one.ours, policy_sha256=one.policy_sha256)
        return compare(one, alike)
    found = compare(one, other)
    if not found.differences and first.data != second.data:
        return Comparison((Difference("writing", "only how the files are written", False),))
    return found


def _found_address(wallet: Wallet, text: str, within: int, *, is_silent: bool) -> AddressJson:
    with Counter[Place](lambda at: f"looked as far as index {at.index}", is_silent=is_silent) as on:
        found = find(wallet, text, within, watch=on)
    if found is None:
        branches = "receive or change" if len(wallet.branches) == 2 else "receive"
        raise Refused(
            f"not found within {within}: it is no {branches} address of wallet {wallet.name} at "
            f"index 0 to {within - 1}",
            hint="it may be another wallet's: compare it where it was shown, or look further "
            "with --within",
        )
    return address_answer(found)


def _pinned(path: Path | None, wallet: Wallet) -> str | None:
    from custody_cli.policies import read_policy

    policy = read_policy(path)
    if policy is None:
        return None
    if policy.network != wallet.network.name or policy.wallet not in (None, wallet.id):
        raise Refused(
            "the policy is for another wallet or network",
            hint="`custody policy check` says what it is for",
        )
    return policy.sha256


def _answer(wallet: Wallet, *, json: bool) -> None:
    explained = explain(wallet)
    found = wallet_answer(wallet, explained)

    def draw() -> None:
        from ceremonies.wallets.picture import picture
        from custody_cli.show import wallet as drawn

        drawn.wallet(found, picture(wallet, explained), explained.room)

    answer(found, json=json, show=draw)


def _draw_addresses(found: WalletAddressAnswer, *, qr: bool) -> None:
    from custody_cli.show import wallet as drawn

    if qr:
        drawn.codes(found)
    else:
        drawn.addresses(found)


def _draw_export(found: WalletExportAnswer) -> None:
    if found["output"] is None:
        print(found["content"].removesuffix("\n"))
    else:
        print(visible(f"{found['output']} is for {found['coordinator']}, and was read back"))
