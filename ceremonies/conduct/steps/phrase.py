"""The key and its phrase: made, shown once, hidden, typed back."""

from __future__ import annotations

from collections.abc import Iterator

from ceremonies.conduct.actions import Action, Class, Expected, Params
from ceremonies.conduct.asks import Mistyped, ShowSecret, Steps, TypeWords, ask, retyped
from ceremonies.conduct.context import Context
from ceremonies.conduct.script import Script, Step
from ceremonies.conduct.slots import ENTROPY, FINGERPRINT, SEED
from ceremonies.keys.wordlist import in_a_row
from ceremonies.log import facts
from ceremonies.log.promised import Promise
from ceremonies.secret import Secret


def key_name(context: Context[Params]) -> str:
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


def _show(context: Context[Params]) -> Steps[None]:
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
    params=Params,
    needs=(SEED, FINGERPRINT),
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
