"""A key that people brought, to be split again: the key stays, its cards are new."""

from __future__ import annotations

from ceremonies.conduct.actions import Action, Class, Params
from ceremonies.conduct.asks import Steps
from ceremonies.conduct.context import Context
from ceremonies.conduct.slots import FINGERPRINT, KEY, SEED
from ceremonies.errors import Refused
from ceremonies.log import facts
from ceremonies.secret import Secret

NAME = "key-1"


def _run(context: Context[Params]) -> Steps[None]:
    from ceremonies.keys.seed import Seed

    yield from ()
    key = context.table.take(KEY)
    if key.passphrase is not None and key.passphrase.reveal():
        raise Refused(
            "the key has a passphrase, and its fingerprint is not that of its cards",
            hint="split a key without a passphrase again; the passphrase stays as it is",
        )
    recovered = context.last(facts.KeyRecovered)
    assert recovered is not None, "a key on the table was recovered"
    context.log(facts.SeedBrought(key=NAME, set=recovered.set, fingerprint=key.fingerprint))
    # a copy: each slot is wiped by itself
    seed = Seed(scheme=key.seed.scheme, secret=Secret(key.seed.secret.reveal()))
    context.table.put(SEED, seed)
    context.table.put(FINGERPRINT, key.fingerprint)


def _restore(context: Context[Params]) -> None:
    brought = context.last(facts.SeedBrought)
    assert brought is not None, "a step that ended has logged its facts"
    context.table.put(FINGERPRINT, brought.fingerprint)


BRING_SEED = Action(
    name="bring-seed",
    about="The key that was put together is taken to be split again.",
    cls=Class.PURE,
    run=_run,
    expects=lambda script, step: iter(()),
    params=Params,
    needs=(KEY,),
    gives=(SEED, FINGERPRINT),
    restore=_restore,
)
