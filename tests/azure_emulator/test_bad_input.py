"""Whatever is sent, the answer is one of Azure's errors and never a defect of ours."""

import re

import pytest

from azure_emulator.routing import ROUTER
from azure_emulator.server import register_routes
from tests.azure_emulator.conftest import SUBSCRIPTION, TENANT

pytestmark = pytest.mark.emulator

BODIES = [
    "[]",
    '"text"',
    "5",
    "null",
    "NaN",
    "{",
    "[" * 100_000,
    '{"properties": 5, "tags": 5, "location": 5}',
    '{"properties": {"tags": 5, "level": 5, "template": 5}, "location": "japaneast", "tags": {"a": {"b": 1}}}',
    '{"properties": {"roleDefinitionId": 5, "principalId": [], "permissions": 5, "roleName": 5}}',
    '{"properties": [], "dataset": [], "timeframe": 5, "query": 5, "options": 5, "ids": 5, "operation": []}',
    '{"dataset": {"grouping": 5, "filter": 5}, "timeframe": "MonthToDate", "query": "Resources | where"}',
    '{"dataset": {"aggregation": {"a": 5}, "grouping": [5]}, "query": "Resources | take x | order by", "timeframe": 5}',
    '{"location": "japaneast", "tags": {"a": "\\ud800"}}',
]
QUERIES = ["", "&$top=-1&$skiptoken=%FF%00", "&$filter=((", "&$filter=tagName eq 'a' and tagValue eq 'b'&$top=1"]


def addresses() -> list[tuple[str, str]]:
    """Every registered method and path with plausible values in it."""
    register_routes()
    found: list[tuple[str, str]] = []

    def walk(node, path):
        found.extend((method, route.pattern) for method, route in node.routes.items())
        for child in [*node.literals.values(), *([node.parameter] if node.parameter else [])]:
            walk(child, path)

    walk(ROUTER._whole, "")
    walk(ROUTER._tails, "")
    values = {"subscription": SUBSCRIPTION, "tenant": TENANT, "location": "japaneast", "group": "env"}
    values["scope"] = f"subscriptions/{SUBSCRIPTION}/resourcegroups/env"
    pairs = [(m, re.sub(r"\{(\w+)\}", lambda part: values.get(part[1], "thing"), pattern)) for m, pattern in found]
    storage = f"/{values['scope']}/providers/Microsoft.Storage/storageAccounts/st1"
    pairs += [(method, storage) for method in ("PUT", "PATCH", "DELETE", "GET")]
    return sorted({pair for pair in pairs if not pair[1].startswith("/_emulator")})


def test_no_body_and_no_query_makes_a_call_fail_inside(clients):
    clients.emulator.control.throttling(enabled=False)
    broken = []
    with clients.http() as http:
        http.put(f"/subscriptions/{SUBSCRIPTION}/resourcegroups/env", json={"location": "japaneast"})
        for method, path in addresses():
            bodies: list[str | None] = [None] if method in {"GET", "HEAD", "DELETE"} else [*BODIES]
            queries = QUERIES if method == "GET" else [""]
            urls = [(f"{path}?api-version=2025-04-01{query}", body) for query in queries for body in bodies]
            for url, body in urls:
                answer = http.request(method, url, content=body)
                if answer.status_code >= 500:
                    broken.append((method, path, (body or url)[:80], answer.text[:100]))
    clients.emulator.control.throttling(enabled=True)

    assert broken == []


def test_a_wrong_content_type_is_refused(clients):
    with clients.http() as http:
        answer = http.put(
            f"/subscriptions/{SUBSCRIPTION}/resourcegroups/env",
            content="location: x",
            headers={"Content-Type": "text/yaml"},
        )

    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "UnsupportedMediaType")
