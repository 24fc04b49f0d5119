"""The one door to templates: pages of HTML in which every value is escaped."""

from __future__ import annotations

from importlib import resources

from jinja2 import Environment, StrictUndefined

from ceremonies.spoken import visible


def page(template: str, **values: object) -> str:
    """Fill a template of this folder, such as `form.html`.

    The page stands by itself: no script, no picture, nothing that is fetched.
    """
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    # a script may come from anybody: what could reorder a line is shown as an escape
    environment.filters["plain"] = lambda text: visible(str(text))
    source = resources.files(__package__).joinpath(template).read_text("utf-8")
    return environment.from_string(source).render(**values)
