"""The key recombined from what people typed, and its fingerprint compared with theirs."""

from __future__ import annotations

from collections.abc import Iterator

from ceremonies.conduct.actions import Action, Class, Expected, Params, everybody
from ceremonies.conduct.asks import Steps, TypeBack, ask
from ceremonies.conduct.context import Context
from ceremonies.conduct.held import key_of
from ceremonies.conduct.script import Script, Step
from ceremonies.conduct.slots import FINGERPRINT, KEY, RECORD, TYPED, WALLET, Typed
from ceremonies.errors import IntegrityError
from ceremonies.log import facts


def _recover(context: Context[Params]) -> Steps[None]:
    yield from ()
    typed = context.table.take(TYPED)
    key = key_of(context, typed)
    expects = FINGERPRINT if typed.fresh or not context.table.has(WALLET) else None
    if expects and context.table.has(expects) and context.table.take(expects) != key.fingerprint:
        raise IntegrityError(
            f"the cards give the key {key.fingerprint}, and {context.table.take(FINGERPRINT)} "
            "was made",
            hint="stop; do not use these cards",
        )
    _insist_known(context, typed, key.fingerprint)
    context.log(
        facts.KeyRecovered(
            way="cards" if typed.cards else "phrase",
            set=typed.cards[0].set_id if typed.cards else "",
            cards=tuple(f"{card.group}-{card.member}" for card in typed.cards),
            persons=typed.persons,
            fingerprint=key.fingerprint,
        )
    )
    context.table.put(KEY, key)


def _insist_known(context: Context[Params], typed: Typed, fingerprint: str) -> None:
    """Refuse a key that is not of the wallet, or else not the one on the record of the set."""
    table = context.table
    if table.has(WALLET) and not typed.fresh:
        if fingerprint not in table.take(WALLET).signers:
            raise IntegrityError(
                f"the key {fingerprint} is no signer of wallet {table.take(WALLET).name}",
                hint="bring the cards or the phrase of one of its signers, then resume",
            )
    elif table.has(RECORD) and table.take(RECORD).fingerprint != fingerprint:
        raise IntegrityError(
            f"the cards give the key {fingerprint}, and the record of the set names "
            f"{table.take(RECORD).fingerprint}",
            hint="stop; find out which record belongs to these cards",
        )


def _confirm(context: Context[Params]) -> Steps[None]:
    key = context.table.take(KEY)
    for number, holder in enumerate(context.people.of(context.step.role), start=1):
        yield from ask(
            TypeBack(
                field=context.field(f"{holder.role}-{number}"),
                by=holder,
                text="The cards were put together again. Type the fingerprint that stands on "
                "your own card: it must be that of the key they gave.",
                expected=key.fingerprint,
                what="the fingerprint of the key",
            )
        )
        context.log(facts.FingerprintConfirmed(fingerprint=key.fingerprint, person=holder.name))


def _expects(script: Script, step: Step) -> Iterator[Expected]:
    for role in script.roles:
        if role.name == step.role:
            yield from everybody(role, field=f"{step.id}.{role.name}", ask=TypeBack)


RECOVER_SEED = Action(
    name="recover-seed",
    about="The key is put together from what was typed: every quorum must give the same.",
    cls=Class.PURE,
    run=_recover,
    expects=lambda script, step: iter(()),
    params=Params,
    needs=(TYPED,),
    gives=(KEY,),
)
CONFIRM_FINGERPRINT = Action(
    name="confirm-fingerprint",
    about="Each holder compares the key's fingerprint with the one on paper.",
    cls=Class.PURE,
    run=_confirm,
    expects=_expects,
    params=Params,
    needs=(KEY,),
)
