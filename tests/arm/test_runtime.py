"""Values only the deployment knows flow through expressions and are filled in at run time."""

import pytest

from arm import ArmError, Unknown
from tests.arm.building import GROUP, Runtime, expanded, resource, template

ONE = f"{GROUP}/providers/Microsoft.Sample/things/one"
KNOWN = f"reference('{ONE}', '2024-01-01')"
STATE = {ONE: {"properties": {"host": "h", "ports": [80, 443]}, "location": "westeurope", "apiVersion": "2024-01-01"}}


def unknown_of(expression, **sections):
    expansion = expanded(
        resources=[resource("one")], outputs={"it": {"type": "any", "value": f"[{expression}]"}}, **sections
    )
    return expansion, expansion.outputs["it"].value


@pytest.mark.parametrize(
    ("expression", "folded", "value"),
    [
        ("reference('one').host", f"reference('{ONE}', '2024-01-01').host", "h"),
        (
            "concat('a', toLower('B'), reference('one').host)",
            f"concat('a', 'b', reference('{ONE}', '2024-01-01').host)",
            "abh",
        ),
        ("reference('one')[concat('ho','st')]", f"reference('{ONE}', '2024-01-01').host", "h"),
        ("reference('one').ports[add(0,1)]", f"reference('{ONE}', '2024-01-01').ports[1]", 443),
        (
            "reference('one', '2020-01-01', 'Full').location",
            f"reference('{ONE}', '2020-01-01', 'Full').location",
            "westeurope",
        ),
        ("if(empty(reference('one').ports), 'none', 'some')", "if(empty(" + KNOWN + ".ports), 'none', 'some')", "some"),
        ("coalesce(null(), reference('one').?nothing, 'x')", "coalesce(null(), " + KNOWN + ".?nothing, 'x')", "x"),
        ("listKeys('one', '2024-01-01').keys[0].value", f"listKeys('{ONE}', '2024-01-01').keys[0].value", "k"),
        ("map(reference('one').ports, lambda('p', add(lambdaVariables('p'), 1)))", None, [81, 444]),
        ("length(filter(range(0, 3), lambda('n', less(lambdaVariables('n'), reference('one').ports[0]))))", None, 3),
    ],
)
def test_a_run_time_value_keeps_its_text_with_known_parts_folded_in_and_resolves(expression, folded, value):
    expansion, unknown = unknown_of(expression)
    assert isinstance(unknown, Unknown)
    assert unknown.reason
    if folded is not None:
        assert unknown.expression == f"[{folded}]"
    assert expansion.resolve_outputs(Runtime(STATE))["it"]["value"] == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("if(true(), 'known', reference('one').host)", "known"),
        ("and(false(), bool(reference('one').flag))", False),
        ("or(bool(reference('one').flag), true())", True),
        ("coalesce('known', reference('one').host)", "known"),
        ("length(createArray(reference('one').host, 2))", 2),
        ("createObject('a', 1, 'b', reference('one').host).a", 1),
        ("contains(createObject('b', 1), 'b')", True),
    ],
)
def test_what_does_not_need_a_run_time_value_is_known_at_once(expression, value):
    assert unknown_of(expression)[1] == value


def test_a_body_resolves_with_every_value_filled_in():
    expansion = expanded(
        parameters={"pw": {"type": "securestring"}},
        values={"pw": "hunter2"},
        resources=[
            resource("one"),
            resource(
                "two",
                properties={
                    "a": [{"b": "[concat(parameters('pw'), reference('one').host)]"}],
                    "c": "[parameters('pw')]",
                },
            ),
        ],
    )
    assert expansion.resources[1].resolve(Runtime(STATE)) == {"properties": {"a": [{"b": "hunter2h"}], "c": "hunter2"}}


def test_loop_instances_resolve_with_their_own_index():
    expansion = expanded(
        resources=[
            resource("one"),
            resource(
                "[concat('n', copyIndex())]",
                copy={"name": "l", "count": 2},
                properties={"p": "[reference('one').ports[copyIndex()]]"},
            ),
        ]
    )
    assert [one.resolve(Runtime(STATE))["properties"]["p"] for one in expansion.resources[1:]] == [80, 443]


def test_a_missing_property_at_run_time_is_azures_error_with_the_resource_named():
    expansion = expanded(resources=[resource("one"), resource("two", properties={"a": "[reference('one').nothing]"})])
    with pytest.raises(ArmError) as refusal:
        expansion.resources[1].resolve(Runtime(STATE))
    assert refusal.value.message.startswith(
        "Unable to process template language expressions for resource "
        f"'{GROUP}/providers/Microsoft.Sample/things/two' at line '1'"
    )
    assert (
        "The language expression property 'nothing' doesn't exist, available properties are 'host, ports'"
        in refusal.value.message
    )


def test_a_secure_output_has_no_value_unless_asked_for():
    expansion = expanded(outputs={"o": {"type": "securestring", "value": "x"}})
    assert expansion.resolve_outputs(Runtime()) == {"o": {"type": "SecureString"}}
    assert expansion.resolve_outputs(Runtime(), reveal_secure=True) == {"o": {"type": "SecureString", "value": "x"}}


def test_an_output_that_fails_at_run_time_is_azures_error():
    expansion, _ = unknown_of("reference('one').nothing")
    with pytest.raises(ArmError) as refusal:
        expansion.resolve_outputs(Runtime(STATE))
    assert refusal.value.code == "DeploymentOutputEvaluationFailed"
    assert refusal.value.details


def nested(document, *, parameters=None, scope="inner", name="inside", **parts):
    return resource(
        name,
        kind="Microsoft.Resources/deployments",
        properties={
            "mode": "Incremental",
            "expressionEvaluationOptions": {"scope": scope},
            "template": document,
            "parameters": parameters or {},
        },
        **parts,
    )


def test_an_inner_template_receives_run_time_values_and_resolves_them():
    inner = {
        "parameters": {"host": {"type": "string"}},
        "resources": [resource("deep", properties={"url": "[concat('https://', parameters('host'))]"})],
        "outputs": {"o": {"type": "string", "value": "[toUpper(parameters('host'))]"}},
    }
    expansion = expanded(
        resources=[resource("one"), nested(inner, parameters={"host": {"value": "[reference('one').host]"}})]
    )
    deployment = expansion.resources[1]
    assert [target.rsplit("/", 1)[-1] for target in deployment.depends_on] == ["one"]
    deep = deployment.nested.resources[0]
    assert deep.body["properties"]["url"].expression == f"[concat('https://', reference('{ONE}', '2024-01-01').host)]"
    assert deep.resolve(Runtime(STATE)) == {"properties": {"url": "https://h"}}
    settled = deployment.resolve_nested(Runtime(STATE))
    assert settled.resources[0].body == {"properties": {"url": "https://h"}}
    assert settled.outputs["o"].value == "H"


@pytest.mark.parametrize(
    ("shape", "shown", "later"),
    [
        ({"name": "[parameters('p')]"}, ["[reference('{}', '2024-01-01').host]"], ["h"]),
        ({"condition": "[equals(parameters('p'), 'other')]"}, ["deep"], []),
        (
            {"copy": {"name": "l", "count": "[length(parameters('p'))]"}, "name": "[concat('n', copyIndex())]"},
            ["n0"],
            ["n0"],
        ),
    ],
)
def test_what_a_run_time_value_shapes_is_shown_as_deferred_and_expanded_later(shape, shown, later):
    deep = {**resource("deep"), **shape}
    inner = {
        "parameters": {"p": {"type": "string"}},
        "resources": [deep, resource("sure")],
    }
    expansion = expanded(
        resources=[resource("one"), nested(inner, parameters={"p": {"value": "[reference('one').host]"}})]
    )
    deployment = expansion.resources[1]
    *open_ones, sure = deployment.nested.resources
    assert [one.name for one in open_ones] == [name.format(ONE) for name in shown]
    assert all("the state of" in one.deferred for one in open_ones)
    assert (sure.name, sure.deferred) == ("sure", "")
    settled = deployment.resolve_nested(Runtime(STATE))
    assert [one.name for one in settled.resources if one.name != "sure"] == later


def test_a_name_that_a_run_time_value_makes_is_known_when_the_nested_deployment_runs():
    inner = {"parameters": {"name": {"type": "string"}}, "resources": [resource("[parameters('name')]")]}
    expansion = expanded(
        resources=[resource("one"), nested(inner, parameters={"name": {"value": "[reference('one').host]"}})]
    )
    settled = expansion.resources[1].resolve_nested(Runtime(STATE))
    assert [one.id for one in settled.resources] == [f"{GROUP}/providers/Microsoft.Sample/things/h"]


def test_an_outer_template_uses_the_parents_parameters_and_variables():
    inner = {
        "parameters": {"p": {"type": "string", "defaultValue": "own"}},
        "variables": {"v": "own"},
        "resources": [resource("deep", properties={"p": "[parameters('p')]", "v": "[variables('v')]"})],
    }
    for scope, value in (("outer", "parent"), ("inner", "own")):
        expansion = expanded(
            parameters={"p": {"type": "string", "defaultValue": "parent"}},
            variables={"v": "parent"},
            resources=[nested(inner, scope=scope)],
        )
        assert expansion.resources[0].nested.resources[0].body == {"properties": {"p": value, "v": value}}


def test_the_default_scope_is_outer_and_inner_with_language_version_2():
    inner = {"variables": {"v": "own"}, "resources": [resource("deep", properties={"v": "[variables('v')]"})]}
    deployment = nested(inner)
    del deployment["properties"]["expressionEvaluationOptions"]
    outer = expanded(variables={"v": "parent"}, resources=[deployment])
    symbolic = expanded(languageVersion="2.0", variables={"v": "parent"}, resources={"n": deployment})
    assert outer.resources[0].nested.resources[0].body == {"properties": {"v": "parent"}}
    assert symbolic.resources[0].nested.resources[0].body == {"properties": {"v": "own"}}


def test_functions_of_an_inner_template_speak_of_the_nested_target():
    inner = {
        "resources": [
            resource(
                "deep",
                properties={"g": "[resourceGroup().name]", "d": "[deployment().name]"},
                location="[resourceGroup().location]",
            )
        ]
    }
    for scope, names in (("inner", {"g": "other", "d": "inside"}), ("outer", {"g": "rg", "d": "dep"})):
        deep = expanded(resources=[nested(inner, scope=scope, resourceGroup="other")]).resources[0].nested.resources[0]
        assert deep.id == deep.id.replace("/rg/", "/other/")
        assert "/resourceGroups/other/" in deep.id
        assert deep.body["properties"] == names
    later = expanded(resources=[nested(inner, resourceGroup="other")]).resources[0].nested.resources[0]
    assert isinstance(later.location, Unknown)
    other = GROUP.replace("/rg", "/other")
    assert later.resolve(Runtime({other: {"location": "japaneast", "properties": {}}}))["location"] == "japaneast"


def test_nested_outputs_are_read_through_a_reference():
    inner = {"resources": [], "outputs": {"o": {"type": "string", "value": "x"}}}
    expansion = expanded(
        resources=[nested(inner), resource("two", properties={"x": "[reference('inside').outputs.o.value]"})]
    )
    deployment = expansion.resources[0]
    assert expansion.resources[1].depends_on == (deployment.id,)
    state = Runtime({deployment.id: {"properties": {"outputs": deployment.nested.resolve_outputs(Runtime())}}})
    assert expansion.resources[1].resolve(state) == {"properties": {"x": "x"}}


def test_deployments_nested_too_deeply_are_refused():
    document = {"resources": [resource("deepest")]}
    for _ in range(12):
        document = {"resources": [nested(document)]}
    with pytest.raises(ArmError, match="nested more than 10 levels"):
        expanded(resources=[nested(document)])


def test_linked_templates_come_from_the_callers_resolver():
    linked = resource(
        "l",
        kind="Microsoft.Resources/deployments",
        properties={
            "mode": "Incremental",
            "templateLink": {"uri": "https://example.org/linked.json"},
            "parameters": {"n": {"value": "deep"}},
        },
    )
    target = template(parameters={"n": {"type": "string"}}, resources=[resource("[parameters('n')]")])

    class Links:
        def resolve(self, link):
            return target if link.uri.endswith("/linked.json") else None

    assert expanded(resources=[linked], resolver=Links()).resources[0].nested.resources[0].name == "deep"
    closed = expanded(resources=[linked]).resources[0]
    assert closed.nested is None
    assert "https://example.org/linked.json" in closed.deferred
