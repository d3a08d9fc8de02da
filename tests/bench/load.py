"""The load: many environments over several subscriptions, each a group with one resource that takes Azure a minute."""

import json
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from catalog.models import CatalogSource, SourceKind, Template, TemplateVersion, VersionStatus
from environments import granting, names
from environments.models import Environment, OperationKind
from environments.starting import start_operation
from portal.company import tenant
from projects.models import EnvironmentType, Project

# What Azure needs for the one resource of the template (azure_emulator, at speed 1).
AZURE_SECONDS = 60
TEMPLATE: dict[str, Any] = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "resources": [
        {
            "type": "Microsoft.SignalRService/signalR",
            "apiVersion": "2023-02-01",
            "name": "[format('bench-{0}', uniqueString(resourceGroup().id))]",
            "location": "[resourceGroup().location]",
            "sku": {"name": "Standard_S1", "capacity": 1},
        }
    ],
}


@dataclass(frozen=True)
class Load:
    """What a bench run asks for."""

    environments: int
    subscriptions: int

    @property
    def subscription_ids(self) -> list[str]:
        """The subscriptions the load is spread over."""
        return [str(uuid.uuid5(uuid.NAMESPACE_DNS, f"bench-{number}")) for number in range(self.subscriptions)]


def seed(load: Load, document: dict[str, Any]) -> dict[str, Any]:
    """The sample company's seed with the bench's subscriptions, the portal's role on each."""
    role = next(entry for entry in document["roleAssignments"] if entry["principalId"] == tenant.PORTAL_OBJECT_ID)
    for number, subscription in enumerate(load.subscription_ids):
        document["subscriptions"].append({"id": subscription, "displayName": f"Bench {number}"})
        document["roleAssignments"].append({**role, "scope": f"/subscriptions/{subscription}"})
        for definition in document["roleDefinitions"]:
            definition["assignableScopes"].append(f"/subscriptions/{subscription}")
    for definition in document["roleDefinitions"]:
        definition["actions"] = [*definition["actions"], "Microsoft.SignalRService/*"]
    return document


def version(template: dict[str, Any]) -> TemplateVersion:
    """A published version of the bench's template."""
    source = CatalogSource.objects.get_or_create(slug="bench", defaults={"name": "Bench", "kind": SourceKind.BUILT_IN})[
        0
    ]
    item = Template.objects.get_or_create(
        slug="bench", defaults={"name": "Bench", "summary": "Bench", "source": source}
    )[0]
    return TemplateVersion.objects.create(
        template=item,
        number="1.0.0",
        digest=uuid.uuid4().hex * 2,
        status=VersionStatus.PUBLISHED,
        arm_text=json.dumps(template),
    )


def place(load: Load) -> list[Environment]:
    """Write every environment with its operation, as the commands would, due now."""
    owner = User.objects.get(object_id=tenant.person("sato.yui").object_id)
    project = Project.objects.get(slug="apollo")
    kinds = [
        EnvironmentType.objects.create(
            project=project,
            slug=f"bench-{number}",
            name=f"Bench {number}",
            subscription_id=subscription,
            subscription_name=f"Bench {number}",
            regions=["japaneast"],
            creator_roles=["Contributor"],
            member_roles=["Reader"],
            quota=100_000,
        )
        for number, subscription in enumerate(load.subscription_ids)
    ]
    offered = version(TEMPLATE)
    return [_place(kinds[number % len(kinds)], offered, owner, number) for number in range(load.environments)]


@transaction.atomic
def _place(kind: EnvironmentType, offered: TemplateVersion, owner: User, number: int) -> Environment:
    pk = uuid.uuid4()
    environment = Environment.objects.create(
        id=pk,
        project=kind.project,
        environment_type=kind,
        version=offered,
        owner=owner,
        name=f"bench-{number}",
        region="japaneast",
        subscription_id=kind.subscription_id,
        resource_group=names.resource_group_name(project_slug="apollo", name=f"bench-{number}", environment=pk),
        stack_name=names.stack_name(pk),
        ends_at=timezone.now() + timedelta(days=7),
    )
    granting.plan_grants(environment)
    start_operation(environment, kind=OperationKind.PROVISION, actor=owner)
    return environment
