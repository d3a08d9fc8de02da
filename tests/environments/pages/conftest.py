"""A project with a developer, a lead and an outsider, and the client of each."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from catalog.models import TemplateVersion
from environments.models import Preview, PreviewStatus
from projects.models import EnvironmentType, Project, ProjectRole
from tests.factories import EnvironmentTypeFactory, MembershipFactory, ProjectFactory, UserFactory, VersionFactory


def client_of(user: User) -> Client:
    """A browser in which the person is signed in."""
    client = Client()
    client.force_login(user, backend="accounts.backends.EntraBackend")
    return client


@dataclass
class Team:
    """Everybody and everything a page test needs."""

    project: Project
    environment_type: EnvironmentType
    version: TemplateVersion
    developer: User
    lead: User
    outsider: User
    admin: User

    def wish(self, **changes: Any) -> dict[str, Any]:
        """A form as a browser would send it; a value of None leaves the field out."""
        fields = {
            "key": str(uuid.uuid4()),
            "version": str(self.version.pk),
            "project": self.project.slug,
            "environment_type": self.environment_type.slug,
            "region": "eastus2",
            "lifetime_days": "7",
            "name": "chat-demo",
            "purpose": "to see it work",
            "p-capacity": "10",
            "p-tier": "basic",
            "p-addresses": "",
            "p-settings": "",
        }
        return {name: value for name, value in {**fields, **changes}.items() if value is not None}

    def as_developer(self) -> Client:
        """The developer's browser."""
        return client_of(self.developer)


@pytest.fixture
def team(db: None) -> Team:
    """One project with one type, one template and four people."""
    project = ProjectFactory.create()
    return Team(
        project=project,
        environment_type=EnvironmentTypeFactory.create(project=project),
        version=VersionFactory.create(),
        developer=MembershipFactory.create(project=project).user,
        lead=MembershipFactory.create(project=project, role=ProjectRole.LEAD).user,
        outsider=MembershipFactory.create().user,
        admin=UserFactory.create(is_platform_admin=True),
    )


@pytest.fixture
def azure_accepts() -> Callable[[], None]:
    """Azure's answer to every open preview, written as the worker writes it."""

    def answer() -> None:
        Preview.objects.update(status=PreviewStatus.ACCEPTED, what_if_digest="1" * 64)

    return answer
