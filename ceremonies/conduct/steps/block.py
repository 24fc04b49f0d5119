"""Not before: a recent block, typed in, bounds from below when the ceremony was held."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ceremonies.conduct.actions import Action, Class, Expected, Params
from ceremonies.conduct.asks import Confirm, Mistyped, Steps, TypeText, ask
from ceremonies.conduct.context import Context
from ceremonies.conduct.script import Script, Step
from ceremonies.conduct.slots import WALLET
from ceremonies.conduct.steps.typed import typed_line
from ceremonies.log import facts
from ceremonies.network import MAINNET
from ceremonies.spoken import in_fours

_HASH = re.compile(r"[0-9a-f]{64}")
_HEIGHT = re.compile(r"[0-9]{1,8}")
_ZEROS = 16
"""How many zeros the hash of a mainnet block begins with at the least, for ten years now."""


def _run(context: Context[Params]) -> Steps[None]:
    table = context.table
    network = context.network or (table.take(WALLET).network if table.has(WALLET) else MAINNET)
    height = yield from typed_line(
        context,
        "height",
        f"Type the height of the newest block of {network.name}, brought on paper from a node. "
        "It proves that this ceremony was not held before that block was found.",
        _checked_height,
    )
    zeros = _ZEROS if network == MAINNET else 0
    block = yield from typed_line(
        context,
        "hash",
        f"Type the hash of block {height}: 64 letters and digits, spaces as you like.",
        lambda line: _checked_hash(line, zeros),
    )
    yield from ask(
        Confirm(
            field=context.field("compared"),
            by=context.actor,
            text="Read the hash aloud; somebody compares it with their own paper. Is it the same?",
            shown="\n".join(
                (
                    f"block {height} of {network.name}",
                    *(in_fours(block[at : at + 32]) for at in (0, 32)),
                )
            ),
        )
    )
    context.log(facts.TimeBound(chain=network.name, height=int(height), block=block))


def _checked_height(typed: str) -> str:
    if not _HEIGHT.fullmatch(typed):
        raise Mistyped("a height is a number of up to 8 digits")
    return str(int(typed))


def _checked_hash(typed: str, zeros: int) -> str:
    plain = "".join(typed.split()).lower()
    if not _HASH.fullmatch(plain):
        raise Mistyped(f"a hash has 64 digits from 0 to 9 and a to f, and this has {len(plain)}")
    if not plain.startswith("0" * zeros):
        raise Mistyped(f"the hash of a block begins with at least {zeros} zeros; check its order")
    return plain


def _expects(_script: Script, step: Step) -> Iterator[Expected]:
    yield Expected(field=f"{step.id}.height", ask=TypeText, role=step.role)
    yield Expected(field=f"{step.id}.hash", ask=TypeText, role=step.role)
    yield Expected(field=f"{step.id}.compared", ask=Confirm, role=step.role)


BIND_TIME = Action(
    name="bind-time",
    about="A recent block is typed in: the ceremony was not held before it was found.",
    cls=Class.IDEMPOTENT,
    run=_run,
    expects=_expects,
    params=Params,
    excusable=True,
)
