"""The managed identity endpoint, in App Service's form."""

import hmac
import time

from azure_emulator import claims
from azure_emulator.directory import APPLICATION
from azure_emulator.http import Answer, Request
from azure_emulator.planes.entra import LIFETIME_SECONDS
from azure_emulator.routing import route


@route("GET", "/msi/token", public=True)
def managed_identity_token(request: Request) -> Answer:
    """A token for the application whose ``identityHeader`` the caller knows."""
    given = request.headers.get("x-identity-header", "")
    wanted = request.query.get("client_id", "").lower()
    for application in request.world.store.items(APPLICATION):
        secret = application.get("identityHeader", "")
        if not secret or not hmac.compare_digest(secret.encode(), given.encode()):
            continue
        if wanted and application["clientId"].lower() != wanted:
            continue
        resource = request.query.get("resource", "").rstrip("/")
        return Answer(
            200,
            {
                "access_token": claims.application_access_token(
                    request.world, application, scope=f"{resource}/.default"
                ),
                "client_id": application["clientId"],
                "expires_on": str(int(time.time()) + LIFETIME_SECONDS),
                "not_before": str(int(time.time())),
                "resource": resource,
                "token_type": "Bearer",
            },
        )
    return Answer(400, {"statusCode": 400, "message": "No managed identity found for the given header or client id."})
