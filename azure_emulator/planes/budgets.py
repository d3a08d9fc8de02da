"""Budgets of a subscription or a group: kept, listed, and shown with what has been spent in their period."""

import hashlib
import json
from datetime import date
from typing import Any

from azure_emulator.cost_query import compiled
from azure_emulator.cost_records import MICRO, currency, records
from azure_emulator.errors import AzureError
from azure_emulator.http import Answer, Request
from azure_emulator.paging import page
from azure_emulator.planes.groups import on_group_delete
from azure_emulator.routing import route
from azure_emulator.world import World

Document = dict[str, Any]

KIND = "budget"
NAMESPACES = ("Microsoft.Consumption", "Microsoft.CostManagement")
MONTHS = {"monthly": 1, "quarterly": 3, "annually": 12, "billingmonth": 1, "billingquarter": 3, "billingannual": 12}


def list_budgets(request: Request) -> Answer:
    """The budgets of the scope itself."""
    _check_scope(request)
    found = request.world.store.list(KIND, prefix=f"{request.scope}|")
    return page(request, [_shown(request.world, budget) for budget in found])


def read_budget(request: Request) -> Answer:
    """One budget."""
    return Answer(200, _shown(request.world, _need(request)))


def put_budget(request: Request) -> Answer:
    """Create (201) or change (200) a budget."""
    _check_scope(request)
    body, name = request.json_object(), request.parameters["name"]
    properties = _checked(body.get("properties"))
    old = request.world.store.get(KIND, _key(request))
    if old is not None and body.get("eTag") and body["eTag"] != old["eTag"]:
        raise AzureError(409, "409", f"The eTag of the budget '{name}' is not the latest one.")
    mark = hashlib.sha256(f"{json.dumps(properties)}{request.world.clock.now()}".encode()).hexdigest()[:15]
    namespace = request.segments[-3]
    budget = {
        "id": f"{request.scope.lstrip('/')}/providers/{namespace}/budgets/{name}",
        "name": old["name"] if old else name,
        "type": f"{namespace}/budgets",
        "eTag": f'"{mark}"',
        "properties": properties,
        "_scope": request.scope,
    }
    request.world.store.put(KIND, _key(request), budget)
    return Answer(200 if old else 201, _shown(request.world, budget))


def delete_budget(request: Request) -> Answer:
    """Remove a budget."""
    _need(request)
    request.world.store.delete(KIND, _key(request))
    return Answer(200)


for _namespace in NAMESPACES:
    _list = f"/{{scope}}/providers/{_namespace}/budgets"
    _action = f"{_namespace}/budgets/"
    route("GET", _list, action=f"{_action}read")(list_budgets)
    route("GET", f"{_list}/{{name}}", action=f"{_action}read")(read_budget)
    route("PUT", f"{_list}/{{name}}", action=f"{_action}write")(put_budget)
    route("DELETE", f"{_list}/{{name}}", action=f"{_action}delete")(delete_budget)


@on_group_delete
def forget_group(world: World, group_id: str) -> None:
    """A group takes its budgets with it."""
    for key in world.store.keys(KIND, prefix=f"{group_id}|"):
        world.store.delete(KIND, key)


def _key(request: Request) -> str:
    return f"{request.scope}|{request.parameters['name']}"


def _check_scope(request: Request) -> None:
    segments = request.scope.strip("/").split("/")
    if segments[0].lower() != "subscriptions" or len(segments) not in {2, 4}:
        raise AzureError(400, "400", f"The scope '{request.scope}' is not supported.")
    if len(segments) == 4:
        request.world.resources.need_group(segments[1], segments[3])
    request.world.resources.need_subscription(segments[1])


def _need(request: Request) -> Document:
    _check_scope(request)
    budget = request.world.store.get(KIND, _key(request))
    if budget is None:
        raise AzureError(404, "404", f"The budget '{request.parameters['name']}' could not be found.")
    return budget


def _checked(properties: object) -> Document:
    """What a budget must say; Azure's 400 when it does not."""
    given = properties if isinstance(properties, dict) else {}
    amount, period = given.get("amount"), given.get("timePeriod")
    if isinstance(amount, bool) or not isinstance(amount, int | float) or amount < 0:
        raise _bad("A budget needs an 'amount' that is not negative")
    if str(given.get("timeGrain")).lower() not in MONTHS:
        raise _bad("The 'timeGrain' of a budget is Monthly, Quarterly or Annually")
    start = period.get("startDate") if isinstance(period, dict) else None
    try:
        first = date.fromisoformat(str(start)[:10])
    except ValueError as error:
        raise _bad("A budget needs a 'timePeriod' with a 'startDate'") from error
    if first.day != 1:
        raise _bad("The 'startDate' of a budget is the first day of a month")
    if len(given.get("notifications") or {}) > 5:
        raise _bad("A budget has at most 5 notifications")
    compiled(given.get("filter"))
    return {"category": "Cost", **{key: value for key, value in given.items() if key != "currentSpend"}}


def _bad(text: str) -> AzureError:
    return AzureError(400, "400", f"{text}.")


def _shown(world: World, budget: Document) -> Document:
    properties = budget["properties"]
    spent = {"amount": _spent(world, budget), "unit": currency(world)}
    shown = {key: value for key, value in budget.items() if not key.startswith("_")}
    return {**shown, "properties": {**properties, "currentSpend": spent}}


def _spent(world: World, budget: Document) -> float:
    """The cost of the budget's present period so far."""
    properties, today = budget["properties"], world.clock.now().date()
    start = date.fromisoformat(properties["timePeriod"]["startDate"][:10])
    months = MONTHS[properties["timeGrain"].lower()]
    passed = ((today.year - start.year) * 12 + today.month - start.month) // months * months
    if passed < 0:
        return 0.0
    years, month = divmod(start.month - 1 + passed, 12)
    segments = budget["_scope"].strip("/").split("/")
    group, test = segments[3].lower() if len(segments) == 4 else "", compiled(properties.get("filter"))
    found = records(world, segments[1], first=date(start.year + years, month + 1, 1), last=today)
    micro = sum(
        record.micro for record in found if (not group or record.dimensions["resourcegroup"] == group) and test(record)
    )
    return micro / MICRO
