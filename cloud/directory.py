"""People and groups of Entra ID, through Microsoft Graph."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from azure.core.rest import HttpRequest
from django.conf import settings

from cloud import clients
from cloud.answers import asks_azure, reads_azure, refusal
from cloud.errors import PermanentCloudError

# Graph mixes kinds in these lists; casting the path to one kind would need its eventually consistent query mode.
_PERSON_TYPE, _GROUP_TYPE = "#microsoft.graph.user", "#microsoft.graph.group"
_PERSON_FIELDS = "$select=id,displayName,mail,userPrincipalName"


@dataclass(frozen=True)
class Person:
    """A person as the directory knows them."""

    object_id: str
    name: str
    email: str


@reads_azure
def group_members(*, group_id: str) -> list[Person]:
    """The people in the group, also those in groups inside it; None when the group does not exist."""
    path = f"/v1.0/groups/{quote(group_id)}/transitiveMembers?{_PERSON_FIELDS}&$top=999"
    return [_person(item) for item in _pages(path) if item.get("@odata.type") == _PERSON_TYPE]


@reads_azure
def person(*, object_id: str) -> Person:
    """The person, or None."""
    path = f"/v1.0/users/{quote(object_id)}?{_PERSON_FIELDS}"
    return _person(_get(path))


@asks_azure
def member_groups(*, user_object_id: str) -> list[str]:
    """The object ids of every group the person is in, also through other groups."""
    path = f"/v1.0/users/{quote(user_object_id)}/transitiveMemberOf?$select=id&$top=999"
    return [str(item["id"]) for item in _pages(path) if item.get("@odata.type") == _GROUP_TYPE]


def _pages(path: str) -> Iterator[Mapping[str, Any]]:
    url: str = path
    while url:
        body = _get(url)
        yield from body.get("value") or ()
        url = str(body.get("@odata.nextLink") or "")


def _get(url: str) -> Mapping[str, Any]:
    asked = urlsplit(url)
    if asked.netloc and (asked.scheme, asked.netloc) != _graph_host():
        raise PermanentCloudError("The address does not lead to Microsoft Graph.", code="ForeignAddress")
    full = url if asked.netloc else f"{settings.AZURE_GRAPH}{url}"
    response = clients.graph().send_request(HttpRequest("GET", full))
    if response.status_code != 200:
        raise refusal(response.status_code, response.headers, _json(response))
    body: Mapping[str, Any] = response.json()
    return body


def _graph_host() -> tuple[str, str]:
    parts = urlsplit(settings.AZURE_GRAPH)
    return parts.scheme, parts.netloc


def _json(response: Any) -> object:
    try:
        return response.json()
    except ValueError:
        return None


def _person(item: Mapping[str, Any]) -> Person:
    return Person(
        object_id=str(item["id"]),
        name=str(item.get("displayName") or ""),
        email=str(item.get("mail") or item.get("userPrincipalName") or ""),
    )
