"""The part of Microsoft Graph that tells people and groups."""

from collections.abc import Callable
from typing import Any

from azure_emulator.claims import GRAPH
from azure_emulator.directory import APPLICATION, GROUP, USER
from azure_emulator.errors import AzureError
from azure_emulator.graph_query import ordered_page, selected, shown_matching
from azure_emulator.http import Answer, Request
from azure_emulator.routing import Handler, route
from azure_emulator.world import World

Document = dict[str, Any]

USER_READERS = frozenset({"User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"})
GROUP_READERS = frozenset(
    {"GroupMember.Read.All", "Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
)
USER_FIELDS = (
    "businessPhones displayName givenName jobTitle mail mobilePhone officeLocation preferredLanguage surname "
    "userPrincipalName id"
).split()


def graph(method: str, path: str, *, permissions: frozenset[str]) -> Callable[[Handler], Handler]:
    """Register a Graph route that an application needs one of these permissions for; people may read."""

    def register(function: Handler) -> Handler:
        def guarded(request: Request) -> Answer:
            _check_permission(request, permissions)
            return function(request)

        return route(method, f"/v1.0/{path}", needs_api_version=False)(guarded)

    return register


def _check_permission(request: Request, permissions: frozenset[str]) -> None:
    principal = request.principal
    if principal.kind == "User":
        return
    application = request.world.directory.application(principal.app_id)
    if application is None or not permissions & set(application["graphPermissions"]):
        raise AzureError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


def _user_shown(document: Document) -> Document:
    fields = {name: document.get(name) for name in USER_FIELDS}
    extra = {name: document.get(name) for name in ("accountEnabled", "department", "companyName", "employeeId")}
    return {**fields, "businessPhones": document.get("businessPhones", []), **extra, "userType": "Member"}


def _group_shown(document: Document) -> Document:
    return {
        "id": document["id"],
        "displayName": document["displayName"],
        "description": document.get("description"),
        "mail": document.get("mail"),
        "mailEnabled": False,
        "mailNickname": document["displayName"].replace(" ", ""),
        "securityEnabled": True,
        "groupTypes": [],
    }


def _service_principal_shown(document: Document) -> Document:
    return {
        "id": document["objectId"],
        "appId": document["clientId"],
        "displayName": document["displayName"],
        "servicePrincipalType": "ManagedIdentity" if document.get("identityHeader") else "Application",
        "accountEnabled": True,
    }


def _object(world: World, object_id: str) -> Document | None:
    """Any directory object with its OData type."""
    user = world.store.get(USER, object_id)
    if user is not None:
        return {"@odata.type": "#microsoft.graph.user", **_user_shown(user)}
    group = world.store.get(GROUP, object_id)
    if group is not None:
        return {"@odata.type": "#microsoft.graph.group", **_group_shown(group)}
    application = world.directory.service_principal(object_id)
    if application is not None:
        return {"@odata.type": "#microsoft.graph.servicePrincipal", **_service_principal_shown(application)}
    return None


def _missing(identifier: str) -> AzureError:
    return AzureError(
        404,
        "Request_ResourceNotFound",
        f"Resource '{identifier}' does not exist or one of its queried reference-property objects are not present.",
    )


def _need_user(request: Request) -> Document:
    identifier = request.parameters["user"]
    user = request.world.directory.user(identifier)
    if user is None:
        raise _missing(identifier)
    return user


@graph("GET", "users", permissions=USER_READERS)
def list_users(request: Request) -> Answer:
    """Users, with ``$filter``, ``$search``, ``$select``, ``$top``."""
    users = [_user_shown(user) for user in request.world.store.items(USER)]
    return ordered_page(request, shown_matching(request, users), context="users")


@graph("GET", "users/{user}", permissions=USER_READERS)
def read_user(request: Request) -> Answer:
    """One user by object id or user principal name."""
    return Answer(200, selected(request, _user_shown(_need_user(request))))


@route("GET", "/v1.0/me", needs_api_version=False)
def me(request: Request) -> Answer:
    """The signed-in person."""
    user = request.world.directory.user(request.principal.object_id)
    if user is None:
        raise AzureError(400, "BadRequest", "/me request is only valid with delegated authentication flow.")
    return Answer(200, selected(request, _user_shown(user)))


@route("GET", "/oidc/userinfo", needs_api_version=False)
def user_info(request: Request) -> Answer:
    """What OpenID Connect tells about the signed-in person."""
    user = request.world.directory.user(request.principal.object_id)
    if user is None:
        raise AzureError(401, "InvalidAuthenticationToken", "The access token is not a person's.")
    shown = {"sub": user["id"], "name": user["displayName"], "email": user.get("mail")}
    return Answer(200, {**shown, "given_name": user.get("givenName"), "family_name": user.get("surname")})


def _above(world: World, object_id: str) -> list[Document]:
    groups = [world.directory.group(identifier) for identifier in sorted(world.directory.groups_of(object_id))]
    return [{"@odata.type": "#microsoft.graph.group", **_group_shown(group)} for group in groups if group]


@graph("GET", "users/{user}/transitiveMemberOf", permissions=GROUP_READERS)
def transitive_member_of(request: Request) -> Answer:
    """Every group of a user, nested ones included."""
    return ordered_page(request, _above(request.world, _need_user(request)["id"]), context="directoryObjects")


@graph("GET", "users/{user}/transitiveMemberOf/microsoft.graph.group", permissions=GROUP_READERS)
def transitive_groups(request: Request) -> Answer:
    """The same, narrowed to groups."""
    return transitive_member_of(request)


@graph("GET", "users/{user}/memberOf", permissions=GROUP_READERS)
def member_of(request: Request) -> Answer:
    """The groups a user is a direct member of."""
    wanted = _need_user(request)["id"].lower()
    groups = [
        {"@odata.type": "#microsoft.graph.group", **_group_shown(group)}
        for group in request.world.store.items(GROUP)
        if wanted in {member.lower() for member in group["members"]}
    ]
    return ordered_page(request, groups, context="directoryObjects")


def _member_ids(request: Request) -> Answer:
    user = _need_user(request)
    groups = sorted(request.world.directory.groups_of(user["id"]))
    return Answer(200, {"@odata.context": f"{GRAPH}/v1.0/$metadata#Collection(Edm.String)", "value": groups})


for _action in ("getMemberGroups", "getMemberObjects"):
    graph("POST", f"users/{{user}}/{_action}", permissions=GROUP_READERS)(_member_ids)


@graph("GET", "groups", permissions=GROUP_READERS)
def list_groups(request: Request) -> Answer:
    """Groups, with the usual query options."""
    groups = [_group_shown(group) for group in request.world.store.items(GROUP)]
    return ordered_page(request, shown_matching(request, groups), context="groups")


def _need_group(request: Request) -> Document:
    identifier = request.parameters["group"]
    group = request.world.directory.group(identifier)
    if group is None:
        raise _missing(identifier)
    return group


@graph("GET", "groups/{group}", permissions=GROUP_READERS)
def read_group(request: Request) -> Answer:
    """One group."""
    return Answer(200, selected(request, _group_shown(_need_group(request))))


@graph("GET", "groups/{group}/members", permissions=GROUP_READERS)
def list_members(request: Request) -> Answer:
    """The direct members of a group."""
    found = [_object(request.world, member) for member in _need_group(request)["members"]]
    return ordered_page(request, [item for item in found if item], context="directoryObjects")


@graph("GET", "groups/{group}/transitiveMembers", permissions=GROUP_READERS)
def list_transitive_members(request: Request) -> Answer:
    """Members of a group and of the groups in it."""
    world, wanted = request.world, _need_group(request)["id"].lower()
    ids = [item["id"] for kind in (USER, GROUP) for item in world.store.items(kind)]
    ids += [item["objectId"] for item in world.store.items(APPLICATION)]
    found = [_object(world, identifier) for identifier in ids if wanted in world.directory.groups_of(identifier)]
    return ordered_page(request, [item for item in found if item], context="directoryObjects")


def _change_members(request: Request, change: Callable[[list[str]], list[str]]) -> Answer:
    group = _need_group(request)
    request.world.store.put(GROUP, group["id"], {**group, "members": change(group["members"])})
    return Answer(204)


@graph(
    "POST", "groups/{group}/members/$ref", permissions=frozenset({"GroupMember.ReadWrite.All", "Group.ReadWrite.All"})
)
def add_member(request: Request) -> Answer:
    """Add a member."""
    member = str(request.json_object().get("@odata.id", "")).rsplit("/", 1)[-1]
    if _object(request.world, member) is None:
        raise _missing(member)
    if member.lower() in {one.lower() for one in _need_group(request)["members"]}:
        raise AzureError(400, "Request_BadRequest", "One or more added object references already exist.")
    return _change_members(request, lambda members: [*members, member])


@graph(
    "DELETE",
    "groups/{group}/members/{member}/$ref",
    permissions=frozenset({"GroupMember.ReadWrite.All", "Group.ReadWrite.All"}),
)
def remove_member(request: Request) -> Answer:
    """Remove a member."""
    gone = request.parameters["member"].lower()
    return _change_members(request, lambda members: [one for one in members if one.lower() != gone])


@graph("GET", "servicePrincipals", permissions=frozenset({"Application.Read.All", "Directory.Read.All"}))
def list_service_principals(request: Request) -> Answer:
    """Service principals."""
    found = [_service_principal_shown(item) for item in request.world.store.items(APPLICATION)]
    return ordered_page(request, shown_matching(request, found), context="servicePrincipals")


@graph("POST", "directoryObjects/getByIds", permissions=USER_READERS | GROUP_READERS)
def get_by_ids(request: Request) -> Answer:
    """Directory objects by their ids; unknown ids are left out."""
    ids = request.json_object().get("ids") or []
    found = [_object(request.world, str(identifier)) for identifier in ids]
    return Answer(200, {"value": [item for item in found if item]})
