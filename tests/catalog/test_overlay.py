"""genkan.yaml is ours, so it is read strictly, and every mistake is named with its line and a way out."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.overlay import read_overlay

HEAD = "genkan: 1\nversion: 1.0.0\n"


def messages(text: str) -> str:
    return "\n".join(str(finding) for finding in read_overlay(text)[1])


def test_an_item_without_an_overlay_is_fine():
    overlay, findings = read_overlay("")
    assert findings == ()
    assert overlay.env == ()


def test_a_misspelt_key_is_named_with_its_line_and_what_was_meant():
    assert messages(HEAD + "sumary: x\n") == "genkan.yaml:3 sumary: This key is not known here. Did you mean summary?"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("genkan: 2\nversion: 1\n", "genkan.yaml:1 genkan: The format's number is missing or unknown."),
        ("genkan: 1\n", "version: This is missing."),
        (HEAD + "minutes: soon\n", "minutes: This must be a whole number from 1 to 1440."),
        (HEAD + "minutes: true\n", "minutes: This must be a whole number"),
        (HEAD + "roles: {owner: Contributor}\n", "roles.owner: This must be a list of texts."),
        (HEAD + "roles: {owner: [Emperor]}\n", "Emperor is not a built-in role"),
        (HEAD + "regions: [East US]\n", "East US is not a region's short name."),
        (HEAD + "env: {'A B': {output: x}}\n", "A name holds letters, digits and _ only."),
        (HEAD + "env: {A: {}}\n", "A name needs either `output` or `list`."),
        (HEAD + "env: {A: {list: {resource: x, api_version: y, action: delete, path: z}}}\n", "list keys"),
        (HEAD + "parameters: {x: {group: nowhere}}\n", "The group nowhere is not in `groups`."),
        (HEAD + "daily_cost: {amount: much, currency: JPY}\n", "daily_cost.amount: This must be an amount."),
        (HEAD + "daily_cost: {amount: .nan, currency: JPY}\n", "daily_cost.amount: This must be an amount."),
        (HEAD + "daily_cost: {amount: 1, currency: yen}\n", "daily_cost.currency: This must be a currency."),
        (HEAD + "delivery: pigeon\n", "pigeon is not known here. Write one of: stack."),
        (HEAD + "name: [a]\n", "name: This must be a text."),
        (HEAD + "groups: x\n", "groups: This must be a list."),
        (HEAD + "version: 2\n", "version is written twice."),
        ("- a\n", "The file must hold names with values."),
        ("genkan: [1\n", "This is not valid YAML"),
        ("genkan: !!python/object/apply:os.system [x]\n", "This is not valid YAML"),
    ],
)
def test_a_mistake_is_named(text, expected):
    assert expected in messages(text)


def test_an_amount_stays_exact():
    overlay, findings = read_overlay(HEAD + 'daily_cost: {amount: "0.10", currency: USD}\n')
    assert findings == ()
    assert overlay.daily_cost
    assert overlay.daily_cost.amount == Decimal("0.10")


def test_a_bomb_of_aliases_is_refused_quickly():
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in range(1, 12):
        bomb += f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n"
    assert "aliases included" in messages(bomb)


def test_deep_nesting_is_refused():
    assert "nests deeper" in messages("a: " + "[" * 3000 + "]" * 3000)


def test_a_value_that_contains_itself_is_refused():
    assert "This is not valid YAML" in messages("a: &a [*a]\n")


def test_a_huge_file_is_refused():
    assert "larger than 1 MB" in messages("a: " + "x" * 1_100_000)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_gives_findings_and_never_an_exception(text):
    read_overlay(text)


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from("name groups parameters env list output roles queries kql".split()), inner
            )
        ),
        max_leaves=12,
    )
)
def test_any_shape_gives_findings_and_never_an_exception(value):
    import yaml

    read_overlay(yaml.safe_dump({"genkan": 1, "version": "1", "parameters": value, "env": value, "groups": value}))


def test_the_example_in_the_authors_guide_is_valid():
    guide = (Path(__file__).parents[2] / "docs/catalog-authoring.md").read_text()
    example = guide.partition("```yaml\n")[2].partition("```")[0]
    overlay, findings = read_overlay(example)
    assert findings == ()
    assert [line.name for line in overlay.env] == ["APP_URL", "STORAGE_KEY"]
