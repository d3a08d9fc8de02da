"""Signing in on another device: the code a command line shows and the page where a person enters it."""

import secrets
import time
from html import escape
from typing import Any

from azure_emulator.directory import USER
from azure_emulator.http import Answer, Request
from azure_emulator.planes.entra import TokenError, add_grant, authenticate, check_tenant, issue
from azure_emulator.routing import route
from azure_emulator.world import World

Document = dict[str, Any]

KIND = "device-code"
CODE_SECONDS, INTERVAL_SECONDS = 900, 5
ALPHABET = "BCDFGHJKLMNPQRSTVWXZ23456789"
PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Enter code</title>'
    "<main><h1>Enter code</h1>{}</main></html>"
)


@route("POST", "/{tenant}/oauth2/v2.0/devicecode", public=True)
def start(request: Request) -> Answer:
    """Hand out a pair of codes: one for the device, one for the person."""
    check_tenant(request.world, request.parameters["tenant"])
    form = request.form()
    application = authenticate(request, form)
    code, shown = secrets.token_urlsafe(48), "".join(secrets.choice(ALPHABET) for _ in range(9))
    document = {
        "client_id": application["clientId"],
        "scope": form.get("scope", ""),
        "shown": shown,
        "user_id": None,
        "expires": time.time() + CODE_SECONDS,
    }
    request.world.store.put(KIND, code, {**document, "code": code})
    address = f"{request.base_url}/{request.world.tenant}/deviceauth"
    return Answer(
        200,
        {
            "user_code": shown,
            "device_code": code,
            "verification_uri": address,
            "expires_in": CODE_SECONDS,
            "interval": INTERVAL_SECONDS,
            "message": f"To sign in, use a web browser to open the page {address} and enter the code {shown}.",
        },
    )


@route("GET", "/{tenant}/deviceauth", public=True)
def show(request: Request) -> Answer:
    """The page where the code is entered and a person picked."""
    people = "".join(
        f'<option value="{escape(user["id"])}">{escape(user["displayName"])}</option>'
        for user in request.world.store.items(USER)
        if user["accountEnabled"]
    )
    form = (
        '<form method="post"><p><label>Code <input name="code" required autofocus></label></p>'
        f'<p><label>Person <select name="user">{people}</select></label></p><button>Sign in</button></form>'
    )
    return Answer(200, PAGE.format(form).encode(), content_type="text/html; charset=utf-8")


@route("POST", "/{tenant}/deviceauth", public=True)
def confirm(request: Request) -> Answer:
    """Bind the code to the picked person."""
    form, store = request.form(), request.world.store
    wanted = form.get("code", "").strip().upper()
    user = request.world.directory.user(form.get("user", ""))
    for document in store.items(KIND):
        if user is not None and document["shown"] == wanted and document["expires"] > time.time():
            store.put(KIND, document["code"], {**document, "user_id": user["id"]})
            text = "<p>You have signed in on your device. You may close this window.</p>"
            return Answer(200, PAGE.format(text).encode(), content_type="text/html; charset=utf-8")
    text = "<p>That code did not work. Check it and try again.</p>"
    return Answer(400, PAGE.format(text).encode(), content_type="text/html; charset=utf-8")


def _exchange(world: World, application: Document, form: dict[str, str]) -> Document:
    document = world.store.get(KIND, form.get("device_code", ""))
    if document is None or document["client_id"].lower() != application["clientId"].lower():
        raise TokenError("bad_verification_code", 70018, "The device code is unknown.")
    if document["expires"] < time.time():
        raise TokenError("expired_token", 70020, "The device code has expired.")
    if document["user_id"] is None:
        raise TokenError("authorization_pending", 70016, "The person has not entered the code yet.")
    world.store.delete(KIND, document["code"])
    return issue(world, application, user_id=document["user_id"], scope=document["scope"], nonce=None)


add_grant("urn:ietf:params:oauth:grant-type:device_code", _exchange)
