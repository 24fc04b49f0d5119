"""The rule about which chain a signature can be used on."""

from __future__ import annotations

from collections.abc import Iterator

from ceremonies.bitcoin.derivation import HARDENED, format_path
from ceremonies.errors import Finding
from ceremonies.network import MAINNET, REGTEST
from ceremonies.signing.facts import Facts
from ceremonies.signing.history import History
from ceremonies.signing.policy import Policy
from ceremonies.signing.rules.finding import refuse

_PURPOSES = {purpose + HARDENED for purpose in (44, 48, 49, 84, 86, 87)}
_KNOWN_VERSIONS = {MAINNET.xpub_version, REGTEST.xpub_version}


def network(facts: Facts, _policy: Policy, _history: History) -> Iterator[Finding]:
    """A key belongs to another network than the wallet.

    No signature commits to a network: one made "on regtest" with a mainnet key spends real coins.
    """
    name, coin = facts.wallet.network.name, facts.wallet.network.coin_type + HARDENED
    paths = [(key.fingerprint, key.origin) for key in facts.wallet.branches[0].keys]
    # a key that is written out, not derived from an account, is met where it is spent
    paths += [where for f in facts.inputs if f.derived for where in f.derived.keys.values()]
    for fingerprint, path in dict.fromkeys((who, path[:2]) for who, path in paths):
        if len(path) > 1 and path[0] in _PURPOSES and path[1] != coin:
            message = f"key {fingerprint} at {format_path(path)} is not of {name}"
            yield refuse("network", "", message, "use keys made for the wallet's own network")
    for xpub, _ in facts.psbt.maps.globals.of_type(0x01):
        version = xpub[:4]
        if version in _KNOWN_VERSIONS and version != facts.wallet.network.xpub_version:
            message = f"the psbt names an extended key that is not of {name}"
            yield refuse("network", "", message, "ask for a psbt of the wallet's own network")
