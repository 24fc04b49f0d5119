"""How an account is written for a coordinator; each form is read back before it leaves."""

from __future__ import annotations

from collections.abc import Callable

from ceremonies.bitcoin import bip32, slip132
from ceremonies.bitcoin.derivation import format_path, parse_path
from ceremonies.errors import InputError, IntegrityError
from ceremonies.exchange import crypto_account, ur
from ceremonies.exchange.crypto_account import AccountKey
from ceremonies.exchange.crypto_hdkey import HdKey
from ceremonies.exchange.payload import Kind, Payload
from ceremonies.frozen import Frozen
from ceremonies.keys import coldcard_json
from ceremonies.keys.account import Account
from ceremonies.network import Network

_WHOLE = 1 << 20


class Export(Frozen, kw_only=True):
    """An account that is to be written: its script, number and network."""

    account: Account
    script: str
    number: int
    network: Network


def written(export: Export, form: str) -> str:
    """Write an account as `key`, `descriptor`, `coldcard`, `slip132` or `ur`, and read it back.

    Raises:
        InputError: the form cannot say this account.
        IntegrityError: what was written is not read back as the same account.
    """
    writer, reader = _FORMS[form]
    text = writer(export)
    account = export.account
    if reader(export, text) != (account.fingerprint, account.path, account.xpub):
        raise IntegrityError(
            f"the {form} form is not read back as the account it was written from",
            hint="nothing was written; report this",
        )
    return text


def _key(export: Export) -> str:
    return export.account.key


def _read_key(_export: Export, text: str) -> tuple[str, str, str]:
    origin, _, key = text.removeprefix("[").partition("]")
    fingerprint, _, rest = origin.partition("/")
    return fingerprint, format_path(parse_path(f"m/{rest}" if rest else "m")), key


def _descriptor(export: Export) -> str:
    text = export.account.descriptor(export.script)
    if text is None:
        raise InputError(
            f"one key alone has no {export.script} descriptor",
            hint="use --format key, and let the coordinator join the keys",
        )
    return text


def _read_descriptor(export: Export, text: str) -> tuple[str, str, str]:
    from ceremonies.bitcoin import descriptor

    (key,) = descriptor.parse(descriptor.branches(text)[0], export.network).keys
    return key.fingerprint, format_path(key.origin), key.xpub


def _coldcard(export: Export) -> str:
    return coldcard_json.write(export.account, export.script, export.number, export.network)


def _read_coldcard(export: Export, text: str) -> tuple[str, str, str]:
    return coldcard_json.read(text, export.script)


def _slip132(export: Export) -> str:
    return slip132.written(export.account.xpub, export.script, export.network)


def _read_slip132(export: Export, text: str) -> tuple[str, str, str]:
    # the letters say no origin: only the key itself can be read back
    return export.account.fingerprint, export.account.path, slip132.as_bip32(text)


def _ur(export: Export) -> str:
    account = export.account
    node = bip32.public_node(account.xpub)
    key = HdKey(
        key=node.key,
        chain_code=node.chain_code,
        path=parse_path(account.path),
        parent_fingerprint=node.parent_fingerprint,
        is_mainnet=export.network.is_mainnet,
    )
    one = AccountKey(script=export.script, key=key)
    message = crypto_account.write(bytes.fromhex(account.fingerprint), [one])
    return next(ur.encode(Payload(Kind.ACCOUNT, message), longest=_WHOLE)).lower()


def _read_ur(export: Export, text: str) -> tuple[str, str, str]:
    content = ur.parse(text).content
    assert isinstance(content, bytes), "an account fits one code"
    fingerprint, (one,) = crypto_account.read(content)
    key = one.key
    if (one.script, key.is_mainnet) != (export.script, export.network.is_mainnet):
        return "", "", ""
    xpub = bip32.xpub_at(
        key.path,
        key=key.key,
        chain_code=key.chain_code,
        parent_fingerprint=key.parent_fingerprint,
        network=export.network,
    )
    return fingerprint.hex(), format_path(key.path), xpub


_Writer = Callable[[Export], str]
_Reader = Callable[[Export, str], tuple[str, str, str]]
_FORMS: dict[str, tuple[_Writer, _Reader]] = {
    "key": (_key, _read_key),
    "descriptor": (_descriptor, _read_descriptor),
    "coldcard": (_coldcard, _read_coldcard),
    "slip132": (_slip132, _read_slip132),
    "ur": (_ur, _read_ur),
}
