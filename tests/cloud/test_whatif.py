"""Reading Azure's what-if answer."""

from cloud.whatif import Delta, changes_of


def test_property_changes_are_flattened_to_their_leaves():
    change = {
        "resourceId": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/a",
        "changeType": "Modify",
        "before": {"type": "Microsoft.Storage/storageAccounts"},
        "delta": [
            {"path": "sku.name", "propertyChangeType": "Modify", "before": "A", "after": "B"},
            {
                "path": "properties.rules",
                "propertyChangeType": "Array",
                "children": [
                    {
                        "path": "0",
                        "propertyChangeType": "Modify",
                        "children": [{"path": "port", "propertyChangeType": "Create", "before": None, "after": 443}],
                    }
                ],
            },
        ],
    }
    (found,) = changes_of({"changes": [change]})
    assert (found.action, found.type, found.name) == ("Modify", "Microsoft.Storage/storageAccounts", "a")
    assert found.deltas == (
        Delta("sku.name", "Modify", "A", "B"),
        Delta("properties.rules[0].port", "Create", None, 443),
    )


def test_a_resource_group_is_named_as_such():
    (found,) = changes_of({"changes": [{"resourceId": "/subscriptions/s/resourceGroups/rg", "changeType": "Create"}]})
    assert (found.type, found.name) == ("Microsoft.Resources/resourceGroups", "rg")


def test_child_types_are_read_from_the_id():
    resource_id = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Web/sites/a/config/appsettings"
    (found,) = changes_of({"changes": [{"resourceId": resource_id, "changeType": "Deploy"}]})
    assert found.type == "Microsoft.Web/sites/config"


def test_no_changes_is_no_error():
    assert changes_of({}) == ()
