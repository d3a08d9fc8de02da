"""Cost Management's query: charges by day, resource group and service, exact to the last digit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from cloud import exchange
from cloud.answers import asks_azure
from cloud.errors import PermanentCloudError
from cloud.exchange import Answer

_API_VERSION = "2025-03-01"
_PAGE_SIZE = "5000"
_GROUP_COLUMNS = ("ResourceGroup", "ResourceGroupName")
_AMOUNT_COLUMNS = ("Cost", "PreTaxCost", "totalCost")


@dataclass(frozen=True)
class CostRow:
    """One charge line; `resource_group` is lower case and empty when Azure names none."""

    day: date
    resource_group: str
    service_name: str
    amount: Decimal
    currency: str


@dataclass(frozen=True)
class CostPage:
    """Some rows and the address of the next ones; an empty address after the last page."""

    rows: tuple[CostRow, ...]
    next_url: str = ""


@asks_azure
def query_page(*, subscription_id: str, since: date, until: date, page_url: str | None = None) -> CostPage:
    """One page of the subscription's actual cost from `since` to `until` inclusive, at most 31 days.

    Further pages are POSTed to `page_url` with the same body (azure-rest-api-specs #12276). Amounts are the digits on
    the wire: the SDK's typed call would make floats of them.
    """
    body = _query(since, until)
    if page_url:
        return _page(exchange.accepted(exchange.follow(page_url, method="POST", body=body)))
    path = f"/subscriptions/{subscription_id}/providers/Microsoft.CostManagement/query"
    return _page(exchange.send("POST", path, api_version=_API_VERSION, query={"$top": _PAGE_SIZE}, body=body))


def _query(since: date, until: date) -> dict[str, Any]:
    return {
        "type": "ActualCost",
        "timeframe": "Custom",
        "timePeriod": {"from": f"{since}T00:00:00+00:00", "to": f"{until}T23:59:59+00:00"},
        "dataset": {
            "granularity": "Daily",
            "aggregation": {"totalCost": {"name": "Cost", "function": "Sum"}},
            "grouping": [
                {"type": "Dimension", "name": "ResourceGroup"},
                {"type": "Dimension", "name": "ServiceName"},
            ],
        },
    }


def _page(answer: Answer) -> CostPage:
    properties: Mapping[str, Any] = answer.body(parse_float=Decimal).get("properties") or {}
    columns = [str(column.get("name")) for column in properties.get("columns") or ()]
    place = _places(columns)
    rows = tuple(_row(values, place) for values in properties.get("rows") or ())
    return CostPage(rows=rows, next_url=str(properties.get("nextLink") or ""))


def _places(columns: Sequence[str]) -> dict[str, int]:
    """Where each value stands: Azure's column order follows grouping and granularity, so it is never assumed."""
    wanted = {
        "day": ("UsageDate",),
        "group": _GROUP_COLUMNS,
        "service": ("ServiceName",),
        "amount": _AMOUNT_COLUMNS,
        "currency": ("Currency",),
    }
    places = {}
    for key, names in wanted.items():
        found = next((columns.index(name) for name in names if name in columns), None)
        if found is None:
            raise PermanentCloudError(f"The cost answer has no column {names[0]}.", code="UnexpectedColumns")
        places[key] = found
    return places


def _row(values: Sequence[Any], place: Mapping[str, int]) -> CostRow:
    return CostRow(
        day=datetime.strptime(str(values[place["day"]]), "%Y%m%d").date(),  # noqa: DTZ007 - a day has no time zone
        resource_group=str(values[place["group"]] or "").lower(),
        service_name=str(values[place["service"]] or ""),
        amount=Decimal(values[place["amount"]]),
        currency=str(values[place["currency"]]),
    )
