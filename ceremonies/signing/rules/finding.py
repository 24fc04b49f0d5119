"""How rules word what they find."""

from __future__ import annotations

from ceremonies.errors import Finding, Level


def refuse(
    rule: str, where: str, message: str, hint: str, *, may_be_lowered: bool = False
) -> Finding:
    """A finding that stops the signing."""
    return Finding(
        rule=rule,
        level=Level.REFUSE,
        where=where,
        message=message,
        hint=hint,
        may_be_lowered=may_be_lowered,
    )


def warn(rule: str, where: str, message: str, hint: str) -> Finding:
    """A finding that people should weigh."""
    return Finding(
        rule=rule, level=Level.WARN, where=where, message=message, hint=hint, may_be_lowered=True
    )


def note(rule: str, where: str, message: str, hint: str) -> Finding:
    """A finding that people should know."""
    return Finding(
        rule=rule, level=Level.NOTE, where=where, message=message, hint=hint, may_be_lowered=True
    )
