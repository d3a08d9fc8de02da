"""What people do again and again on their journeys."""

from typing import Any

from tests.visitor import Visitor


def fill_in_and_check(person: Visitor, template: str, **choices: Any) -> None:
    """Open the template's form, choose, and press Check until Azure has answered."""
    person.open("/catalog/")
    person.open(f"/requests/new/{template}/")
    kind = choices.pop("environment_type", "develop")
    # A form without JavaScript learns the regions of another type only after it was drawn for that type.
    person.press("Update the form", project=choices.pop("project", "apollo"), environment_type=kind)
    person.press("Check it", **choices)
    for _again in range(60):
        if not person.page.has_button("Look again"):
            return
        person.press("Look again")
    raise AssertionError(f"Azure never answered: {person.page.text[:2000]}")


def ask(person: Visitor, template: str, **choices: Any) -> None:
    """Fill in, check, ask: ends on the environment's page, or on the request's where somebody has to agree."""
    fill_in_and_check(person, template, **choices)
    assert person.page.has_button("Ask for it"), person.page.text[:3000]
    person.press("Ask for it")


def wait_for_status(person: Visitor, word: str, *, seconds: float = 60) -> None:
    """Reload the environment's page until its pill says so."""
    person.reload_until(lambda page: f" {word} " in page.text[:400], seconds=seconds, what=word)
