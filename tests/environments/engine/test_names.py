"""Names in Azure follow from ids."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from environments import names


@pytest.mark.parametrize("name", ["abc", "my-sandbox", "a1b", "x" * 30])
def test_ordinary_names_are_valid(name: str) -> None:
    assert names.is_valid_name(name)


@pytest.mark.parametrize(
    "name",
    ["", "ab", "1abc", "-abc", "abc-", "a--b", "ABC", "a b", "a_b", "../etc", "a/b", "a\n", "x" * 31, "日本語", "abc."],
)
def test_names_that_azure_or_a_path_would_trip_over_are_refused(name: str) -> None:
    assert not names.is_valid_name(name)


@pytest.mark.parametrize(
    ("name", "word"),
    [("my-microsoft-app", "microsoft"), ("windows1", "windows"), ("login-page", "login"), ("an-azure", "azure")],
)
def test_words_that_azure_reserves_are_named(name: str, word: str) -> None:
    assert names.reserved_word(name) == word


@given(st.from_regex(names.NAME_PATTERN, fullmatch=True), st.uuids())
def test_group_names_stay_within_azure_s_limits(name: str, environment: uuid.UUID) -> None:
    group = names.resource_group_name(project_slug="p" * 20, name=name, environment=environment)

    assert len(group) <= 90
    assert group.endswith(environment.hex[:8])


def test_two_people_with_the_same_form_key_get_different_environments() -> None:
    key = uuid.uuid4()

    assert names.environment_id(requester_id=1, key=key) != names.environment_id(requester_id=2, key=key)
    assert names.environment_id(requester_id=1, key=key) == names.environment_id(requester_id=1, key=key)
