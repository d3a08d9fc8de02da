"""Rows for tests: each factory makes one believable row with everything it needs."""

import json
import uuid
from datetime import timedelta
from typing import Any

from django.utils import timezone
from factory.declarations import LazyAttribute, LazyFunction, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from accounts.models import User, subject_of
from catalog.models import CatalogSource, SourceKind, Template, TemplateVersion, VersionStatus
from environments.models import (
    Environment,
    EnvironmentRequest,
    EnvironmentStatus,
    Grant,
    GrantReason,
    GrantStatus,
    Notice,
    Operation,
    OperationKind,
    Orphan,
    OrphanKind,
    Preview,
    PreviewStatus,
    Receipt,
    Step,
)
from environments.models.grant import assignment_id
from environments.names import resource_group_name, stack_name
from projects.models import EnvironmentType, Membership, Project, ProjectRole

TENANT = "11111111-2222-4333-8444-555555555555"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"

ARM_TEMPLATE: dict[str, Any] = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "parameters": {
        "location": {"type": "string", "defaultValue": "[resourceGroup().location]"},
        "capacity": {"type": "int", "defaultValue": 10, "minValue": 1, "maxValue": 50},
        "tier": {"type": "string", "defaultValue": "basic", "allowedValues": ["basic", "standard"]},
        "addresses": {"type": "array", "defaultValue": []},
        "settings": {"type": "object", "defaultValue": {}},
    },
    "resources": [],
    "outputs": {},
}
SECRET_PARAMETER = {"adminPassword": {"type": "securestring", "minLength": 8}}
OVERLAY = """genkan: 1
version: 1.0.0
name: {en: Test service, ja: テスト サービス}
summary: {en: A service for tests.}
regions: [eastus2, japaneast]
daily_cost: {amount: "100", currency: JPY}
"""


class UserFactory(DjangoModelFactory[User]):
    """A developer of the company."""

    class Meta:
        model = User

    tenant_id = TENANT
    object_id = LazyFunction(lambda: str(uuid.uuid4()))
    subject = LazyAttribute(lambda row: subject_of(row.tenant_id, row.object_id))
    display_name = Sequence(lambda number: f"Person {number}")
    email = LazyAttribute(lambda row: f"{row.display_name.lower().replace(' ', '.')}@example.com")
    is_developer = True


class ProjectFactory(DjangoModelFactory[Project]):
    """A project with an Entra group."""

    class Meta:
        model = Project

    slug = Sequence(lambda number: f"project-{number}")
    name = Sequence(lambda number: f"Project {number}")
    cost_centre = "CC-1"
    business_unit = "Product"
    group_object_id = LazyFunction(lambda: str(uuid.uuid4()))
    group_name = LazyAttribute(lambda row: f"Group {row.name}")


class MembershipFactory(DjangoModelFactory[Membership]):
    """A developer in a project."""

    class Meta:
        model = Membership

    project = SubFactory(ProjectFactory)
    user = SubFactory(UserFactory)
    role = ProjectRole.DEVELOPER


class EnvironmentTypeFactory(DjangoModelFactory[EnvironmentType]):
    """A type that is open and needs no approval."""

    class Meta:
        model = EnvironmentType

    project = SubFactory(ProjectFactory)
    slug = "develop"
    name = "Develop"
    subscription_id = LazyFunction(lambda: str(uuid.uuid4()))
    subscription_name = "Develop subscription"
    regions = LazyFunction(lambda: ["eastus2", "westeurope"])
    creator_roles = LazyFunction(lambda: ["Contributor"])
    member_roles = LazyFunction(lambda: ["Reader"])


class SourceFactory(DjangoModelFactory[CatalogSource]):
    """The built-in source."""

    class Meta:
        model = CatalogSource
        django_get_or_create = ("slug",)

    slug = "built-in"
    name = "Built in"
    kind = SourceKind.BUILT_IN


class TemplateFactory(DjangoModelFactory[Template]):
    """An item of the catalog."""

    class Meta:
        model = Template

    source = SubFactory(SourceFactory)
    slug = Sequence(lambda number: f"service-{number}")
    name = Sequence(lambda number: f"Service {number}")
    summary = "A service for tests."


class VersionFactory(DjangoModelFactory[TemplateVersion]):
    """A published version of a small template without resources."""

    class Meta:
        model = TemplateVersion

    class Params:
        parameters: dict[str, Any] = {}

    template = SubFactory(TemplateFactory)
    number = Sequence(lambda number: f"1.{number}.0")
    digest = LazyFunction(lambda: uuid.uuid4().hex * 2)
    status = VersionStatus.PUBLISHED
    published_at = LazyFunction(timezone.now)
    overlay_text = OVERLAY

    arm_text = LazyAttribute(lambda row: _arm_text(row.parameters))


def _arm_text(parameters: dict[str, Any]) -> str:
    """The template with the extra parameters that the test asked for."""
    return json.dumps({**ARM_TEMPLATE, "parameters": {**ARM_TEMPLATE["parameters"], **parameters}})


class EnvironmentFactory(DjangoModelFactory[Environment]):
    """A ready environment whose owner is a member of its project."""

    class Meta:
        model = Environment

    id = LazyFunction(uuid.uuid4)
    environment_type = SubFactory(EnvironmentTypeFactory)
    project = SelfAttribute("environment_type.project")
    version = SubFactory(VersionFactory)
    owner = LazyAttribute(lambda row: MembershipFactory.create(project=row.project).user)
    name = Sequence(lambda number: f"thing-{number}")
    region = "eastus2"
    subscription_id = SelfAttribute("environment_type.subscription_id")
    resource_group = LazyAttribute(
        lambda row: resource_group_name(project_slug=row.project.slug, name=row.name, environment=row.id)
    )
    stack_name = LazyAttribute(lambda row: stack_name(row.id))
    status = EnvironmentStatus.READY
    ends_at = LazyFunction(lambda: timezone.now() + timedelta(days=10))
    ready_at = LazyFunction(timezone.now)


class OperationFactory(DjangoModelFactory[Operation]):
    """An open build."""

    class Meta:
        model = Operation

    environment = SubFactory(EnvironmentFactory, status=EnvironmentStatus.BUILDING)
    kind = OperationKind.PROVISION
    generation = 1
    requested_by = SelfAttribute("environment.owner")
    deadline_at = LazyFunction(lambda: timezone.now() + timedelta(hours=4))
    run_at = LazyFunction(timezone.now)
    lease_until = LazyFunction(timezone.now)
    hinted_until = LazyFunction(timezone.now)


class StepFactory(DjangoModelFactory[Step]):
    """A step that is still to do."""

    class Meta:
        model = Step

    operation = SubFactory(OperationFactory)
    position = Sequence(lambda number: number)
    name = "deployment"


class PreviewFactory(DjangoModelFactory[Preview]):
    """Azure's acceptance of some content."""

    class Meta:
        model = Preview

    user = SubFactory(UserFactory)
    environment_type = SubFactory(EnvironmentTypeFactory)
    version = SubFactory(VersionFactory)
    content_digest = "0" * 64
    status = PreviewStatus.ACCEPTED
    changes = LazyFunction(list)
    what_if_digest = "1" * 64
    run_at = LazyFunction(timezone.now)
    lease_until = LazyFunction(timezone.now)
    hinted_until = LazyFunction(timezone.now)


class RequestFactory(DjangoModelFactory[EnvironmentRequest]):
    """A request that waits for a lead."""

    class Meta:
        model = EnvironmentRequest

    idempotency_key = LazyFunction(uuid.uuid4)
    environment_type = SubFactory(EnvironmentTypeFactory, approval="lead")
    project = SelfAttribute("environment_type.project")
    requester = LazyAttribute(lambda row: MembershipFactory.create(project=row.project).user)
    version = SubFactory(VersionFactory)
    name = Sequence(lambda number: f"wanted-{number}")
    region = "eastus2"
    lifetime_days = 7
    approval_rule = "lead"
    digest = "2" * 64


class GrantFactory(DjangoModelFactory[Grant]):
    """An active Reader role of the owner."""

    class Meta:
        model = Grant

    environment = SubFactory(EnvironmentFactory)
    scope = SelfAttribute("environment.group_id")
    user = SelfAttribute("environment.owner")
    principal_id = SelfAttribute("user.object_id")
    principal_type = "User"
    principal_name = SelfAttribute("user.display_name")
    role_id = READER
    role_name = "Reader"
    reason = GrantReason.OWNER
    status = GrantStatus.ACTIVE
    until = SelfAttribute("environment.ends_at")
    assignment = LazyAttribute(
        lambda row: assignment_id(scope=row.scope, principal_id=row.principal_id, role_id=row.role_id)
    )


class ReceiptFactory(DjangoModelFactory[Receipt]):
    """The proof that everything is gone."""

    class Meta:
        model = Receipt

    environment = SubFactory(EnvironmentFactory, status=EnvironmentStatus.DELETED)
    is_complete = True
    checks = LazyAttribute(
        lambda row: [{"what": "resource group", "target": row.environment.resource_group, "result": "gone"}]
    )


class NoticeFactory(DjangoModelFactory[Notice]):
    """An unread notice."""

    class Meta:
        model = Notice

    user = SubFactory(UserFactory)
    key = Sequence(lambda number: f"notice:{number}")
    subject = "Something happened"
    body = "This is what happened."
    mail_at = LazyFunction(timezone.now)
    mail_lease_until = LazyFunction(timezone.now)


class OrphanFactory(DjangoModelFactory[Orphan]):
    """A group in Azure that nobody here knows."""

    class Meta:
        model = Orphan

    kind = OrphanKind.ONLY_IN_AZURE
    subscription_id = LazyFunction(lambda: str(uuid.uuid4()))
    resource_group = Sequence(lambda number: f"rg-lost-{number}")
    region = "eastus2"
    last_seen_at = LazyFunction(timezone.now)
