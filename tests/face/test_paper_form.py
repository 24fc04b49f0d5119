"""The paper form: everything of the script is on it, and nothing of it is obeyed."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from conduct.conduct_material import KEYGEN, SIGN

from ceremonies.conduct import builtin
from ceremonies.conduct.script_file import read
from ceremonies.spoken import words
from custody_cli.ceremony_answers import shown
from custody_cli.paper.form import EXCEPTION_SHEETS, form


class Tags(HTMLParser):
    """Every tag of a page, and whether each is closed by its own."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_form_has_every_step_every_role_and_the_hash_in_words() -> None:
    for name in builtin.ids():
        script = builtin.script(name)
        text = form(shown(script), rehearsal=False)
        tags = Tags(text)
        assert tags.open == []
        for step in script.steps:
            assert f"<code>{step.id}</code>: {step.action.name}" in text
        spoken = re.findall(r"<td>([a-z]+)</td>", text)
        assert spoken[:32] == words(bytes.fromhex(script.sha256)).split()
        assert text.count("Exception sheet") == EXCEPTION_SHEETS
        assert text.count('class="box"') == sum(
            len({step.role, *step.attest}) for step in script.steps
        )
        assert "REHEARSAL" not in text


def test_a_rehearsals_form_says_so_on_every_sheet() -> None:
    text = form(shown(builtin.script(KEYGEN)), rehearsal=True)
    assert text.count("REHEARSAL") == 2 + EXCEPTION_SHEETS
    assert "on\nregtest" in text


def test_a_form_says_which_step_shows_a_code_of_the_key() -> None:
    data = builtin.script(KEYGEN).data
    coded = data.replace(b'"show-phrase"', b'"show-phrase"\nseedqr = "compact"')
    assert "shows a compact SeedQR" in form(shown(read(coded)), rehearsal=False)
    assert "SeedQR" not in form(shown(read(data)), rehearsal=False)


def test_a_form_lists_cards_sites_materials_and_the_room() -> None:
    text = builtin.script(KEYGEN).data.decode()
    text = re.sub(
        r"(?ms)^(\[sites\]|\[\[material\]\]|\[environment\]).*?(?=^\[(?!\[material))", "", text
    )
    more = (
        '[sites]\nnorth = "the vault"\n[environment]\nroom = ["the door is locked"]\n'
        '[[material]]\nname = "tamper-evident bag"\ncount = 3\nserial = true\n'
    )
    script = read(text.replace("[roles]", f"{more}[roles]", 1).encode())
    page = form(shown(script), rehearsal=False)
    for expected in ("card 1-3", "the phrase", "the vault", "the door is locked", "evident bag"):
        assert expected in page
    assert (
        "card" not in form(shown(builtin.script(SIGN)), rehearsal=False).split("Inventory")[1][:900]
    )


def test_nothing_of_a_script_becomes_markup_or_is_fetched() -> None:
    hostile = '<script src=\\"//evil\\">\\u202e</script>{{ 7 * 7 }}&amp;'
    text = builtin.script(SIGN).data.decode()
    text = text.replace('"Review and sign one PSBT"', f'"{hostile}"')
    text = text.replace('"Write the signed PSBT for the coordinator."', f'"{hostile}"')
    page = form(shown(read(text.encode())), rehearsal=False)
    tags = Tags(page)
    assert not {"script", "img", "link", "iframe", "a"} & set(tags.seen)
    assert "\u202e" not in page
    assert "\\u{202e}" in page
    assert "{{ 7 * 7 }}&amp;amp;" in page
    assert "http" not in page
    assert "url(" not in page
