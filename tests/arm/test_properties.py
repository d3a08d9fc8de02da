"""Laws the template language keeps for any values."""

from hypothesis import given, settings
from hypothesis import strategies as st

from arm import guid, unique_string
from arm.grammar import parse_expression
from arm.values import quoted, same
from tests.arm.building import evaluated, expanded

TEXTS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=20)
INTEGERS = st.integers(-(2**63), 2**63 - 1)
KEYS = st.text("abcdefgh", min_size=1, max_size=4)
VALUES = st.recursive(
    st.none() | st.booleans() | INTEGERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
FAST = settings(max_examples=150, deadline=None)


def with_values(expression, **values):
    """An expression over parameters that hold the given values."""
    kinds = {bool: "bool", int: "int", str: "string", list: "array", dict: "object"}
    parameters = {name: {"type": kinds[type(value)]} for name, value in values.items()}
    return evaluated(expression, parameters=parameters, values=values)


@FAST
@given(VALUES)
def test_a_value_spelled_as_an_expression_is_that_value_again(value):
    assert same(evaluated(quoted(value)), value)


@FAST
@given(VALUES)
def test_a_value_through_text_and_json_is_that_value_again(value):
    holder = {"x": value}
    assert same(with_values("json(string(parameters('a')))", a=holder), holder)


@FAST
@given(TEXTS, TEXTS)
def test_text_functions_undo_each_other(first, second):
    assert with_values("base64ToString(base64(parameters('a')))", a=first) == first
    assert with_values("uriComponentToString(uriComponent(parameters('a')))", a=first) == first
    assert with_values("dataUriToString(dataUri(parameters('a')))", a=first) == first
    assert with_values("length(concat(parameters('a'), parameters('b')))", a=first, b=second) == len(first + second)


@FAST
@given(st.lists(st.text("abc", max_size=3), min_size=1, max_size=5))
def test_join_and_split_undo_each_other(parts):
    assert with_values("split(join(parameters('a'), ','), ',')", a=parts) == parts


@FAST
@given(st.lists(VALUES, max_size=5), st.lists(VALUES, max_size=5))
def test_union_and_intersection_are_ordered_sets(first, second):
    union = with_values("union(parameters('a'), parameters('b'))", a=first, b=second)
    common = with_values("intersection(parameters('a'), parameters('b'))", a=first, b=second)
    assert all(any(same(item, other) for other in union) for item in first + second)
    assert all(not same(item, other) for place, item in enumerate(union) for other in union[:place])
    assert all(
        any(same(item, other) for other in first) and any(same(item, other) for other in second) for item in common
    )


@FAST
@given(st.dictionaries(KEYS, VALUES, max_size=5), st.dictionaries(KEYS, VALUES, max_size=5))
def test_a_merge_with_itself_changes_nothing_and_the_later_value_wins(first, second):
    assert same(with_values("union(parameters('a'), parameters('a'))", a=first), first)
    merged = with_values("shallowMerge(createArray(parameters('a'), parameters('b')))", a=first, b=second)
    assert same(merged, {**first, **second})


@FAST
@given(st.dictionaries(KEYS, VALUES, max_size=5))
def test_items_and_to_object_undo_each_other(value):
    key, item = (f"lambda('i', lambdaVariables('i').{part})" for part in ("key", "value"))
    expression = f"toObject(items(parameters('a')), {key}, {item})"
    assert same(with_values(expression, a=value), value)


@FAST
@given(st.lists(st.integers(-1000, 1000), max_size=12))
def test_sort_orders_and_keeps_what_is_equal_in_place(numbers):
    expression = "sort(parameters('a'), lambda('x', 'y', less(lambdaVariables('x'), lambdaVariables('y'))))"
    assert with_values(expression, a=numbers) == sorted(numbers)


@FAST
@given(st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9).filter(bool))
def test_division_and_remainder_make_the_number_again(number, divisor):
    expression = (
        "add(mul(div(parameters('a'), parameters('b')), parameters('b')), mod(parameters('a'), parameters('b')))"
    )
    assert with_values(expression, a=number, b=divisor) == number


@FAST
@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_hashes_have_their_shape_and_the_function_agrees_with_the_library(parts):
    assert len(unique_string(*parts)) == 13
    assert guid(*parts)[14] == "5"
    arguments = ", ".join(map(quoted, parts))
    assert evaluated(f"uniqueString({arguments})") == unique_string(*parts)
    assert evaluated(f"guid({arguments})") == guid(*parts)


@FAST
@given(st.text(" \n\t", max_size=3), st.lists(INTEGERS, max_size=4))
def test_white_space_between_the_parts_of_an_expression_means_nothing(space, numbers):
    parts = f"{space},{space}".join(map(str, numbers))
    assert evaluated(f"{space}createArray{space}({space}{parts}{space}){space}") == numbers
    assert parse_expression(f"[createArray({parts})]") is not None


@FAST
@given(st.integers(0, 12), st.integers(1, 5))
def test_a_loop_makes_count_instances_and_batches_keep_their_order(count, size):
    loop = {"name": "l", "count": count, "mode": "serial", "batchSize": size}
    thing = {"type": "a.b/c", "apiVersion": "1", "name": "[concat('n', copyIndex())]", "copy": loop}
    waves = expanded(resources=[thing]).order()
    assert sum(map(len, waves)) == count
    assert all(len(wave) <= size for wave in waves)
    assert [one.copy_index for wave in waves for one in wave] == list(range(count))
