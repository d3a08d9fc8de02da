"""What every page needs: where this person can go from here, and what waits for them there."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from environments.models import EnvironmentRequest, Notice, Orphan

THEMES = ("light", "dark")
THEME_COOKIE = "genkan_theme"


@dataclass(frozen=True)
class Link:
    """One entry of the navigation; `count` is what waits behind it."""

    label: str
    url: str
    is_current: bool
    count: int = 0
    count_label: str = ""


@dataclass(frozen=True)
class Group:
    """Entries that belong together, under a label unless it is empty."""

    label: str
    links: tuple[Link, ...]


def navigation(request: HttpRequest) -> dict[str, Any]:
    """`navigation` asks the database only when a page draws it, so that fragments pay nothing."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return {"navigation": partial(_groups, request), "theme": theme if theme in THEMES else ""}


def _groups(request: HttpRequest) -> list[Group]:
    user = request.user
    if not isinstance(user, User):
        return []
    link = partial(_link, request)
    groups = [
        Group(label="", links=_everyday(user, link)),
        Group(label=_("Money"), links=(link(_("Costs"), "costs:overview"),)),
        Group(label=_("Operations"), links=_operations(user, link)),
    ]
    return [group for group in groups if group.links]


def _everyday(user: User, link: Callable[..., Link]) -> tuple[Link, ...]:
    waiting = EnvironmentRequest.objects.awaiting(user).count()
    unread = Notice.objects.filter(user=user).unread().count()
    return (
        link(pgettext("navigation", "Home"), "portal:home"),
        link(_("Catalog"), "catalog:list"),
        link(_("Environments"), "environments:list"),
        link(_("Approvals"), "environments:approvals", count=waiting, count_label=_("waiting for you")),
        link(_("Notices"), "environments:notices", count=unread, count_label=_("unread")),
        link(_("Projects"), "projects:list"),
    )


def _operations(user: User, link: Callable[..., Link]) -> tuple[Link, ...]:
    audit = link(_("Audit"), "audit:list")
    if not user.is_platform_admin:
        return (audit,)
    orphans = Orphan.objects.filter(resolved_at=None).count()
    return (
        link(_("Orphans"), "environments:orphans", count=orphans, count_label=_("to look at")),
        link(pgettext("navigation", "Health"), "environments:health"),
        audit,
    )


def _link(request: HttpRequest, label: str, name: str, *, count: int = 0, count_label: str = "") -> Link:
    url = reverse(name)
    is_current = request.path == url or (url != "/" and request.path.startswith(url))
    return Link(label=label, url=url, is_current=is_current, count=count, count_label=count_label)
