"""The key and its phrase: made, shown once, hidden, typed back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from ceremonies.conduct.actions import Action, Class, Expected, Params
from ceremonies.conduct.asks import Mistyped, ShowSecret, Steps, TypeBack, TypeWords, ask, retyped
from ceremonies.conduct.context import AnyContext, Context
from ceremonies.conduct.script import Script, Step
from ceremonies.conduct.slots import ENTROPY, FINGERPRINT, SEED
from ceremonies.keys.wordlist import in_a_row
from ceremonies.log import facts
from ceremonies.log.promised import Promise
from ceremonies.secret import Secret

_AGAIN = "again"


class ShowPhrase(Params, frozen=True, kw_only=True):
    """Whether the phrase is shown as a SeedQR too, after its words, and as which."""

    seedqr: Literal["standard", "compact"] | None = None


def key_name(context: AnyContext) -> str:
    """Name the key this ceremony is making: `key-1`, and the next number after a void one."""
    made = context.last(facts.SeedMade)
    return made.key if made else "key-1"


def _make(context: Context[Params]) -> Steps[None]:
    from ceremonies.keys.account import fingerprint_of
    from ceremonies.keys.seed import draw_seed

    yield from ()
    assert context.script.seed is not None, "`check` insists on [seed]"
    words = context.script.seed.words
    seed = draw_seed(context.table.take(ENTROPY), words=words, rehearsal=context.is_rehearsal)
    fingerprint = fingerprint_of(seed, None)
    made = sum(isinstance(record.fact, facts.SeedMade) for record in context.journal.records)
    context.log(
        facts.SeedMade(
            key=f"key-{made + 1}", scheme=seed.scheme.value, words=words, fingerprint=fingerprint
        )
    )
    context.table.put(SEED, seed)
    context.table.put(FINGERPRINT, fingerprint)


def _restore(context: Context[Params]) -> None:
    made = context.last(facts.SeedMade)
    assert made is not None, "a step that ended has logged its facts"
    context.table.put(FINGERPRINT, made.fingerprint)


def _show(context: Context[ShowPhrase]) -> Steps[None]:
    key = key_name(context)
    # on the disk before the first word is: whoever resumes must know that a paper may exist
    context.log(facts.PhraseShown(key=key, person=context.actor.name))
    yield from ask(
        ShowSecret(
            field=context.field("phrase"),
            by=context.actor,
            text=f"The words of {key} are shown once. Write them on paper, in their order.",
            words=context.table.take(SEED).written(),
            about=f"phrase of {key}",
            beside=(f"fingerprint {context.table.take(FINGERPRINT)}",),
        )
    )
    if context.params.seedqr is not None:
        yield from _show_code(context, context.params.seedqr)


def _show_code(context: Context[ShowPhrase], form: Literal["standard", "compact"]) -> Steps[None]:
    """Show the SeedQR until a device has read it: its fingerprint comes back."""
    from ceremonies.keys import seedqr

    key, person = key_name(context), context.actor.name
    fingerprint = context.table.take(FINGERPRINT)
    content = {"standard": seedqr.digits, "compact": seedqr.compact}[form]
    name = {"standard": "SeedQR", "compact": "CompactSeedQR"}[form]
    is_read = False
    while not is_read:
        # as with words: a copy may exist from here on
        context.log(facts.SeedQrShown(key=key, person=person, form=form))
        yield from ask(
            ShowSecret(
                field=context.field("seedqr"),
                by=context.actor,
                text=f"Scan the {name} of {key} with the device that will hold it.",
                words=content(context.table.take(SEED)),
                about=f"{name} of {key}",
                is_code=True,
            )
        )
        is_read = yield from ask(
            TypeBack(
                field=context.field("device"),
                by=context.actor,
                text=f"Type the fingerprint that the device shows for {key}, or {_AGAIN} to see "
                "the code once more.",
                expected=fingerprint,
                what=f"the fingerprint of {key}",
                source="the device",
                again=_AGAIN,
            )
        )
    context.log(facts.FingerprintConfirmed(fingerprint=fingerprint, person=person))


def _confirm(context: Context[Params]) -> Steps[None]:
    from ceremonies.keys.seed import read_seed

    key = key_name(context)
    with context.table.take(SEED).written() as written:
        shown = written.reveal().split()

    def check(typed: Secret) -> None:
        retyped(lambda: read_seed(typed))
        words = typed.reveal().split()
        wrong = [
            str(n)
            for n, pair in enumerate(zip(words, shown, strict=False), 1)
            if pair[0] != pair[1]
        ]
        if len(words) != len(shown):
            raise Mistyped(f"the phrase has {len(shown)} words, not {len(words)}")
        if wrong:
            raise Mistyped(f"{in_a_row(wrong)}: not what was shown; correct the paper if it is so")

    yield from ask(
        TypeWords(
            field=context.field("phrase"),
            by=context.actor,
            text=f"Type the words of {key} from the paper. This proves that the paper is right.",
            wordlist="bip39",
            counts=(len(shown),),
            about=f"phrase of {key}",
            check=check,
        )
    )
    context.log(facts.PhraseConfirmed(key=key, person=context.actor.name))


def _expects_shown(_script: Script, step: Step) -> Iterator[Expected]:
    yield Expected(field=f"{step.id}.phrase", ask=ShowSecret, role=step.role)
    if step.params.seedqr is not None:
        yield Expected(field=f"{step.id}.seedqr", ask=ShowSecret, role=step.role)
        yield Expected(field=f"{step.id}.device", ask=TypeBack, role=step.role)


def _promises_code(_script: Script, step: Step) -> Iterator[Promise]:
    form = step.params.seedqr
    if form is not None:
        yield Promise(
            step=step.id,
            kind=facts.SeedQrShown,
            what=f"a {form} SeedQR that was shown",
            holds=lambda fact: fact.form == form,
        )
        yield Promise(
            step=step.id,
            kind=facts.FingerprintConfirmed,
            what="the fingerprint of the device that read the SeedQR",
        )


def _expects_typed(_script: Script, step: Step) -> Iterator[Expected]:
    yield Expected(field=f"{step.id}.phrase", ask=TypeWords, role=step.role)


def _promises_seed(script: Script, step: Step) -> Iterator[Promise]:
    wanted = script.seed
    if wanted is not None:
        yield Promise(
            step=step.id,
            kind=facts.SeedMade,
            what=f"a key of {wanted.words} words for {wanted.scheme}",
            holds=lambda fact: (fact.scheme, fact.words) == (wanted.scheme, wanted.words),
        )


MAKE_SEED = Action(
    name="make-seed",
    about="The key is made of the chance that was collected.",
    cls=Class.PURE,
    run=_make,
    expects=lambda script, step: iter(()),
    params=Params,
    needs=(ENTROPY,),
    gives=(SEED, FINGERPRINT),
    restore=_restore,
    promises=_promises_seed,
)
SHOW_PHRASE = Action(
    name="show-phrase",
    about="The words of the key are shown to one person, who writes them down.",
    cls=Class.IRREVERSIBLE,
    run=_show,
    expects=_expects_shown,
    params=ShowPhrase,
    needs=(SEED, FINGERPRINT),
    promises=_promises_code,
)
CONFIRM_PHRASE = Action(
    name="confirm-phrase",
    about="The words are typed back from the paper, which proves it right.",
    cls=Class.PURE,
    run=_confirm,
    expects=_expects_typed,
    params=Params,
    needs=(SEED,),
)
