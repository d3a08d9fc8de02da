"""The sign-in page: pick a person; works without JavaScript."""

import secrets
import time
from html import escape
from typing import Any
from urllib.parse import urlencode

from azure_emulator.directory import USER
from azure_emulator.http import Answer, Request
from azure_emulator.planes.entra import CODE, check_tenant
from azure_emulator.routing import route
from azure_emulator.world import World

Document = dict[str, Any]

PATH = "/{tenant}/oauth2/v2.0/authorize"
SESSION, COOKIE = "sign-in-session", "local-azure-session"
CODE_SECONDS = 600
FIELDS = (
    "client_id response_type redirect_uri response_mode scope state nonce "
    "code_challenge code_challenge_method prompt login_hint"
).split()
STYLE = (
    ":root{color-scheme:light dark}body{font:16px/1.6 system-ui,sans-serif;max-width:32rem;margin:3rem auto;"
    "padding:0 1rem}button{display:block;width:100%;text-align:left;font:inherit;padding:.7rem 1rem;margin:.4rem 0;"
    "border:1px solid #8888;border-radius:.5rem;background:transparent;color:inherit;cursor:pointer}"
    "button:hover,button:focus-visible{border-color:#06c;outline:2px solid #06c}small{display:block;opacity:.75}"
)


def _page(title: str, body: str, *, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head><body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )
    return Answer(status, text.encode(), headers or {}, content_type="text/html; charset=utf-8")


def _refused_page(number: int, message: str) -> Answer:
    return _page("Sign-in failed", f"<p>AADSTS{number}: {escape(message)}</p>", status=400)


def _hidden(values: dict[str, str]) -> str:
    return "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in values.items()
        if value
    )


def _problem(world: World, values: dict[str, str]) -> tuple[int, str] | None:
    """What is wrong with the request so that nothing may be sent to its redirect URI; None when nothing is."""
    application = world.directory.application(values["client_id"])
    if application is None:
        return 700016, f"Application with identifier '{values['client_id']}' was not found in the directory."
    if values["redirect_uri"] not in application["redirectUris"]:
        return (
            50011,
            f"The redirect URI '{values['redirect_uri']}' does not match those configured for the application.",
        )
    return None


def _error_to_return(values: dict[str, str]) -> tuple[str, str] | None:
    if values["response_type"] != "code":
        return "unsupported_response_type", "AADSTS700054: Only response_type 'code' is enabled for the application."
    if values["code_challenge"] and values["code_challenge_method"] != "S256":
        return "invalid_request", "AADSTS501491: Only the code_challenge_method 'S256' is accepted."
    if "openid" in values["scope"].split() and values["response_mode"] not in {"", "query", "form_post"}:
        return "invalid_request", "AADSTS70007: The response_mode is not supported."
    return None


@route("GET", PATH, public=True)
def authorize(request: Request) -> Answer:
    """Show who can sign in, or answer at once for ``prompt=none``."""
    world = request.world
    check_tenant(world, request.parameters["tenant"])
    values = {name: request.query.get(name, "") for name in FIELDS}
    problem = _problem(world, values)
    if problem is not None:
        return _refused_page(*problem)
    error = _error_to_return(values)
    if error is not None:
        return _return(values, {"error": error[0], "error_description": error[1]})
    if values["prompt"] == "none":
        user_id = _session_user(request)
        if user_id is None:
            refused = {"error": "login_required", "error_description": "AADSTS50058: No user is signed in."}
            return _return(values, refused)
        return _return(values, {"code": _new_code(world, values, user_id), "session_state": secrets.token_hex(8)})
    return _page("Sign in", _people(world, values))


def _people(world: World, values: dict[str, str]) -> str:
    tenant = world.store.get("emulator", "tenant") or {}
    hint = values["login_hint"].lower()
    users = [user for user in world.store.items(USER) if user["accountEnabled"] and not user.get("hidden")]
    users.sort(key=lambda user: (user["userPrincipalName"].lower() != hint, user["displayName"]))
    kept = _hidden(values)
    rows = "".join(_person(user, is_hinted=user["userPrincipalName"].lower() == hint) for user in users)
    name = escape(tenant.get("displayName", "the sample company"))
    return f'<p>Local Azure: pick who you are at {name}.</p><form method="post">{kept}{rows}</form>'


def _person(user: Document, *, is_hinted: bool) -> str:
    title = f" · {escape(user['jobTitle'])}" if user.get("jobTitle") else ""
    return (
        f'<button name="user" value="{escape(user["id"])}"{" autofocus" if is_hinted else ""}>'
        f"{escape(user['displayName'])}<small>{escape(user['userPrincipalName'])}{title}</small></button>"
    )


@route("POST", PATH, public=True)
def pick(request: Request) -> Answer:
    """Sign the picked person in and go back to the application with a code."""
    world, form = request.world, request.form()
    check_tenant(world, request.parameters["tenant"])
    values = {name: form.get(name, "") for name in FIELDS}
    problem = _problem(world, values)
    if problem is not None:
        return _refused_page(*problem)
    user = world.directory.user(form.get("user", ""))
    if user is None or not user["accountEnabled"]:
        refused = {"error": "access_denied", "error_description": "AADSTS50034: The user account does not exist."}
        return _return(values, refused)
    answer = _return(values, {"code": _new_code(world, values, user["id"]), "session_state": secrets.token_hex(8)})
    session = secrets.token_urlsafe(32)
    world.store.put(SESSION, session, {"user_id": user["id"]})
    answer.headers["Set-Cookie"] = f"{COOKIE}={session}; Path=/; Secure; HttpOnly; SameSite=None"
    return answer


def _session_user(request: Request) -> str | None:
    cookies = dict(part.strip().partition("=")[::2] for part in request.headers.get("cookie", "").split(";"))
    session = request.world.store.get(SESSION, cookies.get(COOKIE, ""))
    return str(session["user_id"]) if session else None


def _new_code(world: World, values: dict[str, str], user_id: str) -> str:
    code = "0." + secrets.token_urlsafe(48)
    document = {
        "client_id": values["client_id"],
        "redirect_uri": values["redirect_uri"],
        "scope": values["scope"],
        "nonce": values["nonce"] or None,
        "challenge": values["code_challenge"],
        "user_id": user_id,
        "expires": time.time() + CODE_SECONDS,
    }
    world.store.put(CODE, code, document)
    return code


def _return(values: dict[str, str], result: dict[str, str]) -> Answer:
    """Go back to the application the way it asked for."""
    result = {**result, **({"state": values["state"]} if values["state"] else {})}
    target = values["redirect_uri"]
    if values["response_mode"] == "form_post":
        form = (
            f'<form method="post" action="{escape(target)}">{_hidden(result)}<button autofocus>Continue</button></form>'
            "<script>document.forms[0].submit()</script>"
        )
        return _page("Signing in", form)
    joint = "&" if "?" in target else "?"
    return Answer(302, None, {"Location": f"{target}{joint}{urlencode(result)}"})


def _logout(request: Request) -> Answer:
    cookies = dict(part.strip().partition("=")[::2] for part in request.headers.get("cookie", "").split(";"))
    request.world.store.delete(SESSION, cookies.get(COOKIE, ""))
    target = request.query.get("post_logout_redirect_uri", "")
    hosts = {
        uri.split("/")[2]
        for application in request.world.store.items("application")
        for uri in application["redirectUris"]
        if uri.count("/") >= 2
    }
    headers = {"Set-Cookie": f"{COOKIE}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=None"}
    if target.isprintable() and target.count("/") >= 2 and target.split("/")[2] in hosts:
        return Answer(302, None, {**headers, "Location": target})
    return _page("Signed out", "<p>You signed out of your account.</p>", headers=headers)


for _method in ("GET", "POST"):
    route(_method, "/{tenant}/oauth2/v2.0/logout", public=True)(_logout)
