"""Requests and answers as the routes see them."""

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from azure_emulator.errors import AzureError

if TYPE_CHECKING:
    from azure_emulator.tokens import Principal
    from azure_emulator.world import World

_STRING = r'"(?:\\.|[^"\\])*"'
_COMMENTS = re.compile(_STRING + r"|//[^\n\r]*|/\*.*?\*/", re.DOTALL)
_LOOSE = re.compile(_STRING + r"|,(?=\s*[}\]])|\btemplate(?=\s*:)")


@dataclass(slots=True)
class Answer:
    """What goes back: a status, a JSON body (or bytes with their type), headers."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=utf-8"


@dataclass(slots=True)
class Request:
    """One call; ``parameters`` holds the path's values in the casing they came with."""

    world: "World"
    method: str
    path: str
    segments: tuple[str, ...]
    query_string: str
    headers: dict[str, str]
    body: bytes
    base_url: str
    correlation_id: str = ""
    request_id: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    signed_in: "Principal | None" = None
    _query: dict[str, str] | None = None

    @property
    def query(self) -> dict[str, str]:
        """Query values by lower-cased name."""
        if self._query is None:
            pairs = parse_qsl(self.query_string, keep_blank_values=True)
            self._query = {name.lower(): value for name, value in pairs}
        return self._query

    @property
    def api_version(self) -> str:
        """The api-version asked for, or an empty string."""
        return self.query.get("api-version", "")

    @property
    def principal(self) -> "Principal":
        """Who calls; only public routes have nobody."""
        if self.signed_in is None:
            raise AzureError(
                401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing."
            )
        return self.signed_in

    @property
    def scope(self) -> str:
        """The ``{scope}`` of an extension route, as an id; empty for the tenant."""
        return self.parameters.get("scope", "")

    def json(self) -> Any:
        """The body as JSON; also understands comments, trailing commas and the bare ``template`` key that az sends."""
        text = self.text()
        if not text.strip():
            return None
        value = self._parsed(text)
        if "\\ud" in text.lower():
            _check_characters(value)
        return value

    @staticmethod
    def _parsed(text: str) -> Any:
        try:
            return json.loads(text, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            pass
        try:
            return json.loads(tolerant(text), parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise AzureError(
                400,
                "InvalidRequestContent",
                f"The request content was invalid and could not be deserialized: '{error}'.",
            ) from error

    def json_object(self) -> dict[str, Any]:
        """The body as a JSON object; anything else is Azure's 400."""
        body = self.json()
        if not isinstance(body, dict):
            raise AzureError(
                400,
                "InvalidRequestContent",
                "The request content was invalid and could not be deserialized: 'A JSON object is expected.'.",
            )
        return body

    def text(self) -> str:
        """The body as text."""
        try:
            return self.body.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise AzureError(
                400, "InvalidRequestContent", "The request content was invalid and could not be deserialized."
            ) from error

    def form(self) -> dict[str, str]:
        """The body as a submitted form."""
        return dict(parse_qsl(self.text(), keep_blank_values=True))

    def url(self, path: str, **query: str) -> str:
        """An absolute address on this server; the query starts with the caller's api-version unless one is given."""
        return f"{self.base_url}{path}?api-version={query.pop('api_version', self.api_version)}" + "".join(
            f"&{name}={value}" for name, value in query.items()
        )


def _check_characters(value: Any) -> None:
    """Refuse halves of surrogate pairs: they are no characters and nothing downstream could write them."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise AzureError(
            400, "InvalidRequestContent", "The request content was invalid: it has half of a surrogate pair."
        ) from error


def _no_constant(word: str) -> None:
    raise ValueError(f"'{word}' is not JSON")


def tolerant(text: str) -> str:
    """Turn JSON with comments, trailing commas and a bare ``template`` key into plain JSON."""

    def mend(match: re.Match[str]) -> str:
        found = match.group()
        return '"template"' if found == "template" else found if found.startswith('"') else ""

    return _LOOSE.sub(mend, _COMMENTS.sub(mend, text))
