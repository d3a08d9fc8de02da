"""Every built-in function gives what Microsoft documents for it."""

import pytest

from arm import ArmError
from tests.arm.building import GROUP, SUBSCRIPTION, evaluated, expanded

DOGS = [
    {"name": "Evie", "age": 5, "interests": ["Ball", "Frisbee"]},
    {"name": "Casper", "age": 3, "interests": ["Other dogs"]},
    {"name": "Indy", "age": 2, "interests": ["Butter"]},
    {"name": "Kira", "age": 8, "interests": ["Rubs"]},
]
PARAMETERS = {
    "numbers": {"type": "array", "defaultValue": [0, 3, 2, 5, 4]},
    "words": {"type": "array", "defaultValue": ["one", "two", "three"]},
    "object": {"type": "object", "defaultValue": {"one": "a", "two": "b", "three": "c1"}},
    "other": {"type": "object", "defaultValue": {"three": "c2", "four": "d", "five": "e"}},
    "nested": {"type": "object", "defaultValue": {"prop": {"a": 1, "list": [1, 2]}, "x": None}},
    "dogs": {"type": "array", "defaultValue": DOGS},
}
LAMBDA = "lambdaVariables"
CASES = {
    # array
    "array(1)": [1],
    "array('efgh')": ["efgh"],
    "concat(createArray('1-1','1-2'), createArray('2-1'))": ["1-1", "1-2", "2-1"],
    "contains('OneTwoThree', 'e')": True,
    "contains('OneTwoThree', 'z')": False,
    "contains(parameters('object'), 'ONE')": True,
    "contains(parameters('object'), 'four')": False,
    "contains(parameters('words'), 'three')": True,
    "contains(parameters('words'), 'THREE')": False,
    "contains(createArray(1), '1')": False,
    "createArray('a', 'b', 'c')": ["a", "b", "c"],
    "createArray()": [],
    "empty(createArray())": True,
    "empty(json('{}'))": True,
    "empty('')": True,
    "empty(null())": True,
    "first(parameters('words'))": "one",
    "first('One Two Three')": "O",
    "last(parameters('words'))": "three",
    "last('One Two Three')": "e",
    "intersection(createArray('one','two','three'), createArray('two','three'))": ["two", "three"],
    "intersection(createObject('one','a','two','b','three','c'), createObject('one','a','two','z','three','c'))": {
        "one": "a",
        "three": "c",
    },
    "length(parameters('words'))": 3,
    "length('One Two Three')": 13,
    "length(parameters('object'))": 3,
    "range(5, 3)": [5, 6, 7],
    "range(0, 0)": [],
    "skip(parameters('words'), 2)": ["three"],
    "skip('one two three', 4)": "two three",
    "skip('abc', -1)": "abc",
    "take(parameters('words'), 2)": ["one", "two"],
    "take('one two three', 2)": "on",
    "take('abc', 99)": "abc",
    "union(createArray('one','two','three'), createArray('three','four'))": ["one", "two", "three", "four"],
    "union(parameters('object'), parameters('other'))": {
        "one": "a",
        "two": "b",
        "three": "c2",
        "four": "d",
        "five": "e",
    },
    'union(parameters(\'nested\'), json(\'{"PROP":{"b":2,"list":[3]}}\'))': {
        "prop": {"a": 1, "list": [3], "b": 2},
        "x": None,
    },
    "flatten(createArray(createArray('one','two'), createArray('three')))": ["one", "two", "three"],
    "indexOf(parameters('words'), 'two')": 1,
    "indexOf(parameters('words'), 'TWO')": -1,
    "lastIndexOf(createArray('a','b','a'), 'a')": 2,
    "min(parameters('numbers'))": 0,
    "max(parameters('numbers'))": 5,
    "min(0, 3, 2)": 0,
    "max(0, 3, 2)": 3,
    "pickZones('Microsoft.Compute','virtualMachines','westus2')": ["1"],
    "pickZones('Microsoft.Compute','virtualMachines','westus2',2,1)": ["2", "3"],
    "pickZones('Microsoft.Compute','virtualMachines','northcentralus')": [],
    "pickZones('Microsoft.Network','virtualNetworks','westus2')": [],
    "indexFromEnd(parameters('words'), 1)": "three",
    "tryIndexFromEnd(parameters('words'), 9)": None,
    # comparison and logic
    "coalesce(null(), null(), 'default')": "default",
    "coalesce(null(), 1, fail('not reached'))": 1,
    "coalesce(null())": None,
    "equals(1, 1)": True,
    "equals('a', 'A')": False,
    "equals(1, '1')": False,
    "equals(true(), 1)": False,
    "equals(createArray('a','b'), createArray('a','b'))": True,
    "equals(createObject('a', 1, 'b', 2), createObject('B', 2, 'A', 1))": True,
    "greater(1, 2)": False,
    "greater('A', 'a')": False,
    "greaterOrEquals(2, 2)": True,
    "less(1, 2)": True,
    "less('A', 'a')": True,
    "lessOrEquals(1, 2)": True,
    "and(bool('true'), bool('false'))": False,
    "or(bool('true'), bool('false'))": True,
    "not(bool('true'))": False,
    "and(true(), true(), true())": True,
    "bool('TRUE')": True,
    "bool(1)": True,
    "bool(0)": False,
    "if(equals('a','a'), 'yes', fail('not reached'))": "yes",
    "if(equals('a','b'), fail('not reached'), 'no')": "no",
    "true()": True,
    "false()": False,
    "null()": None,
    # numbers
    "add(5, 3)": 8,
    "sub(7, 3)": 4,
    "mul(5, 9)": 45,
    "div(8, 3)": 2,
    "div(-8, 3)": -2,
    "mod(7, 3)": 1,
    "mod(-7, 3)": -1,
    "int('4')": 4,
    "int('-12')": -12,
    "float('3.0')": 3,
    "float('0.5')": 0.5,
    # objects
    "createObject('a', 1, 'b', createArray(true()))": {"a": 1, "b": [True]},
    "createObject()": {},
    "items(createObject('item002', 2, 'item001', 1))": [{"key": "item001", "value": 1}, {"key": "item002", "value": 2}],
    "map(items(createObject('defKey',1,'ABCKey',2,'abcKey',3,'1',4)), lambda('i', lambdaVariables('i').key))": [
        "1",
        "abcKey",
        "ABCKey",
        "defKey",
    ],
    "objectKeys(createObject('b', 1, 'a', 2))": ["a", "b"],
    "shallowMerge(createArray(createObject('a', createObject('x',1)), createObject('A', createObject('y',2))))": {
        "a": {"y": 2}
    },
    'json(\'{"a": "b"}\')': {"a": "b"},
    "json('null')": None,
    "json('[1,2.5]')": [1, 2.5],
    "json('.25')": 0.25,
    "json('{a: ''b'', /* c */ \"d\": [1,],}')": {"a": "b", "d": [1]},
    "tryGet(parameters('nested'), 'prop', 'list', 1)": 2,
    "tryGet(parameters('nested'), 'prop', 'none', 1)": None,
    "parameters('nested').?none.deeper.still": None,
    "parameters('nested')[?'none'].deeper": None,
    "parameters('nested').PROP['a']": 1,
    # strings
    "base64('one, two, three')": "b25lLCB0d28sIHRocmVl",
    "base64ToString('b25lLCB0d28sIHRocmVl')": "one, two, three",
    'base64ToJson(base64(\'{"one": "a"}\'))': {"one": "a"},
    "concat('prefix', '-', 5)": "prefix-5",
    "dataUri('Hello')": "data:text/plain;charset=utf8;base64,SGVsbG8=",
    "dataUriToString('data:;base64,SGVsbG8sIFdvcmxkIQ==')": "Hello, World!",
    "endsWith('abcdef', 'EF')": True,
    "startsWith('abcdef', 'AB')": True,
    "startsWith('abcdef', 'e')": False,
    "indexOf('test', 't')": 0,
    "indexOf('abcdef', 'CD')": 2,
    "indexOf('abcdef', 'z')": -1,
    "lastIndexOf('test', 't')": 3,
    "join(createArray('one','two','three'), ',')": "one,two,three",
    "join(createArray(1,'a'), ';')": "1;a",
    "padLeft('123', 10, '0')": "0000000123",
    "padLeft(7, 3, '0')": "007",
    "padLeft('12345', 3)": "12345",
    "replace('123-123-1234', '-', '')": "1231231234",
    "replace('aAa', 'a', 'b')": "bAb",
    "split('one,two,three', ',')": ["one", "two", "three"],
    "split('one;two,three', createArray(',', ';'))": ["one", "two", "three"],
    "string(createObject('valueA', 10, 'valueB', 'Example Text'))": '{"valueA":10,"valueB":"Example Text"}',
    "string(createArray('a','b'))": '["a","b"]',
    "string(5)": "5",
    "substring('one two three', 4, 3)": "two",
    "substring('one two three', 4)": "two three",
    "toLower('One Two')": "one two",
    "toUpper('One Two')": "ONE TWO",
    "trim('    one two three   ')": "one two three",
    "uri('http://contoso.com/resources/', 'nested/azuredeploy.json')": "http://contoso.com/resources/nested/azuredeploy.json",
    "uri('http://contoso.com/resources', 'nested/azuredeploy.json')": "http://contoso.com/nested/azuredeploy.json",
    "uriComponent('http://contoso.com/a b')": "http%3A%2F%2Fcontoso.com%2Fa%20b",
    "uriComponentToString('http%3A%2F%2Fcontoso.com')": "http://contoso.com",
    "format('{0}, {1}. Formatted: {2:N0}', 'Hello', 'User', 8175133)": "Hello, User. Formatted: 8,175,133",
    "format('{{{0}}}', 1)": "{1}",
    "format('[{0,5}|{0,-5}|{1:D3}|{2:X2}]', 'ab', 7, 255)": "[   ab|ab   |007|FF]",
    "format('{0} {1}', true(), createObject('a','b','n',2))": "True {'a':'b','n':2}",
    "format('{0}', createArray(true(), 5, 'x'))": "[true,5,'x']",
    "format('{0:000}-{1:0.00}-{1:#,##0.0}', 7, 1234)": "007-1234.00-1,234.0",
    "'it''s'": "it's",
    # lambdas
    f"filter(parameters('dogs'), lambda('dog', greaterOrEquals({LAMBDA}('dog').age, 5)))": [DOGS[0], DOGS[3]],
    f"filter(range(0, 10), lambda('i', equals(0, mod({LAMBDA}('i'), 2))))": [0, 2, 4, 6, 8],
    f"filter(createArray('a','b','c'), lambda('x', 'i', greater({LAMBDA}('i'), 0)))": ["b", "c"],
    f"map(parameters('dogs'), lambda('dog', format('Hello {{0}}!', {LAMBDA}('dog').name)))": [
        "Hello Evie!",
        "Hello Casper!",
        "Hello Indy!",
        "Hello Kira!",
    ],
    f"map(createArray('a','b'), lambda('x', 'i', concat({LAMBDA}('x'), {LAMBDA}('i'))))": ["a0", "b1"],
    f"reduce(createArray(5, 3, 2, 8), 1, lambda('c', 'n', add({LAMBDA}('c'), {LAMBDA}('n'))))": 19,
    f"reduce(createArray(json('{{\"a\":1}}')), json('{{}}'), lambda('c', 'n', union({LAMBDA}('c'), {LAMBDA}('n'))))": {
        "a": 1
    },
    f"sort(parameters('dogs'), lambda('a', 'b', less({LAMBDA}('a').age, {LAMBDA}('b').age)))": [
        DOGS[2],
        DOGS[1],
        DOGS[0],
        DOGS[3],
    ],
    f"toObject(parameters('dogs'), lambda('e', {LAMBDA}('e').name), lambda('e', {LAMBDA}('e').age))": {
        "Evie": 5,
        "Casper": 3,
        "Indy": 2,
        "Kira": 8,
    },
    f"groupBy(createArray('apple','avocado','beet'), lambda('x', substring({LAMBDA}('x'), 0, 1)))": {
        "a": ["apple", "avocado"],
        "b": ["beet"],
    },
    f"mapValues(createObject('a', 1), lambda('v', add({LAMBDA}('v'), 1)))": {"a": 2},
    f"map(range(0,2), lambda('x', map(range(0,2), lambda('y', add(mul({LAMBDA}('x'), 10), {LAMBDA}('y'))))))": [
        [0, 1],
        [10, 11],
    ],
    # networks
    "parseCidr('10.144.0.0/20')": {
        "network": "10.144.0.0",
        "netmask": "255.255.240.0",
        "broadcast": "10.144.15.255",
        "firstUsable": "10.144.0.1",
        "lastUsable": "10.144.15.254",
        "cidr": 20,
    },
    "parseCidr('fdad:3236:5555::/48')": {
        "network": "fdad:3236:5555::",
        "netmask": "ffff:ffff:ffff::",
        "firstUsable": "fdad:3236:5555::",
        "lastUsable": "fdad:3236:5555:ffff:ffff:ffff:ffff:ffff",
        "cidr": 48,
    },
    "cidrSubnet('10.144.0.0/20', 24, 4)": "10.144.4.0/24",
    "cidrSubnet('fdad:3236:5555::/48', 52, 1)": "fdad:3236:5555:1000::/52",
    "cidrHost('10.144.3.0/24', 0)": "10.144.3.1",
    "cidrHost('fdad:3236:5555:3000::/52', 4)": "fdad:3236:5555:3000::5",
    # dates
    "dateTimeAdd('2020-04-07 14:53:14Z', 'P3Y')": "4/7/2023 2:53:14 PM",
    "dateTimeAdd('2020-04-07 14:53:14Z', '-P9D')": "3/29/2020 2:53:14 PM",
    "dateTimeAdd('2020-04-07 14:53:14Z', 'PT1H')": "4/7/2020 3:53:14 PM",
    "dateTimeAdd('20200407T145314Z', 'P1DT2H', 'yyyy-MM-dd HH:mm')": "2020-04-08 16:53",
    "dateTimeAdd('2020-04-07 14:53:14Z', 'PT1H', 'u')": "2020-04-07 15:53:14Z",
    "dateTimeToEpoch('2023-05-02T15:16:17Z')": 1683040577,
    "dateTimeFromEpoch(1683040577)": "2023-05-02T15:16:17Z",
    # scopes
    "resourceGroup().id": GROUP,
    "resourceGroup().location": "westeurope",
    "resourceGroup().tags.team": "apollo",
    "subscription().subscriptionId": SUBSCRIPTION,
    "subscription().id": f"/subscriptions/{SUBSCRIPTION}",
    "tenant().tenantId": "22222222-2222-2222-2222-222222222222",
    "deployment().name": "dep",
    "environment().suffixes.storage": "core.windows.net",
    "environment().authentication.audiences[1]": "https://management.azure.com/",
    "resourceId('Microsoft.Storage/storageAccounts', 'x')": f"{GROUP}/providers/Microsoft.Storage/storageAccounts/x",
    "resourceId('other', 'Microsoft.Storage/storageAccounts', 'x')": (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/other/providers/Microsoft.Storage/storageAccounts/x"
    ),
    "resourceId('aaaaaaaa-1111-1111-1111-111111111111', 'other', 'Microsoft.SQL/servers/databases', 's', 'd')": (
        "/subscriptions/aaaaaaaa-1111-1111-1111-111111111111/resourceGroups/other/providers/Microsoft.SQL/servers/s/databases/d"
    ),
    "subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'r')": (
        f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/r"
    ),
    "tenantResourceId('Microsoft.Sample/things', 'm')": "/providers/Microsoft.Sample/things/m",
    "managementGroupResourceId('g', 'Microsoft.Authorization/policyDefinitions', 'p')": (
        "/providers/Microsoft.Management/managementGroups/g/providers/Microsoft.Authorization/policyDefinitions/p"
    ),
    "extensionResourceId(resourceGroup().id, 'Microsoft.Authorization/locks', 'l')": (
        f"{GROUP}/providers/Microsoft.Authorization/locks/l"
    ),
    "guid('a', 'b')": "2d796349-8c7e-55ec-9624-54ece82ed031",
    "uniqueString('tyeth')": "zcztcwvu6iyg6",
    "TOLOWER('A')": "a",
    "toLower ( 'A' )": "a",
}


@pytest.mark.parametrize("expression", CASES)
def test_a_function_gives_what_is_documented(expression):
    value = evaluated(expression, parameters=PARAMETERS)
    assert value == CASES[expression]
    assert type(value) is type(CASES[expression])


REFUSED = {
    "foo('a')": "The template function 'foo' is not valid",
    "ns.foo('a')": "The template function 'ns.foo' is not valid",
    "toLower()": "function requires 1 argument(s) while 0 were provided",
    "toLower(1)": "expects its parameter to be a string. The provided value is of type 'Integer'",
    "div(1, 0)": "the divisor is zero",
    "int('x')": "cannot be converted to integer value",
    "mul(9223372036854775807, 2)": "does not fit a 64-bit integer",
    "substring('abc', 1, 5)": "must refer to a location within the string",
    "createObject('a')": "must be even",
    "range(0, 10001)": "must be between 0 and 10000",
    "fail('stop here')": "stop here",
    "json('{')": "cannot be converted to the specified type 'JToken'",
    "parameters('none')": "The template parameter 'none' is not found",
    "variables('none')": "The template variable 'none' is not found",
    "parameters('nested').none": "property 'none' doesn't exist, available properties are 'prop, x'",
    "parameters('words')[3]": "array index '3' is out of bounds",
    "resourceId('Microsoft.Network/virtualNetworks/subnets', 'a')": "requires '2' resource name argument(s)",
    "managementGroup()": "not valid at the scope of this deployment",
    "copyIndex()": "The template function 'copyIndex' is not expected at this location",
    "newGuid()": "The template function 'newGuid' is not expected at this location",
    "utcNow()": "The template function 'utcNow' is not expected at this location",
    "concat('a', createArray('b'))": "expects its parameter to be a string",
    "concat(createArray('b'), 'a')": "expects its parameter to be an array",
    "cidrSubnet('10.0.0.0/24', 16, 0)": "does not fit into",
    "parseCidr('hello')": "is not a network in CIDR notation",
    "dateTimeAdd('yesterday', 'P1D')": "is not a valid date and time",
    "dateTimeAdd('2020-01-01', 'P')": "is not a valid ISO 8601 duration",
    "format('{2}', 1)": "is not valid for the arguments given",
    "reference('nothing')": "is not defined in the template",
    "lambda('x', 1)": "'lambda' is not expected at this location",
    "map(createArray(1), 'x')": "must be a lambda",
    "uri('nested', 'x')": "is not an absolute URI",
    "base64ToString('%')": "is not valid Base64",
    "bool('maybe')": "expects its parameter to be a boolean",
    "if('maybe', 1, 2)": "expects its parameter to be a boolean",
    "min(createArray())": "the array is empty",
}


@pytest.mark.parametrize("expression", REFUSED)
def test_a_wrong_call_is_refused_in_azures_words(expression):
    with pytest.raises(ArmError) as refusal:
        evaluated(expression, parameters=PARAMETERS)
    assert REFUSED[expression] in refusal.value.message
    assert refusal.value.code == "InvalidTemplate"
    assert "template output 'it' at line" in refusal.value.message


def test_the_time_and_new_guids_are_allowed_in_parameter_defaults():
    expansion = expanded(
        parameters={
            "now": {"type": "string", "defaultValue": "[utcNow()]"},
            "day": {"type": "string", "defaultValue": "[utcNow('d')]"},
            "custom": {"type": "string", "defaultValue": "[utcNow('M d')]"},
            "universal": {"type": "string", "defaultValue": "[utcNow('u')]"},
            "id": {"type": "string", "defaultValue": "[newGuid()]"},
        }
    )
    assert expansion.parameters == {
        "now": "20260701T123005Z",
        "day": "7/1/2026",
        "custom": "7 1",
        "universal": "2026-07-01 12:30:05Z",
        "id": "33333333-3333-3333-3333-333333333333",
    }


MALFORMED = {
    "concat('a'": "expected token 'RightParenthesis' and actual 'EndOfData'",
    "": "expected token 'Identifier' and actual 'EndOfData'",
    "concat('a',": "actual 'EndOfData'",
    "{ }": "the string character '{' at position '0' is not expected",
    "'a' 'b'": "expected token 'EndOfData' and actual 'StringLiteral'",
    "99999999999999999999": "is not a 64-bit integer",
    "parameters": "expected token 'LeftParenthesis' and actual 'EndOfData'",
}


@pytest.mark.parametrize("expression", MALFORMED)
def test_a_malformed_expression_is_refused_in_azures_words(expression):
    with pytest.raises(ArmError) as refusal:
        evaluated(expression)
    assert refusal.value.message.startswith("Deployment template language expression evaluation failed: '")
    assert MALFORMED[expression] in refusal.value.message


def test_only_a_string_in_brackets_is_an_expression():
    values = {
        "a": "[[text]",
        "b": "[a] b",
        "c": "text",
        "d": "[concat('x', 'y')]",
        "[concat('e', 'e')]": "[[",
        "f": "a]",
    }
    expansion = expanded(variables={"it": values})
    assert expansion.variables["it"] == {"a": "[text]", "b": "[a] b", "c": "text", "d": "xy", "ee": "[[", "f": "a]"}


def test_values_passed_in_are_not_evaluated():
    expansion = expanded(parameters={"p": {"type": "string"}}, values={"p": "[[concat('a')]"})
    assert expansion.parameters == {"p": "[[concat('a')]"}
