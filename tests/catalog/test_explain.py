"""What a template builds, told before anybody pays, and only as far as it is certain."""

import pytest

import arm
from catalog.blueprint import Texts, read_blueprint
from catalog.explain import default_resources, options, resources_built
from catalog.resource_labels import label_of
from tests.catalog.conftest import arm_text

STORAGE = {"type": "Microsoft.Storage/storageAccounts", "apiVersion": "2024-01-01", "sku": {"name": "Standard_LRS"}}


def built(**parts):
    blueprint, findings = read_blueprint(Texts(digest="unused", arm_text=arm_text(**parts)))
    assert blueprint is not None, findings
    return blueprint


def test_a_name_that_depends_on_the_environment_is_left_open():
    unsure = {**STORAGE, "name": "[uniqueString(resourceGroup().id)]", "location": "[resourceGroup().location]"}
    sure = {**STORAGE, "name": "fixed", "location": "global"}
    lines = resources_built(built(resources=[unsure, sure]))
    assert [(line.name, line.location, line.sku) for line in lines] == [
        ("", "", "Standard_LRS"),
        ("fixed", "global", "Standard_LRS"),
    ]


def test_a_loop_is_one_line_with_its_count():
    many = {**STORAGE, "name": "[concat(resourceGroup().name, copyIndex())]", "copy": {"name": "all", "count": 5}}
    assert [line.count for line in resources_built(built(resources=[many]))] == [5]


def test_values_and_region_are_taken_into_account():
    parts = {
        "parameters": {"more": {"type": "bool", "defaultValue": False}},
        "resources": [
            {**STORAGE, "name": "a", "condition": "[parameters('more')]", "location": "[resourceGroup().location]"}
        ],
    }
    assert resources_built(built(**parts)) == ()
    (line,) = resources_built(built(**parts), parameters={"more": True}, region="japaneast")
    assert line.location == "japaneast"
    (option,) = options(built(**parts))
    assert option.parameter.name == "more"


def test_parameters_without_a_default_get_a_value_within_their_limits():
    parameters = {
        "one": {"type": "string", "minLength": 12},
        "two": {"type": "string", "maxLength": 1},
        "three": {"type": "int", "minValue": 5},
        "four": {"type": "array", "minLength": 2},
        "five": {"type": "securestring", "minLength": 10},
        "six": {"type": "int", "maxValue": -3},
    }
    resource = {**STORAGE, "name": "[concat(parameters('one'), parameters('two'))]"}
    assert default_resources(built(parameters=parameters, resources=[resource])).problem == ""


def test_values_that_do_not_fit_are_an_error_of_the_language():
    with pytest.raises(arm.ArmError):
        resources_built(built(parameters={"a": {"type": "int", "maxValue": 1}}), parameters={"a": 2})


def test_a_type_nobody_listed_still_has_a_readable_name():
    assert label_of("Microsoft.New/niceThings").en == "Nice things"
