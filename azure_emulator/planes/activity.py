"""The activity log of a subscription: its writes, deletes and actions, from the request log."""

import re
from datetime import datetime
from typing import Any

from azure_emulator.errors import AzureError
from azure_emulator.http import Answer, Request
from azure_emulator.identifiers import parse_resource_id
from azure_emulator.paging import page
from azure_emulator.routing import route

Document = dict[str, Any]

VERBS = {"PUT": "write", "PATCH": "write", "POST": "action", "DELETE": "delete"}
FROM = re.compile(r"eventTimestamp\s+ge\s+'(?P<at>[^']+)'", re.IGNORECASE)
UNTIL = re.compile(r"eventTimestamp\s+le\s+'(?P<at>[^']+)'", re.IGNORECASE)
GROUP = re.compile(r"resourceGroupName\s+eq\s+'(?P<name>[^']+)'", re.IGNORECASE)
CORRELATION = re.compile(r"correlationId\s+eq\s+'(?P<id>[^']+)'", re.IGNORECASE)


def _operation(path: str, method: str) -> str:
    """The operation's name: the type that the path ends in, and what was done to it."""
    target, action = path, VERBS[method]
    if method == "POST":
        target, _, name = path.rpartition("/")
        action = f"{name}/action"
    parsed = parse_resource_id(target)
    if parsed is not None:
        return f"{parsed.type}/{action}"
    is_group = "/resourcegroups/" in target.lower()
    return f"Microsoft.Resources/subscriptions/{'resourceGroups/' if is_group else ''}{action}"


def _event(entry: Document, subscription: str) -> Document:
    segments = entry["path"].strip("/").split("/")
    group = segments[3] if len(segments) > 3 and segments[2].lower() == "resourcegroups" else ""
    status = "Succeeded" if entry["status"] < 400 else "Failed"
    operation = _operation(entry["path"], entry["method"])
    return {
        "id": f"{entry['path']}/events/{entry['number']}",
        "eventDataId": entry["correlation_id"],
        "correlationId": entry["correlation_id"],
        "caller": entry["principal"],
        "eventTimestamp": entry["at"],
        "level": "Informational" if status == "Succeeded" else "Error",
        "operationName": {"value": operation, "localizedValue": operation},
        "resourceGroupName": group,
        "resourceId": entry["path"],
        "status": {"value": status, "localizedValue": status},
        "subStatus": {"value": str(entry["status"]), "localizedValue": str(entry["status"])},
        "subscriptionId": subscription,
        "tenantId": "",
    }


@route(
    "GET",
    "/subscriptions/{subscription}/providers/Microsoft.Insights/eventtypes/management/values",
    action="Microsoft.Insights/eventtypes/values/read",
    trim=5,
)
def activity_log(request: Request) -> Answer:
    """Events of a time span, newest first, narrowed by group or correlation id."""
    subscription, condition = request.parameters["subscription"], request.query.get("$filter", "")
    start = FROM.search(condition)
    if start is None:
        raise AzureError(400, "BadRequest", "The $filter must contain 'eventTimestamp ge <time>'.")
    end, group, correlation = UNTIL.search(condition), GROUP.search(condition), CORRELATION.search(condition)
    entries = request.world.log.entries(path=f"^/subscriptions/{re.escape(subscription)}/", limit=200_000)
    events = [_event(entry, subscription) for entry in entries if entry["method"] in VERBS]
    chosen = [
        event
        for event in events
        if _time(start["at"]) <= _time(event["eventTimestamp"])
        and (end is None or _time(event["eventTimestamp"]) <= _time(end["at"]))
        and (group is None or event["resourceGroupName"].lower() == group["name"].lower())
        and (correlation is None or event["correlationId"] == correlation["id"])
    ]
    return page(request, chosen[::-1], size=200)


def _time(text: str) -> datetime:
    text = text.replace("Z", "+00:00")
    match = re.fullmatch(r"(.*\.\d{6})\d*(\+.*)?", text)
    try:
        moment = datetime.fromisoformat(match[1] + (match[2] or "+00:00") if match else text)
    except ValueError as error:
        raise AzureError(400, "BadRequest", f"The time '{text}' is not valid.") from error
    return moment if moment.tzinfo else moment.astimezone()
