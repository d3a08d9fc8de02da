"""Fields from parameters: what a person may type, what is refused in a sentence, what is sent to Azure."""

import json
from typing import Any

import pytest
from django import forms
from django.utils.datastructures import MultiValueDict
from hypothesis import given, settings
from hypothesis import strategies as st

import arm
from catalog.blueprint import Texts, read_blueprint
from catalog.forms import check_parameters, parameter_fields, read_parameters
from tests.catalog.conftest import OVERLAY, arm_text


def built(overlay: str = "", manifest: str = "", **parameters):
    texts = Texts(
        digest="unused",
        arm_text=arm_text(parameters=parameters),
        overlay_text=OVERLAY.format(version="1.0.0") + overlay if overlay else "",
        manifest_text=manifest,
    )
    blueprint, findings = read_blueprint(texts)
    assert blueprint is not None, findings
    return blueprint


def form_of(blueprint, data=None, region=None) -> forms.Form:
    class ParameterForm(forms.Form):
        def clean(self) -> dict[str, Any]:
            check_parameters(self, blueprint)
            return self.cleaned_data

    form = ParameterForm(None if data is None else MultiValueDict({name: [value] for name, value in data.items()}))
    form.fields.update(parameter_fields(blueprint, region=region))
    return form


def sent(blueprint, **data):
    form = form_of(blueprint, {f"p-{name}": value for name, value in data.items()})
    assert form.is_valid(), form.errors
    return read_parameters(blueprint, form.cleaned_data)


def refused(blueprint, **data) -> str:
    form = form_of(blueprint, {f"p-{name}": value for name, value in data.items()})
    assert not form.is_valid()
    return " ".join(str(message) for messages in form.errors.values() for message in messages)


def test_only_what_differs_from_the_default_is_sent():
    blueprint = built(a={"type": "int", "defaultValue": 1}, b={"type": "string", "defaultValue": "x"})
    assert sent(blueprint, a="1", b="y") == ({"b": "y"}, {})


def test_an_expression_default_is_left_to_azure_unless_somebody_types_a_value():
    blueprint = built(a={"type": "string", "defaultValue": "[uniqueString(resourceGroup().id)]"})
    assert sent(blueprint, a="") == ({}, {})
    assert sent(blueprint, a="mine") == ({"a": "mine"}, {})


def test_an_expression_whose_value_is_certain_shows_it():
    field = form_of(built(a={"type": "string", "defaultValue": "[concat('a', 'b')]"}))["p-a"]
    assert field.help_text == "Left empty, Azure computes it: ab."


def test_an_expression_that_depends_on_the_environment_shows_itself():
    field = form_of(built(a={"type": "string", "defaultValue": "[uniqueString(resourceGroup().id)]"}))["p-a"]
    assert field.help_text == "Left empty, Azure computes it: [uniqueString(resourceGroup().id)]"


def test_an_expression_of_which_a_part_is_certain_shows_that_part():
    field = form_of(built(a={"type": "string", "defaultValue": "[concat('app-', uniqueString(resourceGroup().id))]"}))[
        "p-a"
    ]
    assert field.help_text == "Left empty, Azure computes it: app-…"


def test_what_has_a_default_to_choose_from_is_not_called_optional():
    blueprint = built(
        a={"type": "int", "defaultValue": 1}, b={"type": "string", "allowedValues": ["x"], "defaultValue": "x"}
    )
    assert [field.required for field in form_of(blueprint).fields.values()] == [True, True]
    assert sent(blueprint) == ({}, {})


def test_an_empty_default_is_an_empty_field():
    blueprint = built(a={"type": "array", "defaultValue": []}, b={"type": "object", "defaultValue": {}})
    form = form_of(blueprint)
    assert "[]" not in form.as_p()
    assert "{}" not in form.as_p()
    assert sent(blueprint, a="", b="") == ({}, {})


def test_the_region_is_asked_for_once():
    blueprint = built(location={"type": "string", "defaultValue": "[ resourceGroup().location ]"})
    assert form_of(blueprint).fields == {}


def test_limits_are_said_before_they_are_broken():
    blueprint = built(
        a={"type": "int", "minValue": 1, "maxValue": 50}, b={"type": "string", "minLength": 3, "maxLength": 9}
    )
    form = form_of(blueprint)
    assert (form["p-a"].help_text, form["p-b"].help_text) == ("1 to 50.", "3 to 9 characters.")


@pytest.mark.parametrize(
    ("definition", "value", "sentence"),
    [
        ({"type": "int", "minValue": 1, "maxValue": 50}, "51", "less than or equal to 50"),
        ({"type": "int"}, "1.5", "whole number"),
        ({"type": "int"}, "9" * 5000, "whole number"),
        ({"type": "int"}, str(2**63), "less than or equal to"),
        ({"type": "string", "minLength": 3}, "ab", "at least 3 characters"),
        ({"type": "string", "maxLength": 3}, "abcd", "at most 3 characters"),
        ({"type": "string"}, "a\0b", "Null characters"),
        ({"type": "string", "allowedValues": ["a", "b"]}, "c", "c cannot be chosen here"),
        ({"type": "int", "allowedValues": [1, 2]}, "3", "3 cannot be chosen here"),
        ({"type": "object"}, '{"a": 1,\n "b" 2}', "Not valid JSON in line 2, column 6: a colon is missing"),
        ({"type": "object"}, "[1]", "This must be an object"),
        ({"type": "object"}, '{"a": 1, "a": 2}', "stands there twice"),
        ({"type": "object"}, '{"a": NaN}', "NaN is not a number"),
        ({"type": "object"}, '{"a": 1e999}', "is not a number"),
        ({"type": "object"}, '{"a": ' + "9" * 30 + "}", "more than 19 digits"),
        ({"type": "object"}, '{"a":' * 5000 + "1" + "}" * 5000, "deeper than 32 levels"),
        ({"type": "object"}, '{"a": "' + "x" * 70_000 + '"}', "65536 characters"),
        ({"type": "array"}, '{"a": 1}', "This must be a list"),
        ({"type": "array", "maxLength": 1}, "a\nb", "Give at most 1 items; there are 2."),
        ({"type": "array", "minLength": 2}, "a", "Give at least 2 items; there are 1."),
        ({"type": "array", "allowedValues": [["a"]]}, "b", "cannot be chosen"),
        ({"type": "string"}, "", "required"),
        ({"type": "securestring", "minLength": 8}, "short", "at least 8 characters"),
        ({"type": "secureobject"}, "no json", "Not valid JSON in line 1"),
    ],
)
def test_a_refused_value_is_a_sentence_at_its_field(definition, value, sentence):
    blueprint = built(a=definition)
    form = form_of(blueprint, {"p-a": value})
    assert not form.is_valid()
    assert list(form.errors) == ["p-a"]
    assert sentence in str(form.errors["p-a"])


def test_a_rule_only_the_template_knows_is_told_at_the_field():
    schema = {"type": "object", "properties": {"size": {"type": "int"}}}
    assert "Azure would refuse this value" in refused(built(a=schema), a='{"size": "big"}')


def test_fields_that_the_template_does_not_have_are_refused():
    assert "settings that the template does not have: admin" in refused(built(), admin="yes")


def test_a_locked_parameter_keeps_its_default_whatever_is_posted():
    overlay = "parameters: {a: {locked: true}, b: {hidden: true}}\n"
    blueprint = built(overlay, a={"type": "int", "defaultValue": 5}, b={"type": "int", "defaultValue": 6})
    assert sent(blueprint, a="99") == ({}, {})
    assert read_parameters(blueprint, {"p-a": 99, "p-b": 99}) == ({}, {})
    assert "does not have: b" in refused(blueprint, b="99")


def test_a_read_only_default_of_the_manifest_is_sent():
    manifest = "name: abc\ntemplatePath: x.json\nparameters:\n- {id: a, type: integer, default: 7, readOnly: true}\n"
    blueprint = built("", manifest, a={"type": "int", "defaultValue": 5})
    assert sent(blueprint, a="1") == ({"a": 7}, {})


def test_a_secret_is_kept_apart_and_never_rendered_again():
    blueprint = built(a={"type": "securestring", "allowedValues": ["hidden-words"]}, b={"type": "int"})
    form = form_of(blueprint, {"p-a": "hidden-words", "p-b": "no number"})
    assert not form.is_valid()
    assert "hidden-words" not in form.as_p()
    assert sent(blueprint, a="hidden-words", b="1") == ({"b": 1}, {"a": "hidden-words"})


def test_a_default_of_a_secret_is_never_shown():
    blueprint = built(a={"type": "securestring", "defaultValue": "hidden-words"})
    assert "hidden-words" not in form_of(blueprint).as_p()


def test_a_list_may_be_one_item_a_line():
    blueprint = built(a={"type": "array", "defaultValue": []})
    assert sent(blueprint, a="203.0.113.7\r\n\r\n 10.0.0.0/8 ") == ({"a": ["203.0.113.7", "10.0.0.0/8"]}, {})


def test_a_cleared_default_is_sent_as_empty():
    blueprint = built(
        a={"type": "array", "defaultValue": ["x"]},
        b={"type": "string", "defaultValue": "x"},
        c={"type": "object", "defaultValue": {"x": 1}},
    )
    assert sent(blueprint, a="", b="", c="") == ({"a": [], "b": "", "c": {}}, {})


def test_a_field_that_was_not_posted_keeps_its_default():
    blueprint = built(a={"type": "array", "defaultValue": ["x"]}, b={"type": "string", "defaultValue": "x"})
    assert sent(blueprint) == ({}, {})


def test_a_text_in_brackets_is_shown_and_sent_as_it_is_meant():
    blueprint = built(a={"type": "string", "defaultValue": "[[a]"})
    assert form_of(blueprint)["p-a"].initial == "[a]"
    assert sent(blueprint, a="[a]") == ({}, {})


def test_a_bool_with_a_default_is_a_tick():
    blueprint = built(a={"type": "bool", "defaultValue": True})
    assert sent(blueprint, a="on") == ({}, {})
    assert sent(blueprint) == ({"a": False}, {})


def test_a_bool_that_azure_computes_may_be_left_open():
    blueprint = built(a={"type": "bool", "defaultValue": "[equals(1, 1)]"})
    assert sent(blueprint, a="") == ({}, {})
    assert sent(blueprint, a="false") == ({"a": False}, {})


def test_choices_keep_their_json_type():
    blueprint = built(a={"type": "int", "allowedValues": [1, 2]}, b={"type": "object", "allowedValues": [{"x": 1}]})
    assert sent(blueprint, a="2", b='{"x": 1}') == ({"a": 2, "b": {"x": 1}}, {})


def test_a_parameter_that_azd_calls_a_location_starts_with_the_region():
    blueprint = built(place={"type": "string", "metadata": {"azd": {"type": "location"}}})
    assert form_of(blueprint, region="japaneast")["p-place"].initial == "japaneast"


_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
_JSON = st.recursive(
    st.booleans() | st.integers(-(10**6), 10**6) | _TEXT | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=8,
)
_VALUES = {
    "string": _TEXT,
    "int": st.integers(-(2**63), 2**63 - 1),
    "bool": st.booleans(),
    "array": st.lists(_JSON, max_size=3),
    "object": st.dictionaries(_TEXT, _JSON, max_size=3),
}


@st.composite
def _parameters(draw):
    """A template's parameters, some with a literal default, and a value for each."""
    kinds = draw(st.lists(st.sampled_from(sorted(_VALUES)), max_size=4))
    definitions, values = {}, {}
    for index, kind in enumerate(kinds):
        name = f"a{index}"
        definitions[name] = {"type": kind}
        if draw(st.booleans()):
            default = draw(_VALUES[kind].filter(lambda value: not _looks_like_expression(value)))
            definitions[name]["defaultValue"] = default
        values[name] = draw(_VALUES[kind])
    return definitions, values


def _looks_like_expression(value: Any) -> bool:
    return "[" in json.dumps(value) if not isinstance(value, list) else "[" in json.dumps(value)[1:]


def _typed(value: Any) -> str | None:
    if isinstance(value, bool):
        return "on" if value else None
    return value if isinstance(value, str) else json.dumps(value)


@settings(deadline=None)
@given(_parameters())
def test_what_is_typed_reaches_azure_unchanged(drawn):
    definitions, values = drawn
    blueprint = built(**definitions)
    required_text = {n for n, d in definitions.items() if d["type"] == "string" and "defaultValue" not in d}
    values = {name: value or ("x" if name in required_text else value) for name, value in values.items()}
    typed = {f"p-{name}": text for name, value in values.items() if (text := _typed(value)) is not None}
    form = form_of(blueprint, typed)
    assert form.is_valid(), form.errors
    plain, _secure = read_parameters(blueprint, form.cleaned_data)
    defaults = {name: each["defaultValue"] for name, each in definitions.items() if "defaultValue" in each}
    assert json.dumps({**defaults, **plain}, sort_keys=True) == json.dumps(values, sort_keys=True)
    assert arm.validate_parameters(blueprint.template, plain) == []


@settings(deadline=None)
@given(_parameters())
def test_an_untouched_form_sends_nothing_that_has_a_default(drawn):
    definitions, _values = drawn
    definitions = {name: each for name, each in definitions.items() if "defaultValue" in each}
    blueprint = built(**definitions)
    untouched = form_of(blueprint)
    shown = {
        field.html_name: "on" if field.value() is True else str(field.value())
        for field in untouched
        if field.value() is not False
    }
    form = form_of(blueprint, shown)
    assert form.is_valid(), form.errors
    assert read_parameters(blueprint, form.cleaned_data) == ({}, {})


@settings(deadline=None)
@given(st.sampled_from(["string", "int", "bool", "array", "object", "secureobject", "securestring"]), st.text())
def test_whatever_is_posted_the_form_answers(kind, text):
    blueprint = built(a={"type": kind})
    form_of(blueprint, {"p-a": text}).is_valid()
