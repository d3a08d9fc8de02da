"""Templates come to the resources Azure would create: loops, conditions, children, dependencies, scopes."""

import pytest

from arm import ArmError, Secret, plain
from tests.arm.building import GROUP, SUBSCRIPTION, SUBSCRIPTION_SCHEMA, evaluated, expanded, resource


def names(expansion):
    return [one.name for one in expansion.resources]


def depends(expansion, name):
    (found,) = [one for one in expansion.resources if one.name == name]
    return [target.rsplit("/", 1)[-1] for target in found.depends_on]


def refusal(**sections):
    with pytest.raises(ArmError) as caught:
        expanded(**sections)
    return caught.value


def test_a_resource_loop_makes_an_instance_for_each_turn():
    expansion = expanded(
        resources=[resource("[concat('vm', copyIndex(1))]", copy={"name": "loop", "count": "[add(1, 2)]"})]
    )
    assert names(expansion) == ["vm1", "vm2", "vm3"]
    assert [one.copy_index for one in expansion.resources] == [0, 1, 2]
    assert {one.copy_name for one in expansion.resources} == {"loop"}


def test_a_loop_of_no_turns_makes_nothing_and_may_be_depended_on():
    expansion = expanded(
        resources=[
            resource("[concat('vm', copyIndex())]", copy={"name": "loop", "count": 0}),
            resource("after", dependsOn=["loop"]),
        ]
    )
    assert names(expansion) == ["after"]
    assert depends(expansion, "after") == []


def test_depending_on_a_loop_means_all_of_its_instances():
    expansion = expanded(
        resources=[
            resource("[concat('vm', copyIndex())]", copy={"name": "loop", "count": 2}),
            resource("after", dependsOn=["loop"]),
        ]
    )
    assert depends(expansion, "after") == ["vm0", "vm1"]


def test_each_batch_of_a_serial_loop_waits_for_the_one_before():
    loop = {"name": "loop", "count": 5, "mode": "Serial", "batchSize": 2}
    expansion = expanded(resources=[resource("[concat('vm', copyIndex())]", copy=loop)])
    assert [[one.name for one in wave] for wave in expansion.order()] == [["vm0", "vm1"], ["vm2", "vm3"], ["vm4"]]


def test_property_loops_nest_and_stand_at_any_level():
    properties = {
        "disks": {
            "copy": [
                {"name": "outer", "count": 2, "input": {"id": "[copyIndex('outer')]", "copy": [
                    {"name": "inner", "count": 2, "input": "[concat(copyIndex('outer'), copyIndex('inner', 1))]"}
                ]}}
            ]
        }
    }  # fmt: skip
    (one,) = expanded(resources=[resource(properties=properties)]).resources
    assert one.body["properties"] == {
        "disks": {"outer": [{"id": 0, "inner": ["01", "02"]}, {"id": 1, "inner": ["11", "12"]}]}
    }


def test_variable_and_output_loops_make_arrays():
    expansion = expanded(
        variables={
            "copy": [{"name": "top", "count": 2, "input": "[concat('t', copyIndex('top'))]"}],
            "object": {"copy": [{"name": "inside", "count": 1, "input": {"n": "[copyIndex('inside')]"}}], "x": 1},
        },
        outputs={"o": {"type": "array", "copy": {"count": 3, "input": "[copyIndex()]"}}},
    )
    assert expansion.variables == {"top": ["t0", "t1"], "object": {"inside": [{"n": 0}], "x": 1}}
    assert expansion.outputs["o"].value == [0, 1, 2]


def test_a_false_condition_leaves_a_resource_and_the_dependency_on_it_out():
    expansion = expanded(
        parameters={"wanted": {"type": "bool", "defaultValue": False}},
        resources=[
            resource("maybe", condition="[parameters('wanted')]", properties={"x": "[fail('never')]"}),
            resource("after", dependsOn=["[resourceId('Microsoft.Sample/things', 'maybe')]"]),
        ],
        outputs={"o": {"type": "string", "condition": "[parameters('wanted')]", "value": "[fail('never')]"}},
    )
    assert names(expansion) == ["after"]
    assert expansion.resources[0].depends_on == ()
    assert expansion.outputs == {}


def test_children_take_type_and_name_from_their_parent_but_do_not_wait_for_it():
    expansion = expanded(
        resources=[
            resource(
                "parent",
                resources=[
                    resource("child", kind="parts"),
                    resource("parent/full", kind="Microsoft.Sample/things/parts", dependsOn=["parent"]),
                ],
            ),
            resource(
                "parent/top",
                kind="Microsoft.Sample/things/parts",
                dependsOn=["[resourceId('Microsoft.Sample/things/parts', 'parent', 'child')]"],
            ),
        ]
    )
    assert names(expansion) == ["parent", "parent/child", "parent/full", "parent/top"]
    assert expansion.resources[1].id == f"{GROUP}/providers/Microsoft.Sample/things/parent/parts/child"
    assert expansion.resources[1].depends_on == ()
    assert depends(expansion, "parent/full") == ["parent"]
    assert depends(expansion, "parent/top") == ["child"]


def test_extension_resources_get_the_id_of_what_they_extend_in_either_form():
    expansion = expanded(
        resources=[
            resource("acct", kind="Microsoft.Storage/storageAccounts"),
            resource(
                "lock",
                kind="Microsoft.Authorization/locks",
                scope="[concat('Microsoft.Storage/', 'storageAccounts/acct')]",
            ),
            resource(
                "acct/Microsoft.Authorization/role", kind="Microsoft.Storage/storageAccounts/providers/roleAssignments"
            ),
        ]
    )
    account = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/acct"
    assert expansion.resources[1].id == f"{account}/providers/Microsoft.Authorization/locks/lock"
    assert expansion.resources[2].id == f"{account}/providers/Microsoft.Authorization/roleAssignments/role"


@pytest.mark.parametrize(
    "entry",
    [
        "first",
        "FIRST",
        "Microsoft.Sample/things/first",
        "[resourceId('Microsoft.Sample/things', 'first')]",
        f"{GROUP.upper()}/providers/Microsoft.Sample/things/first",
    ],
)
def test_a_dependency_may_be_written_in_each_of_azures_forms(entry):
    expansion = expanded(resources=[resource("first"), resource("second", dependsOn=[entry])])
    assert depends(expansion, "second") == ["first"]


def test_a_reference_by_name_is_a_dependency_and_a_chosen_branch_decides():
    expansion = expanded(
        resources=[
            resource("first"),
            resource("second", properties={"x": "[if(true(), reference('first').y, reference('third').y)]"}),
            resource("third"),
        ]
    )
    assert depends(expansion, "second") == ["first"]


def test_a_reference_by_id_orders_resources_unless_that_makes_a_circle():
    expansion = expanded(
        resources=[
            resource("a", properties={"x": "[reference(resourceId('Microsoft.Sample/things','b'), '2024-01-01').y]"}),
            resource("b", dependsOn=["a"]),
            resource("c", properties={"x": "[reference(resourceId('Microsoft.Sample/things','b'), '2024-01-01').y]"}),
        ]
    )
    assert [[one.name for one in wave] for wave in expansion.order()] == [["a"], ["b"], ["c"]]


def test_resources_that_wait_for_each_other_are_refused_as_azure_does():
    error = refusal(
        resources=[resource("a", dependsOn=["b"]), resource("b", dependsOn=["c"]), resource("c", dependsOn=["b"])]
    )
    assert error.message.startswith(
        "Deployment template validation failed: 'Circular dependency detected on resource: '"
    )
    assert "/things/b'" in error.message


def test_a_dependency_on_nothing_is_refused_as_azure_does():
    error = refusal(resources=[resource("a", dependsOn=["nobody"])])
    assert error.code == "InvalidTemplate"
    assert error.message == (
        "Deployment template validation failed: 'The resource 'nobody' is not defined in the template. "
        "Please see https://aka.ms/arm-template for usage details.'."
    )


def test_the_same_resource_twice_is_refused_and_the_same_name_with_another_type_is_not():
    assert "is defined multiple times in a template" in refusal(resources=[resource("a"), resource("A")]).message
    assert names(expanded(resources=[resource("a"), resource("a", kind="Microsoft.Sample/others")])) == ["a", "a"]


def test_names_and_types_must_have_matching_parts():
    message = refusal(resources=[resource("a/b")]).message
    assert "has incorrect segment lengths" in message


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ({"name": ""}, "The name property cannot be null or empty"),
        ({"apiVersion": ""}, "The 'apiVersion' property is required"),
        ({"copy": {"name": "l", "count": -1}}, "must be a non-negative integer value"),
        ({"copy": {"name": "l", "count": "x"}}, "must be an integer value"),
        ({"copy": {"name": "l", "count": 801}}, "exceeds the maximum of '800'"),
        ({"condition": "maybe"}, "must be a boolean"),
        ({"name": "[reference('other').x]"}, "'reference' is not expected at this location"),
        ({"location": "[reference('other').x]"}, "'reference' is not expected at this location"),
    ],
)
def test_a_malformed_resource_is_refused(parts, text):
    error = refusal(resources=[{**resource("a"), **parts}])
    assert text in error.message
    assert error.position is None or error.position.line == 1


def test_run_time_functions_are_refused_in_variables_and_parameter_defaults():
    message = refusal(variables={"v": "[reference('x').y]"}).message
    assert "The template variable 'v' at line '1' and column" in message
    assert "The template function 'reference' is not expected at this location" in message
    message = refusal(parameters={"p": {"type": "string", "defaultValue": "[listKeys('x', '1').y]"}}).message
    assert "The template function 'listKeys' is not expected at this location" in message


def test_the_limit_of_800_resources_counts_loop_instances():
    loops = [resource(f"[concat('{name}', copyIndex())]", copy={"name": name, "count": 401}) for name in "ab"]
    assert "resources limit exceeded" in refusal(resources=loops).message


def test_variables_that_refer_to_each_other_are_refused():
    assert "Circular reference" in refusal(variables={"a": "[variables('b')]", "b": "[variables('A')]"}).message


def test_user_functions_see_their_own_parameters_only():
    def functions(value):
        output = {"type": "string", "value": value}
        twice = {"parameters": [{"name": "text", "type": "string"}], "output": output}
        return [{"namespace": "mine", "members": {"twice": twice}}]

    joined = functions("[concat(parameters('text'), parameters('TEXT'))]")
    assert evaluated("MINE.twice('a')", functions=joined) == "aa"
    with pytest.raises(ArmError, match="'variables' is not expected"):
        evaluated("mine.twice('a')", functions=functions("[variables('v')]"), variables={"v": 1})


def test_names_of_parameters_and_properties_do_not_mind_case():
    assert (
        evaluated(
            "parameters('P').ALPHA.beta", parameters={"p": {"type": "object", "defaultValue": {"Alpha": {"Beta": 1}}}}
        )
        == 1
    )


def test_null_parts_of_a_resource_are_absent():
    (one,) = expanded(
        resources=[resource(tags="[null()]", zones="[json('null')]", properties={"x": "[null()]"})]
    ).resources
    assert one.body == {"properties": {"x": None}}


def test_a_subscription_template_makes_groups_and_deploys_into_them():
    nested = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": "inside",
        "resourceGroup": "[parameters('group')]",
        "dependsOn": ["[parameters('group')]"],
        "properties": {
            "mode": "Incremental",
            "expressionEvaluationOptions": {"scope": "inner"},
            "template": {"resources": [resource(location="[resourceGroup().location]", tags="[resourceGroup().tags]")]},
        },
    }
    group = {
        "type": "Microsoft.Resources/resourceGroups",
        "apiVersion": "2022-09-01",
        "name": "[parameters('group')]",
        "location": "[deployment().location]",
        "tags": {"a": "b"},
    }
    expansion = expanded(
        schema=SUBSCRIPTION_SCHEMA,
        parameters={"group": {"type": "string", "defaultValue": "new"}},
        resources=[group, nested],
    )
    made, deployment, thing = expansion.all_resources()
    assert made.id == f"/subscriptions/{SUBSCRIPTION}/resourceGroups/new"
    assert (
        deployment.id
        == f"/subscriptions/{SUBSCRIPTION}/resourceGroups/new/providers/Microsoft.Resources/deployments/inside"
    )
    assert deployment.depends_on == (made.id,)
    assert thing.id == f"/subscriptions/{SUBSCRIPTION}/resourceGroups/new/providers/Microsoft.Sample/things/one"
    assert (thing.location, thing.body["tags"], thing.resource_group) == ("northeurope", {"a": "b"}, "new")


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (
            "managementGroup",
            "/providers/Microsoft.Management/managementGroups/mg/providers/Microsoft.Sample/things/one",
        ),
        ("tenant", "/providers/Microsoft.Sample/things/one"),
    ],
)
def test_management_group_and_tenant_templates_have_ids_of_their_scope(scope, expected):
    schema = f"https://schema.management.azure.com/schemas/2019-08-01/{scope}DeploymentTemplate.json#"
    (one,) = expanded(schema=schema, resources=[resource()]).resources
    assert one.id == expected


def test_symbolic_names_loops_and_existing_resources_of_language_version_2():
    expansion = expanded(
        languageVersion="2.0",
        resources={
            "old": resource("old", existing=True),
            "many": resource("[format('m{0}', copyIndex())]", copy={"name": "many", "count": 2}),
            "last": resource(
                "last",
                dependsOn=["many", "old"],
                properties={"a": "[reference('old').x]", "b": "[reference('many[1]').x]", "c": "[references('many')]"},
            ),
        },
    )
    assert [(one.symbolic_name, one.existing) for one in expansion.resources] == [
        ("old", True), ("many", False), ("many", False), ("last", False),
    ]  # fmt: skip
    assert depends(expansion, "last") == ["m0", "m1"]
    assert [[one.name for one in wave] for wave in expansion.order()] == [["m0", "m1"], ["last"]]


def test_an_existing_resource_may_lie_in_another_group():
    one = expanded(
        languageVersion="2.0", resources={"old": resource("old", existing=True, resourceGroup="other")}
    ).resources[0]
    assert one.id == f"/subscriptions/{SUBSCRIPTION}/resourceGroups/other/providers/Microsoft.Sample/things/old"


def test_secrets_stay_hidden_wherever_they_flow():
    expansion = expanded(
        parameters={"pw": {"type": "securestring"}, "so": {"type": "secureObject"}},
        values={"pw": "hunter2", "so": {"key": "hunter3"}},
        variables={"joined": "[concat('user:', parameters('pw'))]"},
        resources=[resource(properties={
            "a": "[parameters('pw')]",
            "b": "[base64(variables('joined'))]",
            "c": {"d": "[parameters('so').key]"},
            "e": "[concat(parameters('pw'), reference('one2').x)]",
        }), resource("one2")],
        outputs={"o": {"type": "string", "value": "[toUpper(parameters('pw'))]"}, "n": {"type": "int", "value": 1}},
    )  # fmt: skip
    (body,) = [one.body for one in expansion.resources if one.name == "one"]
    shown = repr(expansion) + repr(body) + repr(expansion.outputs) + str(plain(body)) + repr(expansion.parameters)
    assert "hunter" not in shown.lower()
    assert isinstance(body["properties"]["a"], Secret)
    assert body["properties"]["a"].reveal() == "hunter2"
    assert expansion.outputs["o"].secure
    assert not expansion.outputs["n"].secure


def test_an_output_of_the_wrong_type_is_refused():
    error = refusal(outputs={"o": {"type": "string", "value": "[add(1, 2)]"}})
    assert error.code == "DeploymentOutputEvaluationFailed"
    assert "Expected 'String'. Actual 'Integer'" in error.message


@pytest.mark.parametrize(
    "sections",
    [
        {"parameters": {"p": {"type": "colour"}}},
        {"parameters": {"p": 5}},
        {"outputs": {"o": {"type": "string", "value": "[concat(]"}}},
        {"outputs": {"o": 5}},
        {"variables": {"v": "[nope()]"}},
        {"resources": [5]},
        {"resources": [resource("[concat('a']")]},
        {"resources": [resource(properties={"x": "[nope()]"})]},
        {"resources": [resource("a"), resource("a")]},
        {"resources": [resource("a", dependsOn=["b"])]},
    ],
)
def test_every_error_tells_its_place(sections):
    position = refusal(**sections).position
    assert position is not None
    assert (position.line, position.column > 1, bool(position.path)) == (1, True, True)


def test_a_default_may_come_to_null():
    assert expanded(parameters={"p": {"type": "string", "defaultValue": "[json('null')]"}}).parameters == {"p": None}
