"""A wish before it is a request: what the form holds, with the digest approvals and previews are bound to."""

import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from accounts.models import User
from catalog.models import TemplateVersion
from environments import names
from environments.models import Environment
from projects.models import EnvironmentType, Project


@dataclass(frozen=True)
class RequestDraft:
    """Everything a person chose. `key` comes with the form (a hidden UUID) and makes submitting it idempotent.

    `secrets` (secure parameters) never leave this object except encrypted. `environment` is set when the draft
    changes an existing environment; then project, type, region and name are that environment's.
    """

    key: uuid.UUID
    requester: User
    project: Project
    environment_type: EnvironmentType
    version: TemplateVersion
    name: str
    region: str
    lifetime_days: int
    purpose: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, Any] = field(default_factory=dict, repr=False)
    environment: Environment | None = None

    @property
    def environment_id(self) -> uuid.UUID:
        """The id of the environment this draft is about, existing or to be."""
        if self.environment:
            return self.environment.pk
        return names.environment_id(requester_id=self.requester.pk, key=self.key)

    @property
    def resource_group(self) -> str:
        """The name of its resource group."""
        if self.environment:
            return self.environment.resource_group
        return names.resource_group_name(
            project_slug=self.project.slug, name=self.name, environment=self.environment_id
        )

    @property
    def content_digest(self) -> str:
        """What Azure is asked about: version, parameters, place. Lifetime and purpose do not change it."""
        return digest_of(
            {
                "version": self.version.digest,
                "environment": str(self.environment_id),
                "group": self.resource_group,
                "subscription": self.environment_type.subscription_id,
                "region": self.region,
                "parameters": dict(self.parameters),
                "secrets": {name: keyed_digest(value) for name, value in self.secrets.items()},
            }
        )


def digest_of(value: object) -> str:
    """SHA-256 of the canonical JSON: sorted keys, no blanks, UTF-8."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def keyed_digest(value: object) -> str:
    """A digest of a secret that only this installation can compute; it tells equal values from changed ones."""
    key = hashlib.sha256(b"genkan secret digest" + settings.SECRET_KEY.encode()).digest()
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
