"""Every page in a real browser: accessible in both themes and languages, no wider than a phone, nothing blocked."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RULES = {"runOnly": {"type": "tag", "values": TAGS}}
SCREENS = [("light", "en", 1280), ("dark", "ja", 360)]

DEVELOPER = [
    "/",
    "/account/",
    "/catalog/",
    "/catalog/chatgpt-web-app/",
    "/catalog/empty-sandbox/",
    "/environments/",
    "/environments/?q=nothing-like-this",
    "/requests/new/chatgpt-web-app/",
    "/approvals/",
    "/notices/",
    "/projects/",
    "/projects/apollo/",
    "/projects/apollo/members/",
    "/costs/",
    "/costs/apollo/",
    "/audit/",
    "/nowhere/",
    "building",
    "failed",
    "ready",
    "blocked",
    "deleted",
    "receipt",
    "request",
    "ready:extend/",
    "ready:share/",
    "ready:delete/",
    "ready:change/",
    "ready:resources/",
]
LEAD = ["/", "/approvals/", "/projects/apollo/members/", "request"]
CATALOG_ADMIN = ["/catalog/", "/catalog/manage/versions/"]
FINANCE = ["/", "/costs/", "/costs/apollo/", "/costs/apollo/budget/"]
ADMIN = [
    "/",
    "/orphans/",
    "/operations/health/",
    "/audit/",
    "/projects/new/",
    "/projects/apollo/edit/",
    "/projects/apollo/types/new/",
    "/projects/apollo/types/develop/",
]
PEOPLE = {
    "sato.yui": DEVELOPER,
    "tanaka.ren": LEAD,
    "nakamura.aoi": CATALOG_ADMIN,
    "ito.sakura": FINANCE,
    "kobayashi.kenji": ADMIN,
    "": ["/account/sign-in/", "/account/callback/"],
}


def problems(page, address):
    """What is wrong with the page as sentences; empty when nothing is."""
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    response = page.goto(address)
    expect(page.locator("[hx-trigger=load]")).to_have_count(0)
    if response.status >= 500:
        return [f"{address}: status {response.status}"]
    found = [f"{address}: {text}" for text in complaints if not text.startswith("Failed to load resource")]
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        found.append(f"{address}: wider than the screen")
    return found + [f"{address}: {violation}" for violation in violations(page)]


def violations(page):
    """What axe says about the page as it is now."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {one['help']}: {[' '.join(n['target']) for n in one['nodes'][:3]]}" for one in found]


def address_of(name, office):
    """An address as it is, a thing of the office, or one of that thing's pages (`ready:delete/`)."""
    thing, _separator, page = name.partition(":")
    return f"{office[thing]}{page}" if thing in office else name


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: "-".join(map(str, screen)))
@pytest.mark.parametrize("key", PEOPLE)
def test_every_page_is_accessible_and_fits_the_screen(office, opened, key, screen):
    theme, language, width = screen
    context = opened(key, theme=theme, language=language, width=width)
    page = context.new_page()
    found = [problem for name in PEOPLE[key] for problem in problems(page, address_of(name, office))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: "-".join(map(str, screen)))
def test_a_form_with_mistakes_leads_to_each_of_them(office, opened, screen):
    theme, language, width = screen
    page = opened("sato.yui", theme=theme, language=language, width=width, scripts=True).new_page()
    page.goto("/requests/new/chatgpt-web-app/")
    page.locator("input[name=name]").fill("Not A Name!")
    page.locator("input[name=name]").evaluate("field => { field.form.noValidate = true }")
    page.locator("#presubmit button.primary").click()
    summary = page.locator("#errors")
    expect(summary).to_be_visible()
    assert not violations(page)
    summary.get_by_role("link").first.click()
    assert page.evaluate("document.activeElement.name || location.hash") != ""
