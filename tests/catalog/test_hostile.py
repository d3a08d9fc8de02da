"""Templates from strangers: whatever they hold, reading, showing and filling in the form ends in findings or fields."""

import json

from django import forms
from hypothesis import example, given, settings
from hypothesis import strategies as st

from catalog.blueprint import Texts, read_blueprint
from catalog.explain import default_resources, options
from catalog.forms import check_parameters, parameter_fields
from catalog.readme import _render
from catalog.templatetags.catalog import parameter_default
from catalog.wording import limits, type_word

_KINDS = "string int bool array object securestring secureObject SecureString none".split()
_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=6)
    | st.just("[add(1, 2)]"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
_DEFINITION = st.fixed_dictionaries(
    {"type": st.sampled_from(_KINDS) | _JSON},
    optional=dict.fromkeys(
        "defaultValue allowedValues minValue maxValue minLength maxLength metadata nullable".split(), _JSON
    ),
)


def use(text: str) -> None:
    """Everything the pages do with a version."""
    blueprint, findings = read_blueprint(Texts(digest=text, arm_text=text))
    if blueprint is None:
        assert findings
        return
    default_resources(blueprint)
    options(blueprint)
    for parameter in blueprint.parameters:
        assert str((parameter_default(parameter), limits(parameter), type_word(parameter)))
    fill_in(blueprint, {})
    fill_in(blueprint, {f"p-{parameter.name}": "1" for parameter in blueprint.parameters})


def fill_in(blueprint, data) -> None:
    form = forms.Form(data)
    form.fields.update(parameter_fields(blueprint))
    assert form.as_p() is not None
    form.is_valid()
    check_parameters(form, blueprint)


@settings(deadline=None, max_examples=150)
@given(st.dictionaries(st.text(max_size=5), _DEFINITION, max_size=2))
@example({"a": {"type": "int", "minValue": "1", "maxValue": "[add(1, 2)]"}})
@example({"a": {"type": "string", "allowedValues": "abc", "minLength": 5, "maxLength": 2}})
@example({"a": {"type": "string", "metadata": ["x"]}, "A": {"type": "int"}})
@example({"a": {"type": "int", "allowedValues": [], "defaultValue": "x"}})
@example({"a": {"type": "bool", "defaultValue": "yes"}})
@example({"a": {"type": "string", "minLength": 2**63}, "b": {"type": "array", "minLength": 2**40}})
def test_any_parameter_definition_is_a_field_or_a_finding(parameters):
    use(
        json.dumps(
            {"$schema": "https://x/2019-04-01/deploymentTemplate.json#", "parameters": parameters, "resources": []}
        )
    )


@settings(deadline=None, max_examples=100)
@given(_JSON, _JSON)
def test_any_document_is_a_blueprint_or_a_finding(resources, outputs):
    schema = "https://x/2019-04-01/deploymentTemplate.json#"
    use(json.dumps({"$schema": schema, "resources": resources, "outputs": outputs}))


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_as_a_readme_is_harmless(text):
    assert "<script" not in _render(text).lower()


def test_a_template_that_would_run_for_ever_is_stopped():
    text = json.dumps(
        {
            "$schema": "https://x/2019-04-01/deploymentTemplate.json#",
            "resources": [],
            "parameters": {"a": {"type": "array", "defaultValue": "[range(0, 10000)]"}},
            "variables": {"b": "[map(parameters('a'), lambda('x', map(parameters('a'), lambda('y', 1))))]"},
            "outputs": {"c": {"type": "array", "value": "[variables('b')]"}},
        }
    )
    blueprint, _findings = read_blueprint(Texts(digest="endless", arm_text=text))
    assert blueprint is not None
    assert default_resources(blueprint).problem
