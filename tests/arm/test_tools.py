"""Checking, explaining and the command line."""

import json
from datetime import date

import pytest

from arm import ArmError, check, explain, parse_template
from arm.__main__ import main
from arm.corpus import measure
from tests.arm.building import SCHEMA, expanded, resource, template

BAD = {
    "parameters": {
        "unused": {"type": "string", "metadata": {"description": "d"}},
        "adminPassword": {"type": "string", "metadata": {"description": "d"}},
        "key": {"type": "securestring", "defaultValue": "letmein", "metadata": {"description": "d"}},
        "location": {"type": "string", "defaultValue": "westus", "allowedValues": ["westus"]},
    },
    "variables": {"forgotten": 1, "url": "[concat('https://', parameters('adminPassword'), '.blob.core.windows.net')]"},
    "resources": [
        resource(
            apiVersion="2015-01-01-preview",
            location="westus",
            dependsOn=[
                "[if(true(), 'a', 'b')]",
                "[concat('/subscriptions/x/providers/Microsoft.Sample/', variables('none'))]",
            ],
            properties={
                "adminUsername": "root",
                "x": "[nope(1)]",
                "y": "[concat('a']",
                "z": "[parameters('location')]",
            },
        ),
        resource("two", apiVersion="[variables('url')]", location="[resourceGroup().location]"),
    ],
    "outputs": {
        "keys": {"type": "object", "value": "[listKeys('one', '2024-01-01')]"},
        "pw": {"type": "string", "value": "[parameters('key')]"},
    },
}
RULES = {
    "expression-malformed",
    "unknown-function",
    "undefined-name",
    "unused-parameter",
    "unused-variable",
    "location-hard-coded",
    "location-default-hard-coded",
    "location-from-group",
    "secure-type-missing",
    "secure-default",
    "secret-in-output",
    "api-version-old",
    "api-version-preview",
    "api-version-computed",
    "id-by-concat",
    "dependency-conditional",
    "address-hard-coded",
    "description-missing",
    "allowed-location",
    "admin-name-fixed",
}


def test_each_rule_finds_its_fault_and_says_how_to_mend_it():
    findings = check(template(**BAD), as_of=date(2026, 7, 1))
    assert {finding.rule for finding in findings} == RULES
    assert all(finding.message and finding.mend and finding.position for finding in findings)
    assert [finding.severity for finding in findings] == sorted(
        (finding.severity for finding in findings), key=["error", "warning", "information"].index
    )


def test_a_clean_template_has_no_findings():
    clean = template(
        parameters={
            "location": {
                "type": "string",
                "defaultValue": "[resourceGroup().location]",
                "metadata": {"description": "Where."},
            },
            "adminPassword": {"type": "securestring", "metadata": {"description": "The password."}},
            "keyVaultSecretName": {"type": "string", "metadata": {"description": "Not a secret."}},
        },
        resources=[
            resource(
                location="[parameters('location')]",
                properties={"p": "[parameters('adminPassword')]", "n": "[parameters('keyVaultSecretName')]"},
            )
        ],
    )
    assert check(clean, as_of=date(2025, 1, 1)) == []


def test_a_secret_in_a_nested_template_of_outer_scope_is_found():
    inner = {"resources": [resource(properties={"p": "[parameters('pw')]"})]}
    nested = resource(
        "n", kind="Microsoft.Resources/deployments", properties={"mode": "Incremental", "template": inner}
    )
    findings = check(template(parameters={"pw": {"type": "securestring"}}, resources=[nested]))
    assert "nested-secret-outer" in {finding.rule for finding in findings}


def test_an_explanation_counts_loop_instances_and_tells_what_is_unknown():
    lines = explain(
        expanded(
            resources=[
                resource(
                    "[concat('vm', copyIndex())]",
                    copy={"name": "l", "count": 3},
                    location="westeurope",
                    sku={"name": "S1", "tier": "Standard", "capacity": 2},
                ),
                resource("two", properties={"deep": [{"host": "[reference('vm0').host]"}]}),
            ]
        )
    )
    first, second = lines
    assert (first.type, first.count, first.sku, first.location) == (
        "Microsoft.Sample/things",
        3,
        "S1 (Standard) × 2",
        "westeurope",
    )
    assert first.names == ("vm0", "vm1", "vm2")
    assert [(found.path, "vm0" in found.reason) for found in second.unknowns] == [("properties.deep[0].host", True)]


@pytest.fixture
def folder(tmp_path):
    good = {
        "$schema": SCHEMA,
        "contentVersion": "1.0.0.0",
        "parameters": {"name": {"type": "string"}},
        "resources": [resource("[parameters('name')]", location="[resourceGroup().location]")],
        "outputs": {"o": {"type": "string", "value": "[reference(parameters('name')).host]"}},
    }
    (tmp_path / "good.json").write_text(json.dumps(good))
    (tmp_path / "good.parameters.json").write_text(json.dumps({"parameters": {"name": {"value": "GEN-UNIQUE-8"}}}))
    (tmp_path / "bad.json").write_text(
        json.dumps({"$schema": SCHEMA, "resources": [{"type": "a.b/c", "apiVersion": "1"}]})
    )
    (tmp_path / "broken.json").write_text(f'{{"$schema": "{SCHEMA}", ')
    (tmp_path / "other.json").write_text("{}")
    return tmp_path


def test_the_command_expands_a_template(folder, capsys):
    arguments = [
        str(folder / "good.json"),
        "--parameters",
        str(folder / "good.parameters.json"),
        "--location",
        "japaneast",
    ]
    assert main(["expand", *arguments]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["resources"][0]["location"] == "japaneast"
    assert shown["outputs"]["o"]["value"].startswith("[reference('/subscriptions/")
    assert main(["explain", *arguments]) == 0
    assert "Microsoft.Sample/things  GEN-UNIQUE-8  japaneast" in capsys.readouterr().out


def test_the_command_tells_errors_with_their_place_and_its_exit_code(folder, capsys):
    assert main(["expand", str(folder / "good.json")]) == 1
    assert (
        "InvalidTemplate: Deployment template validation failed: 'The value for the template parameter 'name'"
        in capsys.readouterr().err
    )
    assert main(["expand", str(folder / "missing.json")]) == 2
    assert main(["check", str(folder / "good.json")]) == 0
    assert "[description-missing]" in capsys.readouterr().out


def test_a_corpus_is_measured_with_placeholders_filled_and_failures_by_cause(folder, capsys):
    tally = measure(folder)
    assert (tally.files, tally.parsed, tally.expanded) == (3, 2, 1)
    assert {(path, stage) for path, stage, _ in tally.failures} == {("bad.json", "expand"), ("broken.json", "parse")}
    assert main(["corpus", str(folder)]) == 0
    assert "expanded" in capsys.readouterr().out


def test_templates_may_have_comments_trailing_commas_and_a_byte_order_mark():
    text = (
        '\ufeff{ // a\n "$schema": "https://x/deploymentTemplate.json#", /* b\n */ "resources": [ ],'
        '"variables": {"a": "x // y",}, }'
    )
    found = parse_template(text.encode("utf-8"))
    assert found.document["variables"] == {"a": "x // y"}
    assert parse_template(text.encode("utf-16")).document == found.document
    assert (
        found.digest
        == parse_template(
            '{"variables":{"a":"x // y"},"resources":[],"$schema":"https://x/deploymentTemplate.json#"}'
        ).digest
    )


@pytest.mark.parametrize(
    "text",
    ["", "[]", "1", "{", '{"a": }', '{"$schema": "x", "resources": 5}', "nul", b"\xff\xfe\x00", '{"resources": NaN}'],
)
def test_what_is_no_template_is_refused(text):
    with pytest.raises(ArmError) as refusal:
        parse_template(text)
    assert refusal.value.code in {"InvalidTemplate", "InvalidRequestContent"}
