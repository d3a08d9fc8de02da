"""Parameter files are read, values are checked, defaults are computed, secrets are marked."""

import json

import pytest

from arm import (
    ArmError,
    Position,
    Secret,
    Unknown,
    VaultReference,
    evaluate_parameter_default,
    expand,
    parse_parameters,
    parse_template,
    validate_parameters,
)
from tests.arm.building import CONTEXT, SCHEMA, expanded, resource, template

DEFINITIONS = {
    "size": {"type": "string", "allowedValues": ["small", "large"]},
    "count": {"type": "int", "minValue": 1, "maxValue": 3, "defaultValue": 2},
    "name": {"type": "String", "minLength": 3, "maxLength": 5, "metadata": {"description": "The name."}},
    "list": {"type": "array", "minLength": 1, "defaultValue": [1]},
    "flag": {"type": "bool", "defaultValue": False},
    "key": {"type": "securestring", "defaultValue": "[newGuid()]"},
}


def test_definitions_tell_everything_a_form_needs():
    found = template(parameters=DEFINITIONS).parameters
    assert list(found) == ["size", "count", "name", "list", "flag", "key"]
    assert found["size"].allowed_values == ("small", "large")
    assert (found["count"].min_value, found["count"].max_value, found["count"].default) == (1, 3, 2)
    assert (found["name"].type, found["name"].min_length, found["name"].max_length) == ("string", 3, 5)
    assert found["name"].metadata == {"description": "The name."}
    assert (found["name"].required, found["count"].required) == (True, False)
    assert (found["key"].secure, found["key"].default_is_expression) == (True, True)


def test_all_problems_are_told_at_once():
    problems = validate_parameters(
        template(parameters=DEFINITIONS), {"size": "huge", "count": 9, "list": [], "flag": "yes", "other": 1}
    )
    assert {(problem.name, problem.code) for problem in problems} == {
        ("other", "UnknownName"),
        ("size", "NotAllowed"),
        ("count", "TooLarge"),
        ("name", "Missing"),
        ("list", "TooShort"),
        ("flag", "WrongType"),
    }


def test_good_values_have_no_problems_whatever_the_case_of_their_names():
    assert validate_parameters(template(parameters=DEFINITIONS), {"SIZE": "Small", "Name": "abcd"}) == []


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({}, "The value for the template parameter 'size' at line '1' and column '"),
        ({"size": "huge", "name": "abc"}, "The parameter value is not part of the allowed value(s): 'small,large'."),
        ({"size": "small", "name": "ab"}, "Length of the value should be greater than or equal to '3'."),
        ({"size": "small", "name": "abc", "count": 0}, "The value should be greater than or equal to '1'."),
        ({"size": "small", "name": 5}, "Expected a value of type 'String', but received a value of type 'Integer'."),
        (
            {"size": "small", "name": "abc", "More": 1},
            "The template parameters 'More' in the parameters file are not valid",
        ),
    ],
)
def test_a_refused_value_is_azures_error(values, text):
    with pytest.raises(ArmError) as refusal:
        expanded(parameters=DEFINITIONS, values=values)
    assert refusal.value.code == "InvalidTemplate"
    assert refusal.value.message.startswith("Deployment template validation failed: '")
    assert text in refusal.value.message


def test_positions_are_those_of_the_text():
    lines = ["{", f'  "$schema": "{SCHEMA}",', '  "resources": [],', '  "parameters": {', '    "osType": {']
    text = "\n".join([*lines, '      "type": "string"', "    }", "  }", "}"])
    with pytest.raises(ArmError) as refusal:
        expand(parse_template(text), parameters={}, context=CONTEXT)
    assert refusal.value.position == Position(line=5, column=15, path="parameters.osType")


@pytest.mark.parametrize(
    "content",
    [
        {
            "$schema": "x",
            "contentVersion": "1.0.0.0",
            "parameters": {"a": {"value": 1}, "b": {"reference": {"keyVault": {}}}},
        },
        {"a": {"value": 1}, "b": {"reference": {"keyVault": {}}}},
    ],
)
def test_parameter_files_are_read_wrapped_or_bare(content):
    found = parse_parameters(json.dumps(content))
    assert found == {"a": 1, "b": {"reference": {"keyVault": {}}}}
    assert isinstance(found["b"], VaultReference)


@pytest.mark.parametrize("text", ["[]", '{"a": 1}', "{", "", '{"parameters": {"a": {}}}'])
def test_a_malformed_parameter_file_is_azures_error(text):
    with pytest.raises(ArmError) as refusal:
        parse_parameters(text)
    assert refusal.value.code == "InvalidRequestContent"


def test_a_key_vault_reference_is_unknown_and_secret_until_the_deployment():
    expansion = expanded(
        parameters={"pw": {"type": "securestring"}},
        values={"pw": VaultReference(reference={"keyVault": {"id": "/vault"}, "secretName": "s"})},
        resources=[resource(properties={"p": "[concat('a', parameters('pw'))]"})],
    )
    value = expansion.resources[0].body["properties"]["p"]
    assert isinstance(value, Secret | Unknown)
    assert "parameters('pw')" in repr(expansion.resources[0].unknowns)


def test_a_default_is_computed_from_other_parameters_and_the_deployment():
    found = template(
        parameters={
            "a": {"type": "string", "defaultValue": "[concat(parameters('b'), '-', resourceGroup().name)]"},
            "b": {"type": "string", "defaultValue": "own"},
        }
    )
    assert evaluate_parameter_default(found, "A", parameters={}, context=CONTEXT) == "own-rg"
    assert evaluate_parameter_default(found, "a", parameters={"b": "given", "a": "old"}, context=CONTEXT) == "given-rg"
    with pytest.raises(ArmError):
        evaluate_parameter_default(found, "none", parameters={}, context=CONTEXT)


def test_null_takes_the_default_and_nullable_parameters_may_be_left_out():
    expansion = expanded(
        languageVersion="2.0",
        resources={},
        parameters={"a": {"type": "string", "defaultValue": "d"}, "b": {"type": "string", "nullable": True}},
        values={"a": None},
    )
    assert expansion.parameters == {"a": "d", "b": None}


TYPES = {
    "port": {"type": "int", "minValue": 1, "maxValue": 65535},
    "rule": {
        "type": "object",
        "properties": {
            "name": {"type": "string", "minLength": 2},
            "port": {"$ref": "#/definitions/port"},
            "note": {"type": "string", "nullable": True},
            "secret": {"type": "securestring", "nullable": True},
        },
        "additionalProperties": False,
    },
    "rules": {"type": "array", "items": {"$ref": "#/definitions/rule"}, "maxLength": 2},
    "animal": {
        "type": "object",
        "discriminator": {
            "propertyName": "kind",
            "mapping": {"cat": {"$ref": "#/definitions/cat"}, "dog": {"type": "object"}},
        },
    },
    "cat": {
        "type": "object",
        "properties": {"kind": {"type": "string", "allowedValues": ["cat"]}, "lives": {"type": "int"}},
    },
    "pair": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "int"}], "items": False},
}


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("rules", [{"name": "ab", "port": 80}], []),
        ("rules", [{"name": "ab", "port": 80, "note": None}], []),
        ("rules", [{"name": "a", "port": 0}], [("TooShort", "[0].name"), ("TooSmall", "[0].port")]),
        ("rules", [{"port": 80, "x": 1}], [("MissingProperty", "[0].name"), ("UnknownProperty", "[0].x")]),
        ("rules", [1], [("WrongType", "[0]")]),
        ("animal", {"kind": "cat", "lives": 9}, []),
        ("animal", {"kind": "cat"}, [("MissingProperty", "lives")]),
        ("animal", {"kind": "cow"}, [("NotAllowed", "")]),
        ("pair", ["a", 1], []),
        ("pair", ["a", "b"], [("WrongType", "[1]")]),
        ("pair", ["a", 1, 2], [("TooLong", "")]),
    ],
)
def test_values_are_checked_against_user_defined_types(kind, value, expected):
    found = template(languageVersion="2.0", definitions=TYPES, parameters={"p": {"$ref": f"#/definitions/{kind}"}})
    assert [(problem.code, problem.path) for problem in found.parameters["p"].problems(value)] == expected


def test_secure_parts_of_a_typed_object_are_secret():
    expansion = expanded(
        languageVersion="2.0",
        definitions=TYPES,
        resources={},
        parameters={"p": {"$ref": "#/definitions/rule"}},
        values={"p": {"name": "ab", "port": 1, "secret": "hunter2"}},
    )
    assert isinstance(expansion.parameters["p"]["secret"], Secret)
    assert "hunter2" not in repr(expansion.parameters)


@pytest.mark.parametrize("reference", ["#/definitions/none", "#/elsewhere/x", "x"])
def test_a_type_reference_to_nothing_is_refused(reference):
    with pytest.raises(ArmError, match="cannot be resolved"):
        template(languageVersion="2.0", parameters={"p": {"$ref": reference}})
