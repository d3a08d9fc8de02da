"""People and groups, read from the local Azure's Graph."""

import uuid

import pytest

from azure_emulator import launcher
from cloud import directory
from portal.company import tenant

pytestmark = pytest.mark.emulator
APOLLO = next(team for team in tenant.TEAMS if team.slug == "apollo")


def test_the_people_of_a_group_are_listed(azure: launcher.Emulator):
    people = directory.group_members(group_id=APOLLO.group_id)
    assert people is not None
    assert {person.object_id for person in people} == {tenant.person(key).object_id for key in APOLLO.members}
    assert all(person.name and "@" in person.email for person in people)


def test_people_of_a_group_inside_the_group_count(azure: launcher.Emulator):
    outer, inner = str(uuid.uuid4()), APOLLO.group_id
    azure.control.seed({"groups": [{"id": outer, "displayName": "All", "members": [inner]}]})
    people = directory.group_members(group_id=outer)
    assert people is not None
    assert len(people) == len(APOLLO.members)


def test_a_group_and_a_person_that_are_not_there_read_as_none(azure: launcher.Emulator):
    assert directory.group_members(group_id=str(uuid.uuid4())) is None
    assert directory.person(object_id=str(uuid.uuid4())) is None


def test_a_person_has_a_name_and_an_address(azure: launcher.Emulator):
    yui = tenant.person("sato.yui")
    found = directory.person(object_id=yui.object_id)
    assert found is not None
    assert (found.name, found.email) == (yui.name, yui.email)


def test_a_persons_groups_are_listed(azure: launcher.Emulator):
    assert APOLLO.group_id in directory.member_groups(user_object_id=tenant.person("sato.yui").object_id)


def test_every_page_of_a_long_group_is_read(azure: launcher.Emulator):
    users = [
        {"id": str(uuid.uuid4()), "displayName": f"Person {number}", "userPrincipalName": f"p{number}@example.org"}
        for number in range(1200)
    ]
    group_id = str(uuid.uuid4())
    group = {"id": group_id, "displayName": "Everybody", "members": [user["id"] for user in users]}
    azure.control.seed({"users": users, "groups": [group]})
    people = directory.group_members(group_id=group_id)
    assert people is not None
    assert len(people) == 1200
