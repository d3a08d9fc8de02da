"""Retail prices: the price table of this Azure as the public price list shows it, without signing in."""

import re
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from azure_emulator.cost_records import PER_DAY, SERVICES, currency
from azure_emulator.errors import AzureError
from azure_emulator.http import Answer, Request
from azure_emulator.locations import REGIONS
from azure_emulator.routing import route
from azure_emulator.world import World

Document = dict[str, Any]

PATH = "/api/retail/prices"
PAGE = 1000
# Units of each currency for one US dollar, the currency of record; a fixed table keeps answers reproducible.
RATES = {"USD": 1.0, "EUR": 0.92, "GBP": 0.79, "JPY": 150.0}
CLAUSE = re.compile(
    r"\s*\(?\s*(?:(?P<field>\w+)\s+(?P<operator>eq|ne)\s+'(?P<value>(?:[^']|'')*)'"
    r"|(?P<function>contains|startswith|endswith)\(\s*(?P<name>\w+)\s*,\s*'(?P<part>(?:[^']|'')*)'\s*\))\s*\)?\s*"
)
FUNCTIONS = {"contains": str.__contains__, "startswith": str.startswith, "endswith": str.endswith}


@route("GET", PATH, public=True)
def list_prices(request: Request) -> Answer:
    """One page of prices; ``currencyCode`` and ``$filter`` choose, values of filters mind their casing."""
    wanted = request.query.get("currencycode", "USD").strip("'\"").upper()
    if wanted not in RATES:
        raise AzureError(400, "BadRequest", f"The currency '{wanted}' is not supported.")
    condition = request.query.get("$filter", "")
    found = [item for item in _items(request.world, wanted) if _fits(item, condition)]
    skip = request.query.get("$skip", "")
    start = int(skip) if skip.isdecimal() else 0
    shown = found[start : start + PAGE]
    link = None
    if start + PAGE < len(found):
        asked = f"?currencyCode={wanted}" + (f"&$filter={quote(condition)}" if condition else "")
        link = f"{request.base_url}{PATH}{asked}&$skip={start + PAGE}"
    body = {"BillingCurrency": wanted, "CustomerEntityId": "Default", "CustomerEntityType": "Retail"}
    return Answer(200, {**body, "Items": shown, "NextPageLink": link, "Count": len(shown)})


def _items(world: World, wanted: str) -> Iterator[Document]:
    own = (world.store.get("emulator", "prices") or {}).get("perDay", {})
    factor = RATES[wanted] / RATES.get(currency(world), 1.0) / 24
    for resource_type, per_day in {**PER_DAY, **own}.items():
        price = round(float(per_day) * factor, 6)
        for region, (display, *_) in REGIONS.items():
            yield _item(resource_type, price, currency_code=wanted, region=region, display=display)


def _item(resource_type: str, price: float, *, currency_code: str, region: str, display: str) -> Document:
    def made(kind: str) -> uuid.UUID:
        return uuid.uuid5(uuid.NAMESPACE_URL, f"{kind}|{resource_type}|{region if kind == 'meter' else ''}")

    service = SERVICES.get(resource_type.split("/", maxsplit=1)[0], "Other")
    product = f"DZH{made('product').hex[:9].upper()}"
    return {
        "currencyCode": currency_code,
        "tierMinimumUnits": 0.0,
        "retailPrice": price,
        "unitPrice": price,
        "armRegionName": region,
        "location": display,
        "effectiveStartDate": "2026-01-01T00:00:00Z",
        "meterId": str(made("meter")),
        "meterName": "Standard",
        "productId": product,
        "skuId": f"{product}/0001",
        "productName": f"{service} - {resource_type.rsplit('/', 1)[-1]}",
        "skuName": "Standard",
        "serviceName": service,
        "serviceId": f"DZH{uuid.uuid5(uuid.NAMESPACE_URL, service).hex[:9].upper()}",
        "serviceFamily": "Compute",
        "unitOfMeasure": "1 Hour",
        "type": "Consumption",
        "isPrimaryMeterRegion": True,
        "armSkuName": "",
    }


def _fits(item: Document, condition: str) -> bool:
    """Whether an item meets a filter of clauses joined by ``and`` and ``or``; ``and`` binds closer."""
    if not condition:
        return True
    return any(
        all(_holds(item, clause, condition) for clause in re.split(r"\s+and\s+", part))
        for part in re.split(r"\s+or\s+", condition)
    )


def _holds(item: Document, clause: str, condition: str) -> bool:
    match = CLAUSE.fullmatch(clause)
    name = (match["field"] or match["name"]) if match else ""
    known = "type" if name == "priceType" else name
    if match is None or known not in item:
        raise AzureError(400, "BadRequest", f"The filter '{condition}' is not valid.")
    given, value = str(item[known]), (match["value"] or match["part"] or "").replace("''", "'")
    if match["function"]:
        return bool(FUNCTIONS[match["function"]](given, value))
    return (given == value) == (match["operator"] == "eq")
