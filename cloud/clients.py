"""The SDK's clients: built once for each process and subscription, all on one pipeline and one connection pool."""

import logging
import os
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

import requests
from azure.core import PipelineClient
from azure.core.credentials import AccessTokenInfo, TokenCredential, TokenRequestOptions
from azure.core.exceptions import AzureError
from azure.core.pipeline import Pipeline, PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import (
    BearerTokenCredentialPolicy,
    ContentDecodePolicy,
    HTTPPolicy,
    RequestIdPolicy,
    SansIOHTTPPolicy,
    UserAgentPolicy,
)
from azure.core.pipeline.transport import RequestsTransport
from azure.identity import ClientSecretCredential, ManagedIdentityCredential
from azure.mgmt.authorization.v2022_04_01 import AuthorizationManagementClient
from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy
from azure.mgmt.costmanagement import CostManagementClient
from azure.mgmt.resource.deployments import DeploymentsMgmtClient
from azure.mgmt.resource.deploymentstacks import DeploymentStacksClient
from azure.mgmt.resource.resources import ResourceManagementClient
from django.conf import settings
from requests.adapters import HTTPAdapter

from cloud.budget import BudgetPolicy

log = logging.getLogger(__name__)
T = TypeVar("T")

# More threads than any worker runs, so that no connection is thrown away after use.
_POOL_SIZE = 64


@dataclass(frozen=True)
class Place:
    """Where Azure is and who we are there, as the settings say; part of every client's key."""

    process: int
    resource_manager: str
    scope: str
    authority: str
    tenant_id: str
    client_id: str
    client_secret: str
    graph: str
    graph_scope: str
    ca_bundle: str


def place() -> Place:
    """The place of now. The process id is in it because a connection pool does not survive a fork."""
    return Place(
        process=os.getpid(),
        resource_manager=settings.AZURE_RESOURCE_MANAGER,
        scope=settings.AZURE_RESOURCE_MANAGER_SCOPE,
        authority=settings.AZURE_AUTHORITY,
        tenant_id=settings.AZURE_TENANT_ID,
        client_id=settings.AZURE_CLIENT_ID,
        client_secret=settings.AZURE_CLIENT_SECRET,
        graph=settings.AZURE_GRAPH,
        graph_scope=settings.AZURE_GRAPH_SCOPE,
        ca_bundle=settings.AZURE_CA_BUNDLE,
    )


_built: dict[Hashable, Any] = {}
_building = threading.RLock()


def _once(key: Hashable, build: Callable[[], T]) -> T:
    """What was built under the key, building it the first time; one builder at a time."""
    try:
        return cast(T, _built[key])
    except KeyError:
        with _building:
            if key not in _built:
                _built[key] = build()
            return cast(T, _built[key])


def resources(subscription_id: str) -> ResourceManagementClient:
    """Resource groups, resources and tags."""
    return _client(ResourceManagementClient, subscription_id)


def deployments(subscription_id: str) -> DeploymentsMgmtClient:
    """Deployments, their operations, validation and what-if."""
    return _client(DeploymentsMgmtClient, subscription_id)


def stacks(subscription_id: str) -> DeploymentStacksClient:
    """Deployment stacks."""
    return _client(DeploymentStacksClient, subscription_id)


def authorization(subscription_id: str) -> AuthorizationManagementClient:
    """Role assignments."""
    return _client(AuthorizationManagementClient, subscription_id)


def _client(kind: Callable[..., T], subscription_id: str) -> T:
    where = place()
    return _once(
        (where, kind, subscription_id.lower()),
        lambda: kind(
            credential=credential(where),
            subscription_id=subscription_id,
            base_url=where.resource_manager,
            pipeline=_arm_pipeline(where),
        ),
    )


def cost_management() -> CostManagementClient:
    """Cost Management, which is not bound to a subscription."""
    where = place()
    return _once(
        (where, CostManagementClient),
        lambda: CostManagementClient(
            credential=credential(where), base_url=where.resource_manager, pipeline=_arm_pipeline(where)
        ),
    )


def graph() -> PipelineClient[Any, Any]:
    """Microsoft Graph, for which a plain pipeline is enough."""
    where = place()
    return _once((where, "graph"), lambda: PipelineClient(base_url=where.graph, pipeline=_graph_pipeline(where)))


def credential(where: Place) -> TokenCredential:
    """The portal's identity: a client secret when one is set, else the managed identity of the host."""
    return _once((where, "credential"), lambda: cast(TokenCredential, OneAtATime(_credential(where))))


def _credential(where: Place) -> ClientSecretCredential | ManagedIdentityCredential:
    options: dict[str, Any] = {
        "retry_total": 0,
        "connection_timeout": settings.AZURE_CONNECT_SECONDS,
        "read_timeout": settings.AZURE_READ_SECONDS,
        "connection_verify": where.ca_bundle or True,
    }
    if not where.client_secret:
        return ManagedIdentityCredential(client_id=where.client_id or None, **options)
    return ClientSecretCredential(
        where.tenant_id,
        where.client_id,
        where.client_secret,
        authority=where.authority,
        disable_instance_discovery=not settings.AZURE_IS_PUBLIC_AUTHORITY,
        **options,
    )


class OneAtATime:
    """Lets one thread fetch a token; the others then find it in the credential's cache."""

    def __init__(self, inner: ClientSecretCredential | ManagedIdentityCredential) -> None:
        self._inner = inner
        self._lock = threading.Lock()

    def get_token_info(self, *scopes: str, options: TokenRequestOptions | None = None) -> AccessTokenInfo:
        """The token of the wrapped credential."""
        with self._lock:
            return self._inner.get_token_info(*scopes, options=options)


def _arm_pipeline(where: Place) -> Pipeline[Any, Any]:
    """No retry, redirect or provider-registration policy: one call is one exchange, and waiting is the engine's."""
    return _once(
        (where, "arm pipeline"),
        lambda: Pipeline(
            _transport(where, where.resource_manager),
            [
                *_common_policies(),
                BudgetPolicy(),
                ARMChallengeAuthenticationPolicy(credential(where), where.scope),
                LogPolicy(),
            ],
        ),
    )


def _graph_pipeline(where: Place) -> Pipeline[Any, Any]:
    return Pipeline(
        _transport(where, where.graph),
        [*_common_policies(), BearerTokenCredentialPolicy(credential(where), where.graph_scope), LogPolicy()],
    )


def _common_policies() -> Iterator[SansIOHTTPPolicy[Any, Any]]:
    yield RequestIdPolicy()
    yield UserAgentPolicy(base_user_agent="genkan", use_env=False)
    yield ContentDecodePolicy()


def _transport(where: Place, base_url: str) -> RequestsTransport:
    """A pooled session. Proxies are read from the environment once, not at each call."""
    session = requests.Session()
    session.trust_env = False
    session.proxies = requests.utils.get_environ_proxies(base_url)
    session.mount("https://", HTTPAdapter(pool_connections=4, pool_maxsize=_POOL_SIZE))
    return RequestsTransport(
        session=session,
        session_owner=False,
        connection_timeout=settings.AZURE_CONNECT_SECONDS,
        read_timeout=settings.AZURE_READ_SECONDS,
        connection_verify=where.ca_bundle or True,
    )


class LogPolicy(HTTPPolicy[Any, Any]):
    """One DEBUG line for each exchange, without query, body or token."""

    def send(self, request: PipelineRequest[Any]) -> PipelineResponse[Any, Any]:
        """Pass on and write down how it went."""
        started = time.perf_counter()
        try:
            response = self.next.send(request)
        except AzureError as error:
            _log(request, started, outcome=type(error).__name__)
            raise
        headers = response.http_response.headers
        _log(
            request,
            started,
            outcome=response.http_response.status_code,
            correlation=headers.get("x-ms-correlation-request-id", ""),
        )
        return response


def _log(request: PipelineRequest[Any], started: float, **fields: object) -> None:
    if not log.isEnabledFor(logging.DEBUG):
        return
    asked = request.http_request
    log.debug(
        "azure exchange",
        extra={
            "method": asked.method,
            "path": urlsplit(asked.url).path,
            "client_request": asked.headers.get("x-ms-client-request-id", ""),
            "milliseconds": round((time.perf_counter() - started) * 1000),
            **fields,
        },
    )
