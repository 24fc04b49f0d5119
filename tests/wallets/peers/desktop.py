"""What Specter Desktop and embit make of a wallet: `python desktop.py`, JSON in and out.

Runs in an environment of its own, which `make peers` installs: Specter's importer alone is loaded,
with stand-ins for the web server around it.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import sysconfig
import types
from pathlib import Path
from typing import Any

from embit.descriptor import Descriptor
from embit.networks import NETWORKS

SPECTER = "cryptoadvance.specter"
STAND_INS = {
    "requests": (),
    "flask_babel": ("lazy_gettext",),
    "cryptoadvance": (),
    SPECTER: (),
    f"{SPECTER}.util": (),
    f"{SPECTER}.device": ("Device",),
    f"{SPECTER}.key": ("Key",),
    f"{SPECTER}.managers": (),
    f"{SPECTER}.managers.wallet_manager": ("WalletManager",),
    f"{SPECTER}.server_endpoints": ("flash",),
    f"{SPECTER}.specter_error": (),
}


def importer() -> Any:
    """Specter's class that imports wallets."""
    for name, members in STAND_INS.items():
        stand_in = types.ModuleType(name)
        for member in members:
            setattr(stand_in, member, str)
        sys.modules[name] = stand_in
    sys.modules[f"{SPECTER}.specter_error"].SpecterError = ValueError  # type: ignore[attr-defined]
    where = Path(sysconfig.get_paths()["purelib"], "cryptoadvance/specter/util/wallet_importer.py")
    spec = importlib.util.spec_from_file_location(f"{SPECTER}.util.wallet_importer", where)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.WalletImporter


def specter(asked: dict[str, Any]) -> dict[str, Any]:
    """The name and receive descriptor that Specter imports, once its own checks have passed."""
    name, text, _ = importer().parse_wallet_data_import(json.loads(asked["file"]))
    imported = object.__new__(importer())
    imported.descriptor = Descriptor.from_string(text)
    imported.check_descriptor()
    return {"name": name, "addresses": of(imported.descriptor, asked)}


def embit(asked: dict[str, Any]) -> dict[str, Any]:
    """The addresses of a descriptor."""
    return {"addresses": of(Descriptor.from_string(asked["descriptor"]), asked)}


def of(descriptor: Descriptor, asked: dict[str, Any]) -> list[str]:
    """Its first addresses, of a branch where it has several."""
    network = NETWORKS[asked["network"]]
    return [
        descriptor.derive(index, branch_index=asked.get("branch")).address(network)
        for index in range(asked["count"])
    ]


if __name__ == "__main__":
    verbs = {"specter": specter, "embit": embit}
    json.dump(verbs[sys.argv[1]](json.load(sys.stdin)), sys.stdout)
