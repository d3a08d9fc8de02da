"""A portal for real people does not start incomplete or unsafe."""

import pytest
from django.core import checks

COMPLETE = {
    "IS_HTTPS": True,
    "AUDIT_KEY": "a key",
    "ENTRA_CLIENT_ID": "client",
    "ENTRA_CLIENT_SECRET": "secret",
    "ENTRA_TENANT_ID": "tenant",
    "AZURE_TENANT_ID": "tenant",
    "DATABASES": {"default": {"ENGINE": "django.db.backends.postgresql"}},
}


@pytest.fixture
def found(settings):
    def run(**changes):
        for name, value in {**COMPLETE, **changes}.items():
            setattr(settings, name, value)
        messages = checks.run_checks(tags=[checks.Tags.security], include_deployment_checks=True)
        return {message.id for message in messages if (message.id or "").startswith("genkan.")}

    return run


def test_a_complete_portal_has_nothing_to_mend(found):
    assert found() == set()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"AZURE_AUTHORITY": "http://localhost:1"}, "genkan.E001"),
        ({"AZURE_RESOURCE_MANAGER": "https://localhost:1/path"}, "genkan.E001"),
        ({"ENGINE_LEASE_SECONDS": 40}, "genkan.E002"),
        ({"AZURE_READ_SECONDS": 100}, "genkan.E002"),
        ({"ENTRA_CLIENT_SECRET": ""}, "genkan.E010"),
        ({"ENCRYPTION_KEYS": []}, "genkan.E010"),
        ({"ENCRYPTION_KEYS": ["dG9vIHNob3J0"]}, "genkan.E011"),
        ({"ENCRYPTION_KEYS": ["not base64 at all!"]}, "genkan.E011"),
        ({"IS_HTTPS": False}, "genkan.E012"),
        ({"DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3"}}}, "genkan.W014"),
        ({"AUDIT_KEY": ""}, "genkan.I015"),
    ],
)
def test_what_is_missing_or_unsafe_is_named(found, changes, problem):
    assert found(**changes) == {problem}


def test_a_released_guard_is_refused(found, monkeypatch):
    monkeypatch.setenv("GENKAN_WITHOUT_GUARDS", "lease")
    assert found() == {"genkan.E013"}
