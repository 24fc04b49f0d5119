"""The inventory: what was written in this ceremony is sealed in bags, and each has its site."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from ceremonies.conduct.actions import Action, Class, Expected, Params
from ceremonies.conduct.asks import Choose, Confirm, Mistyped, Steps, TypeText, ask
from ceremonies.conduct.context import Context
from ceremonies.conduct.people import Person
from ceremonies.conduct.place_rules import enumerated, reached
from ceremonies.conduct.script import Script, Step
from ceremonies.conduct.steps.typed import typed_line
from ceremonies.errors import Refused
from ceremonies.log import facts
from ceremonies.log.promised import Promise

_SERIAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./-]{0,39}")
_PHRASE = "phrase"


@dataclass(frozen=True)
class Item:
    """Something on paper: `name` is `phrase` or that of a card, such as `1-2`."""

    name: str
    called: str
    holder: str


@dataclass
class _Kept:
    """What was stored so far in this run."""

    serials: set[str] = field(default_factory=set)
    sites: list[tuple[str, str]] = field(default_factory=list)


def items_of(context: Context[Params]) -> list[Item]:
    """List what exists on paper of the last key that this ceremony made or split."""
    made = context.last(facts.SeedMade) or context.last(facts.SeedBrought)
    split = context.last(facts.SharesSplit)
    found: dict[str, Item] = {}
    for record in context.journal.records:
        match record.fact:
            case facts.PhraseConfirmed(key=key, person=person) if made and key == made.key:
                found[_PHRASE] = Item(_PHRASE, f"the phrase of {key}", person)
            case facts.CardVerified(set=set_id, card=card, person=person) if (
                split is not None and set_id == split.set
            ):
                found[card] = Item(card, f"card {card} of set {set_id}", person)
    return list(found.values())


def _run(context: Context[Params]) -> Steps[None]:
    kept = _Kept()
    for item in items_of(context):
        yield from _store(context, item, kept)


def _store(context: Context[Params], item: Item, kept: _Kept) -> Steps[None]:
    place = f"card-{item.name}" if item.name != _PHRASE else _PHRASE
    bag = yield from _serial(context, f"{place}.bag", f"the bag of {item.called}", kept)
    seal = yield from _serial(context, f"{place}.seal", f"the seal of that bag ({bag})", kept)
    site = yield from _site(context, f"{place}.site", item, kept)
    holder = _holder(context, item)
    yield from ask(
        Confirm(
            field=context.field(f"{place}.sealed"),
            by=holder,
            text=f"Is {item.called} in this bag, closed with this seal, and does it go there?",
            shown=f"bag    {bag}\nseal   {seal}\nsite   {site}\nsealed by {context.actor.name}",
        )
    )
    kept.sites.append((item.name, site))
    commitments = {
        name: context.journal.withhold(name, value)
        for name, value in (("bag", bag), ("seal", seal), ("site", site))
    }
    context.log(
        facts.ItemStored(
            item=item.called,
            holder=holder.name,
            sealed_by=context.actor.name,
            bag_commitment=commitments["bag"],
            seal_commitment=commitments["seal"],
            site_commitment=commitments["site"],
        )
    )


def _holder(context: Context[Params], item: Item) -> Person:
    """Return whoever wrote the paper, or after a change of people who acts for them."""
    present = context.people.present
    return next((person for person in present if person.name == item.holder), context.actor)


def _serial(context: Context[Params], place: str, what: str, kept: _Kept) -> Steps[str]:
    def check(typed: str) -> str:
        if not _SERIAL.fullmatch(typed):
            raise Mistyped("a serial number has up to 40 letters, digits, dots, dashes and spaces")
        if typed.upper() in kept.serials:
            raise Mistyped("this number was typed before: read it again from the bag or seal")
        return typed

    text = f"Type the serial number of {what}. The log gets a commitment to it."
    serial = yield from typed_line(context, place, text, check)
    kept.serials.add(serial.upper())
    return serial


def _site(context: Context[Params], place: str, item: Item, kept: _Kept) -> Steps[str]:
    planned = dict(enumerated(context.script)).get(item.name)
    if planned is not None:
        return planned
    text = f"At which site will {item.called} be kept?"
    sites = tuple(context.script.sites)
    if sites:
        fit = tuple(site for site in sites if not _recovers(context, item, site, kept))
        if not fit:
            raise Refused(
                f"at every site of the script {item.called} would make a quorum",
                hint="name more sites in the script, or fewer cards that recover the key",
            )
        return (
            yield from ask(
                Choose(field=context.field(place), by=context.actor, text=text, options=fit)
            )
        )

    def check(typed: str) -> str:
        site = " ".join(typed.lower().split())
        if not _SERIAL.fullmatch(site):
            raise Mistyped("the name of a site has up to 40 letters, digits, dots and dashes")
        if _recovers(context, item, site, kept):
            raise Mistyped(f"with what {site} holds already this recovers the key: name another")
        return site

    return (yield from typed_line(context, place, f"{text} Name each site always alike.", check))


def _recovers(context: Context[Params], item: Item, site: str, kept: _Kept) -> bool:
    """Whether a site that gets this too could recover the key, and the script forbids it."""
    shares = context.script.shares
    if shares is None or not shares.no_site_reaches_threshold:
        return False
    there = [*kept.sites, (item.name, site)]
    return site in reached(context.script.groups, shares.groups_needed, there)


def _expects(script: Script, step: Step) -> Iterator[Expected]:
    kind = Choose if script.sites else TypeText
    planned = dict(enumerated(script))
    for item, role in _planned(script, step):
        field = f"{step.id}.{item}" if item == _PHRASE else f"{step.id}.card-{item}"
        yield Expected(field=f"{field}.bag", ask=TypeText, role=step.role)
        yield Expected(field=f"{field}.seal", ask=TypeText, role=step.role)
        if item not in planned:
            yield Expected(field=f"{field}.site", ask=kind, role=step.role)
        yield Expected(field=f"{field}.sealed", ask=Confirm, role=role)


def _planned(script: Script, step: Step) -> Iterator[tuple[str, str]]:
    """Yield what will be on paper by this step, and the role that holds it."""
    before = script.steps[: script.index(step.id)]
    for other in before:
        if other.action.name == "confirm-phrase":
            yield _PHRASE, other.role
    for other in before:
        if other.action.name == "hand-out-shares":
            for number, group in enumerate(script.groups, start=1):
                for member in range(1, group.of + 1):
                    yield f"{number}-{member}", other.role


def _promises(script: Script, step: Step) -> Iterator[Promise]:
    for item in dict.fromkeys(item for item, _ in _planned(script, step)):
        called = "the phrase" if item == _PHRASE else f"card {item}"
        yield Promise(
            step=step.id,
            kind=facts.ItemStored,
            what=f"a bag for {called}",
            holds=partial(_is_of, f"{called} of "),
        )


def _is_of(called: str, fact: facts.ItemStored) -> bool:
    return fact.item.startswith(called)


INVENTORY = Action(
    name="inventory",
    about="What was written is sealed in bags: which bag and seal, for which site, by whom.",
    cls=Class.IDEMPOTENT,
    run=_run,
    expects=_expects,
    params=Params,
    excusable=True,
    promises=_promises,
)
