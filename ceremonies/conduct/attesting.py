"""Attestation: people say that they saw a step done."""

from __future__ import annotations

from ceremonies.conduct.asks import Confirm, Steps, ask, placed
from ceremonies.conduct.ceremony import Ceremony
from ceremonies.conduct.script import Step
from ceremonies.log import facts


def attest(ceremony: Ceremony, step: Step) -> Steps[None]:
    """Ask everybody of the attesting roles who has not attested the step yet."""
    context = ceremony.context(step)
    done = ceremony.progress.attested.get(step.id, set())
    for role in step.attest:
        for number, person in enumerate(context.people.of(role), start=1):
            if (role, person.name) in done:
                continue
            question = Confirm(
                field=context.field(f"attest.{role}-{number}"),
                by=person,
                text="You have watched this step. Was it done as it says, and by whom it says?",
            )
            yield from placed(ask(question), ceremony.place(step))
            context.log(facts.Attested(step=step.id, role=role, person=person.name))
