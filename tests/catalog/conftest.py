"""People and items of the catalog's tests."""

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from catalog.models import CatalogSource, SourceKind
from catalog.services import VersionFiles
from tests.factories import UserFactory

OVERLAY = """
genkan: 1
version: {version}
name: {{en: Small service, ja: 小さなサービス}}
summary: {{en: A small service.}}
category: web
icon: web
"""


def arm_text(**parts: Any) -> str:
    """A template for a resource group with these parts."""
    return json.dumps(
        {
            "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
            "contentVersion": "1.0.0.0",
            "resources": [],
            **parts,
        }
    )


def files(version: str = "1.0.0", **parts: Any) -> VersionFiles:
    """A catalog item's files."""
    return VersionFiles(arm_text=arm_text(**parts), overlay_text=OVERLAY.format(version=version))


@pytest.fixture
def admin(db: None) -> User:
    return UserFactory.create(is_catalog_admin=True)


@pytest.fixture
def developer(db: None) -> User:
    return UserFactory.create()


@pytest.fixture
def source(db: None) -> CatalogSource:
    return CatalogSource.objects.create(slug="test", name="Test", kind=SourceKind.BUILT_IN)


@pytest.fixture
def as_user():
    def login(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return login
