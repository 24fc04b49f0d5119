"""What a script says of places and mishaps: where cards are kept, and what a failure leaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ceremonies.conduct.script import Script
from ceremonies.keys.card import Group

_Problems = Iterator[tuple[str, str]]
"""Where, and what is wrong."""


def sites(script: Script) -> _Problems:
    """Each card has a site of the script, and no site the key, where the script says so."""
    shares = script.shares
    if shares is None:
        return
    for site in dict.fromkeys(shares.sites):
        if site not in script.sites:
            yield "[shares]", f"names the site {site}, which [sites] does not"
    cards = sum(group.of for group in script.groups)
    if shares.sites and len(shares.sites) != cards:
        yield "[shares]", f"has sites for {len(shares.sites)} of {cards} cards"
    if not shares.no_site_reaches_threshold:
        return
    names = [step.action.name for step in script.steps]
    if not shares.sites and "inventory" not in names:
        yield (
            "[shares]",
            "no-site-reaches-threshold needs sites, or an inventory that asks for them",
        )
    if "show-phrase" in names:
        yield (
            "[shares]",
            "no-site-reaches-threshold, and a phrase on paper is a threshold by itself",
        )
    for site in reached(script.groups, shares.groups_needed, enumerated(script)):
        yield "[shares]", f"the cards at the site {site} recover the key"


def enumerated(script: Script) -> list[tuple[str, str]]:
    """Return the name of each card, such as `1-2`, with the site the script gives it."""
    names = [
        f"{number}-{member}"
        for number, group in enumerate(script.groups, start=1)
        for member in range(1, group.of + 1)
    ]
    return list(zip(names, script.shares.sites if script.shares else (), strict=False))


def reached(
    groups: Sequence[Group], groups_needed: int, kept: Iterable[tuple[str, str]]
) -> list[str]:
    """Return the sites whose cards alone recover the key; `kept` has cards and their sites."""
    there: dict[str, set[str]] = {}
    for card, site in kept:
        there.setdefault(site, set()).add(card)
    return [site for site, cards in there.items() if _recovers(groups, groups_needed, cards)]


def _recovers(groups: Sequence[Group], groups_needed: int, cards: set[str]) -> bool:
    came = [
        sum(card.startswith(f"{number}-") for card in cards) >= group.needs
        for number, group in enumerate(groups, start=1)
    ]
    return sum(came) >= groups_needed


def mishaps(script: Script) -> _Problems:
    """Only what the ceremony can do without may be left to two people when it fails."""
    for step in script.steps:
        if step.on_fail == "exception" and not step.action.excusable:
            yield f"step {step.id}", f"cannot be gone on without: {step.action.name} must be done"
        if step.on_fail == "exception" and step.attest:
            yield f"step {step.id}", "is attested, and may be left out"


def policy(script: Script) -> _Problems:
    """A pinned policy is read, and judges what is reviewed after it."""
    names = [step.action.name for step in script.steps]
    if script.policy is not None and "read-policy" not in names:
        yield "the script", "pins a policy, and no step reads it"
    reviews = [names.index(one) for one in ("review-psbt", "review-batch") if one in names]
    if "read-policy" in names and reviews and names.index("read-policy") > min(reviews):
        yield "read-policy", "comes after the review that it should judge"
