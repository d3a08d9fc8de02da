"""The local Azure of the test run answers the portal's own gateway."""

from cloud import groups
from portal.company import past, tenant


def test_the_portals_identity_may_list_what_is_in_its_subscriptions(azure):
    found = groups.list_groups(subscription_id=tenant.DEVELOP.id, tag_name="team", tag_value="network")
    assert [group.name for group in found] == [past.SHARED_GROUP]
