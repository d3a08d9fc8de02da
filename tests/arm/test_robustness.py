"""No input hangs, blows up memory or raises anything but ArmError."""

import json
import random
import resource as operating_system
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arm import ArmError, check, expand, explain, parse_parameters, parse_template, plain, validate_parameters
from arm.registry import FUNCTIONS
from tests.arm.building import CONTEXT, SCHEMA, Runtime, resource

NAMES = [*sorted({function.name for function in FUNCTIONS.values()} - {"list*"}), "listKeys", "nope", "ns.own"]
SOURCES = ["1", "-7", "'a'", "'x/y'", "'10.0.0.0/24'", "'it''s'", "''", "parameters('p')", "parameters('s')"]
SOURCES += [
    "parameters('none')",
    "variables('v')",
    "copyIndex()",
    "copyIndex('l',1)",
    "resourceGroup().id",
    "createArray(1,'b')",
]
SOURCES += [
    "createObject('k',1)",
    "null()",
    "true()",
    "lambda('x', lambdaVariables('x'))",
    "reference('one')",
    "json('0.5')",
]
SOURCES += ["lambda('x','y', less(lambdaVariables('x'),lambdaVariables('y')))", "'2020-01-01'", "'P3Y'", "'{0:D3}{1}'"]
SUFFIXES = ["", "", "", ".k", "[0]", ".?k", "[?0]", "['k']", ".id.x"]


def expressions(source, depth=0):
    if depth > 3 or source.random() < 0.3:
        return source.choice(SOURCES) + source.choice(SUFFIXES)
    count = source.choice([0, 1, 1, 2, 2, 2, 3, 4])
    inner = ",".join(expressions(source, depth + 1) for _ in range(count))
    return f"{source.choice(NAMES)}({inner}){source.choice(SUFFIXES)}"


def anything(source, depth=0):
    kind = source.random()
    if depth > 3 or kind < 0.5:
        return source.choice(
            [f"[{expressions(source)}]", "[[x]", "plain", "", 0, -1, 2.5, True, None, "[", "[]", "[1", f"[{'(' * 9}]"]
        )
    if kind < 0.75:
        return [anything(source, depth + 1) for _ in range(source.randrange(4))]
    keys = ["name", "type", "copy", "count", "input", "value", "condition", "properties", "template", "resources", "x"]
    keys += ["dependsOn", "apiVersion", "parameters", "scope", "[concat('a','b')]", "mode", "batchSize", "location"]
    return {source.choice(keys): anything(source, depth + 1) for _ in range(source.randrange(6))}


def documents(source):
    kinds = ["Microsoft.Sample/things", "Microsoft.Resources/deployments", "a/b/c", "x", ""]
    resources = [
        {
            "type": source.choice(kinds),
            "apiVersion": "2024-01-01",
            "name": source.choice(["one", "a/b", f"[{expressions(source)}]"]),
            "copy": source.choice(
                [None, {"name": "l", "count": source.choice([2, "[2]", -1, 10**9])}, anything(source)]
            ),
            "condition": source.choice([True, False, f"[{expressions(source)}]"]),
            "properties": anything(source),
            "dependsOn": anything(source),
            "resources": source.choice([[], [], anything(source)]),
        }
        for _ in range(source.randrange(1, 4))
    ]
    resources = [{k: v for k, v in one.items() if v is not None} for one in resources]
    document = {
        "$schema": SCHEMA,
        "parameters": {"p": {"type": "int", "defaultValue": 3}, "s": {"type": "securestring", "defaultValue": "x"}},
        "variables": {"v": anything(source), "w": anything(source)},
        "resources": source.choice([resources, {f"r{place}": one for place, one in enumerate(resources)}]),
        "outputs": {"o": {"type": "string", "value": anything(source)}},
    }
    if source.random() < 0.3:
        document[source.choice(list(document))] = anything(source)
    return document


class EverythingIsEmpty(Runtime):
    """A run time that knows every resource and nothing of it."""

    def reference(self, resource_id, api_version, full):
        return {}


def exercise(text):
    """Everything the library offers, on one text; only ArmError may come out."""
    try:
        template = parse_template(text)
        list(check(template))
        expansion = expand(template, parameters={}, context=CONTEXT)
        explain(expansion)
        json.dumps(plain([one.body for one in expansion.all_resources()]))
        expansion.order()
        expansion.resolve_outputs(EverythingIsEmpty())
        for one in expansion.resources:
            one.resolve(EverythingIsEmpty())
    except ArmError:
        pass


@pytest.mark.parametrize("seed", range(300))
def test_random_templates_raise_nothing_but_arm_errors(seed):
    source = random.Random(seed)
    for _ in range(5):
        exercise(json.dumps(documents(source)))


def refusal_of(document):
    try:
        expand(parse_template(json.dumps(document)), parameters={}, context=CONTEXT)
    except ArmError as error:
        return error
    return None


def test_random_expressions_are_evaluated_or_refused_with_azures_code():
    source, evaluated, sections = (
        random.Random(7),
        0,
        {
            "parameters": {"p": {"type": "int", "defaultValue": 3}, "s": {"type": "securestring", "defaultValue": "x"}},
            "variables": {"v": {"k": ["a", 1, {"x": None}]}},
            "resources": [resource("one")],
        },
    )
    for _ in range(6000):
        text = expressions(source)
        document = {"$schema": SCHEMA, **sections, "outputs": {"o": {"type": "any", "value": f"[{text}]"}}}
        refusal = refusal_of(document)
        evaluated += refusal is None
        assert refusal is None or refusal.code == "InvalidTemplate", text
        assert refusal is None or refusal.message.startswith("Deployment template"), refusal.message
    assert evaluated > 500


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=60))
def test_random_expression_texts_raise_nothing_but_arm_errors(text):
    exercise(
        json.dumps({"$schema": SCHEMA, "resources": [], "outputs": {"o": {"type": "string", "value": f"[{text}]"}}})
    )


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_raise_nothing_but_arm_errors(content):
    for read in (parse_template, parse_parameters):
        try:
            read(content)
        except ArmError:
            continue


def bomb(**sections):
    return json.dumps({"$schema": SCHEMA, "resources": [], **sections})


def output(expression):
    return {"o": {"type": "array", "value": f"[{expression}]"}}


def doubling(step, count=60):
    variables = {"v0": "[createArray('aaaaaaaaaaaaaaaa')]" if "createArray" in step else "aaaaaaaaaaaaaaaa"}
    for place in range(1, count):
        variables[f"v{place}"] = f"[{step.replace('@', f'variables({chr(39)}v{place - 1}{chr(39)})')}]"
    return bomb(variables=variables, outputs=output(f"string(variables('v{count - 1}'))"))


LOOP = {"name": "l", "count": 800, "input": {"copy": [{"name": "m", "count": 800, "input": "[copyIndex('m')]"}]}}
BOMBS = {
    "doubled text": doubling("concat(@,@)"),
    "doubled array": doubling("createArray(@,@)"),
    "doubled join": doubling("concat(@,@,@,@)"),
    "doubled replace": doubling("replace(@,'a',@)"),
    "padding": bomb(outputs=output("padLeft('x', 2000000000)")),
    "format width": bomb(outputs=output("format('{0,999999999}', 1)")),
    "format digits": bomb(outputs=output("format('{0:D999999999}', 1)")),
    "format decimals": bomb(outputs=output("format('{0:N99999}', 1)")),
    "range": bomb(outputs=output("range(0, 2000000000)")),
    "nested ranges": bomb(outputs=output("map(range(0,10000), lambda('x', map(range(0,10000), lambda('y', 1))))")),
    "deep reduce": bomb(
        outputs=output("reduce(range(0,10000), createArray(), lambda('a','b', createArray(lambdaVariables('a'))))")
    ),
    "growing reduce": bomb(
        outputs=output(
            "reduce(range(0,10000), 'x', lambda('a','b', concat(lambdaVariables('a'),lambdaVariables('a'))))"
        )
    ),
    "quadratic reduce": bomb(
        outputs=output(
            "reduce(range(0,10000), createArray(), lambda('a','b', concat(lambdaVariables('a'),range(0,10000))))"
        )
    ),
    "sort": bomb(
        outputs=output("sort(range(0,10000), lambda('a','b', contains(range(0,10000), lambdaVariables('a'))))")
    ),
    "nested loops": bomb(variables={"copy": [LOOP]}),
    "copy count": bomb(
        resources=[{"type": "a.b/c", "apiVersion": "1", "name": "x", "copy": {"name": "l", "count": 10**12}}]
    ),
    "deep json": '{"$schema":"x","resources":[' + "[" * 100_000 + "]" * 100_000 + "]}",
    "deep object": '{"resources":' + '{"a":' * 5000 + "1" + "}" * 5000 + "}",
    "deep expression": bomb(outputs=output("not(" * 5000 + "true()" + ")" * 5000)),
    "long chain": bomb(outputs=output("createObject('a',1)" + ".a" * 8000)),
    "huge number": '{"resources":[], "x": ' + "9" * 100_000 + "}",
    "huge exponent": '{"resources":[], "x": 1e999}',
    "huge text": bomb(outputs=output("uniqueString('" + "a" * 24_000 + "')")),
    "json bomb": bomb(outputs=output("json('" + "[" * 20_000 + "')")),
    "many comments": "/*" * 100_000,
    "many quotes": '{"resources": [' + '"' * 100_001 + "]}",
    "self variable": bomb(variables={"a": "[variables('b')]", "b": "[variables('a')]"}),
    "self parameter": bomb(parameters={"a": {"type": "string", "defaultValue": "[parameters('a')]"}}),
    "self function": bomb(
        functions=[
            {"namespace": "n", "members": {"f": {"parameters": [], "output": {"type": "int", "value": "[n.f()]"}}}}
        ],
        outputs=output("n.f()"),
    ),
    "self type": bomb(definitions={"t": {"$ref": "#/definitions/t"}}, parameters={"a": {"$ref": "#/definitions/t"}}),
    "unpaired surrogate": '{"resources":[],"variables":{"v":"[uniqueString(base64(\'\\ud800\'), guid(\'\\udfff\'))]"}}',
    "big union": bomb(
        outputs=output(
            "union(map(range(0,10000), lambda('x', createObject('k', lambdaVariables('x')))), createArray(1))"
        )
    ),
    "wide split": bomb(outputs=output("split('" + "a," * 10_000 + "', ',')")),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_or_evaluated_within_seconds_and_memory(name):
    before = operating_system.getrusage(operating_system.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    exercise(BOMBS[name])
    assert time.perf_counter() - started < 15
    assert operating_system.getrusage(operating_system.RUSAGE_SELF).ru_maxrss - before < 600_000


def test_four_megabytes_of_parameters_are_validated_without_trouble():
    template = parse_template(bomb(parameters={"a": {"type": "array"}}))
    assert validate_parameters(template, {"a": ["x" * 1000] * 4000}) == []


def test_a_template_above_four_megabytes_is_refused_with_azures_code():
    with pytest.raises(ArmError) as refusal:
        parse_template('{"resources": [], "x": "' + "a" * (4 * 1024 * 1024) + '"}')
    assert refusal.value.code == "RequestContentTooLarge"
