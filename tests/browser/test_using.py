"""Using the pages with keyboard, without script, and after the session ended."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect


def test_the_first_tab_leads_past_the_navigation(office, opened):
    page = opened("sato.yui").new_page()
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the content")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("address", ["/catalog/", "/environments/"])
def test_slash_puts_the_cursor_into_the_search_and_is_a_letter_there(office, opened, address):
    page = opened("sato.yui").new_page()
    page.goto(address)
    page.keyboard.press("/")
    expect(page.locator("input[type=search]")).to_be_focused()
    page.keyboard.type("a/b")
    expect(page.locator("input[type=search]")).to_have_value("a/b")


def test_every_link_of_the_navigation_is_reached_by_keyboard_and_shows_where_it_is(office, opened):
    page = opened("sato.yui").new_page()
    page.goto("/")
    seen = []
    for _press in range(14):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.textContent.trim().split(/\\s/)[0]"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    assert [
        word for word in ("Home", "Catalog", "Environments", "Approvals", "Costs", "Audit") if word not in seen
    ] == []


def test_language_and_filters_work_without_script(office, opened):
    page = opened("sato.yui", scripts=False).new_page()
    page.goto("/environments/")
    page.get_by_role("button", name="日本語").click()
    expect(page.locator("html")).to_have_attribute("lang", "ja")
    page.get_by_role("searchbox").fill("box-ready")
    page.get_by_role("button", name="表示").click()
    expect(page.get_by_role("link", name="box-ready")).to_be_visible()
    expect(page.get_by_role("link", name="box-failed")).to_have_count(0)


def test_the_appearance_chosen_wins_over_the_devices(office, opened):
    page = opened("sato.yui", theme="light").new_page()
    page.goto("/account/")
    page.get_by_role("button", name="Dark").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 28)"


def test_a_script_that_got_into_a_page_does_not_run(office, opened):
    page = opened("sato.yui").new_page()
    page.goto("/")
    page.evaluate(
        "() => { const script = document.createElement('script'); script.textContent = 'window.broken = 1';"
        " document.body.append(script) }"
    )
    assert page.evaluate("window.broken === undefined")


def test_a_page_that_refreshes_itself_moves_to_the_sign_in_when_the_session_ended(office, opened):
    page = opened("sato.yui").new_page()
    page.goto(office["building"])
    expect(page.get_by_text("In progress", exact=True)).to_be_visible()
    Session.objects.all().delete()
    page.wait_for_url("**/account/sign-in/?next=*", timeout=10_000)
    assert "environments" in page.url


def test_a_double_click_sends_a_form_once(office, opened):
    page = opened("sato.yui").new_page()
    page.goto("/account/")
    held = []

    def hold(route):
        held.append(route)

    page.route("**/theme/", hold)
    button = page.get_by_role("button", name="Dark")
    button.dblclick(no_wait_after=True)
    page.wait_for_timeout(300)
    assert len(held) == 1
    held[0].continue_()
