"""Functions that change the form of a value: text, JSON, Base64, URIs."""

import base64
import binascii
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urljoin

from arm.functions.arguments import invalid, text, wrong_type
from arm.registry import function
from arm.values import parse_json, to_text

if TYPE_CHECKING:
    from arm.frames import Frame

_DATA_PREFIX = "data:text/plain;charset=utf8;base64,"


@function("string", 1, deep=True, wants_frame=True)
def string(frame: "Frame", value: Any) -> str:
    frame.ledger.room_for(frame.ledger.inspect(value)[0])
    return to_text(value)


@function("json", 1, wants_frame=True)
def json_(frame: "Frame", value: Any) -> Any:
    if not isinstance(value, str):
        return value
    frame.ledger.spend(len(value) >> 3)
    frame.ledger.room_for(len(value))
    return parse_json(value)


def _encode(value: str) -> str:
    return base64.b64encode(value.encode("utf-8", "replace")).decode("ascii")


def _decode(name: str, value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError) as error:
        raise invalid(name, f"the value '{value[:100]}' is not valid Base64") from error


@function("base64", 1)
def base64_(value: Any) -> str:
    return _encode(text("base64", value))


@function("base64ToString", 1)
def base64_to_string(value: Any) -> str:
    return _decode("base64ToString", text("base64ToString", value))


@function("base64ToJson", 1)
def base64_to_json(value: Any) -> Any:
    return parse_json(_decode("base64ToJson", text("base64ToJson", value)))


@function("dataUri", 1)
def data_uri(value: Any) -> str:
    if isinstance(value, list | dict) or value is None:
        raise wrong_type("dataUri", value, "a string")
    return _DATA_PREFIX + _encode(to_text(value))


@function("dataUriToString", 1)
def data_uri_to_string(value: Any) -> str:
    head, comma, content = text("dataUriToString", value).partition(",")
    if not comma or not head.lower().startswith("data:"):
        raise invalid("dataUriToString", f"the value '{str(value)[:100]}' is not a data URI")
    if head.lower().endswith(";base64"):
        return _decode("dataUriToString", content)
    return unquote(content)


@function("uriComponent", 1)
def uri_component(value: Any) -> str:
    return quote(text("uriComponent", value), safe="-_.~", errors="replace")


@function("uriComponentToString", 1)
def uri_component_to_string(value: Any) -> str:
    return unquote(text("uriComponentToString", value))


@function("uri", 2)
def uri(base: Any, relative: Any) -> str:
    start = text("uri", base)
    if "://" not in start:
        raise invalid("uri", f"the base address '{start[:200]}' is not an absolute URI")
    try:
        return urljoin(start, text("uri", relative))
    except ValueError as error:
        raise invalid("uri", f"the addresses '{start[:200]}' and '{str(relative)[:200]}' cannot be joined") from error
