"""Cost Management: the query call, with its own paging and its own throttling."""

import base64
import math
import time
from typing import Any

from azure_emulator.cost_query import Table, bad, check_span, compiled, months, span
from azure_emulator.cost_records import CostRecord, currency, records
from azure_emulator.errors import AzureError
from azure_emulator.http import Answer, Request
from azure_emulator.routing import route

Document = dict[str, Any]

PATH = "/{scope}/providers/Microsoft.CostManagement/query"
PAGE, MAXIMUM_PAGE = 1000, 5000
HEADER = "x-ms-ratelimit-microsoft.costmanagement-"
WINDOWS = ((10, 12), (60, 60), (3600, 600))


@route("POST", PATH)
def query(request: Request) -> Answer:
    """Cost by day or month and by group, at a subscription or a group."""
    access, caller = request.world.access, request.principal
    if not access.allows(caller, "Microsoft.CostManagement/query/action", request.scope):
        access.check(caller, "Microsoft.CostManagement/query/read", request.scope)
    segments = request.scope.strip("/").split("/")
    if segments[0].lower() != "subscriptions" or len(segments) not in {2, 4}:
        raise bad(f"The scope '{request.scope}' is not supported")
    request.world.resources.need_subscription(segments[1])
    body = request.json_object()
    dataset = body.get("dataset") or body.get("dataSet")
    if not isinstance(dataset, dict):
        raise bad("A query needs a 'dataset'")
    table = Table(dataset, currency=currency(request.world))
    first, last = span(body, request.world.clock.now().date())
    check_span(first, last, granularity=table.granularity)
    start = _offset(request.query.get("$skiptoken", ""))
    headers = _spend(request, months(first, last)) if start == 0 else {}
    test = compiled(dataset.get("filter"))
    group = segments[3].lower() if len(segments) == 4 else ""

    def is_wanted(record: CostRecord) -> bool:
        return (not group or record.dimensions["resourcegroup"] == group) and test(record)

    found = records(request.world, segments[1], first=first, last=last)
    rows = table.rows(record for record in found if is_wanted(record))
    return Answer(200, _page(request, table, rows, start), headers)


def _page(request: Request, table: Table, rows: list[list[Any]], start: int) -> Document:
    top = request.query.get("$top", "")
    size = min(int(top), MAXIMUM_PAGE) if top.isdecimal() and int(top) else PAGE
    link = None
    if start + size < len(rows):
        token = base64.urlsafe_b64encode(str(start + size).encode()).decode()
        link = request.url(request.path) + (f"&$top={top}" if top else "") + f"&$skiptoken={token}"
    name = f"{request.correlation_id}"
    return {
        "id": f"{request.scope.lstrip('/')}/providers/Microsoft.CostManagement/query/{name}",
        "name": name,
        "type": "Microsoft.CostManagement/query",
        "location": None,
        "sku": None,
        "eTag": None,
        "properties": {"nextLink": link, "columns": table.columns(), "rows": rows[start : start + size]},
    }


def _offset(token: str) -> int:
    if not token:
        return 0
    try:
        return max(0, int(base64.urlsafe_b64decode(token)))
    except ValueError as error:
        raise bad("The $skiptoken is not valid") from error


def _spend(request: Request, units: int) -> dict[str, str]:
    """Count query units in the tenant's three windows; raises Cost Management's 429 with its own headers."""
    now, spent = time.monotonic(), request.world.throttling.query_units
    while spent and spent[0][0] <= now - WINDOWS[-1][0]:
        spent.popleft()
    wait, remaining = 0.0, []
    for seconds, limit in WINDOWS:
        inside = [(at, count) for at, count in spent if at > now - seconds]
        left = limit - sum(count for _, count in inside)
        remaining.append(f"QueriesPer{seconds}Seconds:{max(0, left - units)}")
        if left < min(units, limit) and inside:
            wait = max(wait, inside[0][0] + seconds - now)
    if wait > 0 and request.world.throttling.is_on:
        seconds_text = str(max(1, math.ceil(wait)))
        raise AzureError(
            429,
            "429",
            "Too many requests. Please retry.",
            headers={f"{HEADER}qpu-retry-after": seconds_text, f"{HEADER}qpu-remaining": ",".join(remaining)},
        )
    spent.append((now, units))
    return {f"{HEADER}qpu-consumed": str(units), f"{HEADER}qpu-remaining": ",".join(remaining)}
