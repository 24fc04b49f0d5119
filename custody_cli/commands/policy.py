"""`custody policy`: what an institution lets its signers do, in words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from custody_cli.answer import answer
from custody_cli.commands import example, noun
from custody_cli.options import Debug, Json
from custody_cli.policies import read_policy

if TYPE_CHECKING:
    from custody_cli.contract import PolicyCheckAnswer

app = noun("policy")


@app.callback()
def policy() -> None:
    """Keep `check` a verb, though it is the only one."""


@app.command(epilog=example("custody policy check vault.policy.toml"))
def check(
    policy: Annotated[Path, typer.Argument(metavar="POLICY", help="The policy file.")],
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Check a policy, and say in words what it lets happen."""
    from ceremonies.signing.policy_words import words

    read = read_policy(policy)
    assert read is not None, "a policy was named"
    assert read.sha256 is not None, "it was read from a file"
    assert read.network is not None, "a policy file names its network"
    found: PolicyCheckAnswer = {
        "sha256": read.sha256,
        "network": read.network,
        "wallet": read.wallet,
        "words": list(words(read)),
    }
    answer(found, json=json, show=lambda: _draw(found))


def _draw(found: PolicyCheckAnswer) -> None:
    from custody_cli.show import policy as drawn

    drawn.policy(found)
