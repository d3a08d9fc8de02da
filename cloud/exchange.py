"""Raw exchanges through the SDK's pipeline, for calls that the typed clients do not offer."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from azure.core.polling import PollingMethod
from azure.core.rest import HttpRequest
from django.conf import settings

from cloud import clients, ids
from cloud.answers import refusal
from cloud.errors import PermanentCloudError


@dataclass(frozen=True)
class Answer:
    """Status, headers and JSON of one exchange."""

    status: int
    headers: Mapping[str, str]
    text: str

    def body(self, *, parse_float: Callable[[str], Any] = float) -> Any:
        """The JSON, or an empty dictionary when there is no body."""
        return json.loads(self.text, parse_float=parse_float) if self.text.strip() else {}


def send(
    method: str,
    path: str,
    *,
    api_version: str,
    query: Mapping[str, str] | None = None,
    body: object = None,
) -> Answer:
    """One exchange with ARM at the path of a resource; raises CloudError unless the answer is 2xx."""
    request = HttpRequest(method, path, params={"api-version": api_version, **(query or {})}, json=body)
    return accepted(_sent(request, subscription_id=ids.subscription_of(path)))


def follow(url: str, *, method: str = "GET", body: object = None) -> Answer:
    """One exchange with a URL that Azure gave us, whatever its status; refused unless it leads back to ARM over TLS."""
    asked, arm = urlsplit(url), urlsplit(settings.AZURE_RESOURCE_MANAGER)
    if (asked.scheme, asked.netloc.lower()) != ("https", arm.netloc.lower()):
        raise PermanentCloudError("The address does not lead to Azure Resource Manager.", code="ForeignAddress")
    return _sent(HttpRequest(method, url, json=body), subscription_id=ids.subscription_of(asked.path))


def accepted(answer: Answer) -> Answer:
    """The answer, when it is 2xx; otherwise raises what it means."""
    if 200 <= answer.status < 300:
        return answer
    raise refusal(answer.status, answer.headers, _json_or_none(answer.text))


def _sent(request: HttpRequest, *, subscription_id: str) -> Answer:
    response = clients.resources(subscription_id).send_request(request)
    return Answer(status=response.status_code, headers=response.headers, text=response.text())


def _json_or_none(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


class FirstAnswer(PollingMethod[Answer]):
    """Ends a long-running call with its first answer: nobody in this process waits for the rest."""

    def initialize(self, client: Any, initial_response: Any, deserialization_callback: Callable[[Any], Answer]) -> None:
        """Keep the answer."""
        response = initial_response.http_response
        self._answer = Answer(status=response.status_code, headers=response.headers, text=response.text())

    def run(self) -> None:
        """There is nothing to do."""

    def status(self) -> str:
        """Not known, and not asked for."""
        return "InProgress"

    def finished(self) -> bool:
        """True: the poller starts no thread."""
        return True

    def resource(self) -> Answer:
        """The first answer."""
        return self._answer
