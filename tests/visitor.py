"""A person with a browser that has no JavaScript: follows links and forms of the pages the portal really serves."""

import re
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import httpx

from portal.company import tenant


@dataclass
class Button:
    """A submit button: what it says, what it sends, where it leads if not to the form's own address."""

    text: str
    name: str = ""
    value: str = ""
    action: str = ""
    is_disabled: bool = False


@dataclass
class Form:
    """A form with the values that a browser would send untouched."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[Button] = field(default_factory=list)


class _FormReader(HTMLParser):
    """Collects forms, links and readable text."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: dict[str, str] = {}
        self.text: list[str] = []
        self._form: Form | None = None
        self._select = ""
        self._textarea = ""
        self._button: Button | None = None
        self._link: tuple[str, list[str]] | None = None
        self._is_hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        read = getattr(self, f"_start_{tag}", None)
        if read is not None:
            read(given)

    def handle_endtag(self, tag: str) -> None:
        end = getattr(self, f"_end_{tag}", None)
        if end is not None:
            end()

    def handle_data(self, data: str) -> None:
        if self._is_hidden:
            return
        self.text.append(data)
        if self._button is not None:
            self._button.text += data
        if self._link is not None:
            self._link[1].append(data)
        if self._textarea and self._form is not None:
            self._form.values[self._textarea] += data

    def _start_style(self, _given: Mapping[str, str]) -> None:
        self._is_hidden += 1

    def _end_style(self) -> None:
        self._is_hidden -= 1

    _start_script, _end_script = _start_style, _end_style

    def _start_form(self, given: Mapping[str, str]) -> None:
        self._form = Form(given.get("action", ""), given.get("method", "get").lower())
        self.forms.append(self._form)

    def _end_form(self) -> None:
        self._form = None

    def _start_input(self, given: Mapping[str, str]) -> None:
        name, kind = given.get("name", ""), given.get("type", "text")
        if self._form is None or not name or "disabled" in given:
            return
        if kind in {"submit", "button"}:
            self._form.buttons.append(Button(given.get("value", ""), name, given.get("value", "")))
        elif kind in {"checkbox", "radio"}:
            self._form.choices.setdefault(name, []).append(given.get("value", "on"))
            if "checked" in given:
                self._form.values[name] = given.get("value", "on")
        else:
            self._form.values[name] = given.get("value", "")

    def _start_select(self, given: Mapping[str, str]) -> None:
        self._select = given.get("name", "")

    def _end_select(self) -> None:
        self._select = ""

    def _start_option(self, given: Mapping[str, str]) -> None:
        if self._form is None or not self._select:
            return
        value = given.get("value", "")
        self._form.choices.setdefault(self._select, []).append(value)
        if "selected" in given or self._select not in self._form.values:
            self._form.values[self._select] = value

    def _start_textarea(self, given: Mapping[str, str]) -> None:
        self._textarea = given.get("name", "")
        if self._form is not None and self._textarea:
            self._form.values[self._textarea] = ""

    def _end_textarea(self) -> None:
        self._textarea = ""

    def _start_button(self, given: Mapping[str, str]) -> None:
        if self._form is not None and given.get("type", "submit") == "submit":
            self._button = Button(
                "", given.get("name", ""), given.get("value", ""), given.get("formaction", ""), "disabled" in given
            )
            self._form.buttons.append(self._button)

    def _end_button(self) -> None:
        self._button = None

    def _start_a(self, given: Mapping[str, str]) -> None:
        self._link = (given.get("href", ""), [])

    def _end_a(self) -> None:
        if self._link is not None:
            self.links.setdefault(_plain("".join(self._link[1])), self._link[0])
        self._link = None


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


class Page:
    """One answer as its reader sees it."""

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self.url = str(response.url)
        self.html = response.text
        reader = _FormReader()
        if "html" in response.headers.get("content-type", ""):
            reader.feed(response.text)
        self.forms, self.links, self.text = reader.forms, reader.links, _plain(" ".join(reader.text))

    def form_with(self, button: str) -> tuple[Form, Button]:
        """The form that has a button of this text, and the button; of several the first that is not disabled."""
        found = [(form, one) for form in self.forms for one in form.buttons if _plain(one.text).startswith(button)]
        if not found:
            raise AssertionError(f"no button {button!r} on {self.url} ({self.status}): {self.text[:1500]}")
        return next((pair for pair in found if not pair[1].is_disabled), found[0])

    def has_button(self, text: str) -> bool:
        """True when a button of this text can be pressed."""
        return any(
            _plain(one.text).startswith(text) and not one.is_disabled for form in self.forms for one in form.buttons
        )


class Visitor:
    """One person's browser."""

    def __init__(self, portal_url: str, *, ca_path: str) -> None:
        self.url = portal_url
        self.client = httpx.Client(
            verify=ssl.create_default_context(cafile=ca_path), follow_redirects=True, timeout=30, trust_env=False
        )
        self.page: Page

    def __enter__(self) -> "Visitor":
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def open(self, path: str, *, expect: int = 200) -> Page:
        """Type an address (or follow a link's)."""
        return self._arrived(self.client.get(urljoin(self.url, path)), expect)

    def follow(self, link: str) -> Page:
        """Click the link with this text."""
        found = next((href for text, href in self.page.links.items() if text.startswith(link)), None)
        if found is None:
            raise AssertionError(f"no link {link!r} on {self.page.url}: {sorted(self.page.links)}")
        return self.open(urljoin(self.page.url, found))

    def press(self, button: str, /, *, expect: int = 200, **changes: Any) -> Page:
        """Fill in the form that has the button and press it; None leaves a checkbox unticked."""
        form, pressed = self.page.form_with(button)
        assert not pressed.is_disabled, f"{button} is disabled: {self.page.text[:1500]}"
        unknown = changes.keys() - form.values.keys() - form.choices.keys()
        assert not unknown, f"the form has no {sorted(unknown)}, only {sorted(form.values)}"
        values = {name: value for name, value in {**form.values, **changes}.items() if value is not None}
        if pressed.name:
            values[pressed.name] = pressed.value
        address = urljoin(self.page.url, pressed.action or form.action or self.page.url)
        if form.method == "get":
            return self._arrived(self.client.get(address, params=values), expect)
        return self._arrived(self.client.post(address, data=values, headers={"referer": self.page.url}), expect)

    def sign_in(self, key: str, *, expect: int = 200) -> Page:
        """Through the real sign-in page of the local Azure."""
        person = tenant.person(key)
        self.open("/account/sign-in/")
        self.press("Sign in")
        form = self.page.forms[0]
        values = {**form.values, "user": person.object_id}
        return self._arrived(self.client.post(urljoin(self.page.url, form.action), data=values), expect)

    def reload_until(self, condition: Callable[[Page], bool], *, seconds: float = 60, what: str) -> Page:
        """Press F5 until the page shows it."""
        deadline = time.monotonic() + seconds
        while not condition(self.open(self.page.url)):
            if time.monotonic() > deadline:
                raise AssertionError(f"after {seconds} s the page did not show {what}: {self.page.text[:3000]}")
            time.sleep(0.3)
        return self.page

    def download(self, path: str) -> Any:
        """A JSON document."""
        answer = self.client.get(urljoin(self.url, path))
        answer.raise_for_status()
        return answer.json()

    def _arrived(self, response: httpx.Response, expect: int) -> Page:
        self.page = Page(response)
        assert self.page.status == expect, f"{self.page.status} at {self.page.url}: {self.page.text[:1500]}"
        return self.page
