"""Secure values open only where they belong."""

import json
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import secrets
from common.errors import DomainError
from environments import parameters
from environments.models import SecretParameter
from environments.services.environments import env_file
from tests.factories import OVERLAY, EnvironmentFactory, VersionFactory

ACCOUNT = {"type": "string", "value": "an id"}
KEY_OF_ACCOUNT = """env:
  KEY:
    list:
      resource: account
      api_version: "2025-06-01"
      action: listKeys
      path: key1
"""


@given(st.text() | st.dictionaries(st.text(), st.integers()))
def test_a_value_comes_back_as_it_was(value: object) -> None:
    assert secrets.decrypt(secrets.encrypt(value, bound_to="a|b"), bound_to="a|b") == value


def test_a_value_moved_to_another_holder_does_not_open() -> None:
    sealed = secrets.encrypt("s3cret", bound_to="holder-1|password")

    with pytest.raises(secrets.SecretUnreadable):
        secrets.decrypt(sealed, bound_to="holder-2|password")


@pytest.mark.django_db
def test_what_is_stored_does_not_show_the_value() -> None:
    holder = uuid.uuid4()
    parameters.keep({"password": "canary-5f1c"}, holder_id=holder)

    stored = bytes(SecretParameter.objects.get(holder_id=holder).ciphertext)

    assert b"canary-5f1c" not in stored
    assert parameters.reveal(holder) == {"password": "canary-5f1c"}


@pytest.mark.django_db
def test_forgetting_leaves_no_row() -> None:
    holder = uuid.uuid4()
    parameters.keep({"password": "x"}, holder_id=holder)

    parameters.forget(holder)

    assert not SecretParameter.objects.filter(holder_id=holder).exists()


def test_a_value_is_masked_however_deep_it_lies() -> None:
    said = {"a": ["x hunter22 y", {"hunter22": 1}], "short": "ab", "whole": "a", "number": 7}

    masked = parameters.mask(said, hidden={"hunter22", "a"})

    assert masked == {"***": ["x *** y", {"***": 1}], "short": "ab", "whole": "***", "number": 7}


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["../other/providers/a/b/c", "%2e%2e/other/x", "providers/a/b/c?x=1", "a//b", "a#b"])
def test_keys_of_an_id_that_leads_out_of_the_group_are_not_asked_for(path: str) -> None:
    version = VersionFactory.create(overlay_text=OVERLAY + KEY_OF_ACCOUNT)
    version.arm_text = json.dumps({**json.loads(version.arm_text), "outputs": {"account": ACCOUNT}})
    version.save()
    environment = EnvironmentFactory.create(version=version)
    environment.outputs = {"account": f"{environment.group_id}/{path}"}

    with pytest.raises(DomainError, match="outside the environment"):
        env_file(actor=environment.owner, environment=environment)
