"""From a version's parameters to form fields, and from the cleaned form back to what is sent to Azure."""

from collections.abc import Mapping
from itertools import takewhile
from typing import Any

from django import forms
from django.utils.translation import gettext as _

import arm
from catalog.blueprint import Blueprint
from catalog.form_fields import (
    CheckField,
    JsonField,
    ListField,
    NumberField,
    PickField,
    SecretJsonField,
    SecretTextField,
    TextField,
    YesNoField,
)
from catalog.parameters import Parameter
from catalog.samples import SAMPLES, sample_context
from catalog.wording import limits

PREFIX = "p-"
_MAX_REPORTED = 5
_TELLING_LETTERS = 3


def field_name(parameter: Parameter) -> str:
    """The form field of a parameter."""
    return PREFIX + parameter.name


def parameter_fields(blueprint: Blueprint, *, region: str | None = None) -> dict[str, forms.Field]:
    """A field for every parameter that is shown, in order; `region` is what region parameters start with."""
    return {
        field_name(parameter): _field(blueprint, parameter, region)
        for parameter in blueprint.parameters
        if not parameter.is_hidden
    }


def read_parameters(blueprint: Blueprint, cleaned_data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is sent to Azure, plain and secure apart: only what differs from what the template would take anyway.

    Hidden and read-only parameters never come from the form, whatever was posted.
    """
    plain: dict[str, Any] = {}
    secure: dict[str, Any] = {}
    for parameter in blueprint.parameters:
        fixed = parameter.is_hidden or parameter.read_only
        value = _fixed(parameter) if fixed else cleaned_data.get(field_name(parameter))
        if value is None or (not parameter.secure and _is_template_default(parameter, value)):
            continue
        (secure if parameter.secure else plain)[parameter.name] = value
    return plain, secure


def check_parameters(form: forms.Form, blueprint: Blueprint) -> None:
    """Add what only the template as a whole can tell to the form's fields, and refuse fields it does not have."""
    unknown = unknown_fields(blueprint, form.data)
    if unknown:
        names = ", ".join(name.removeprefix(PREFIX)[:60] for name in unknown[:_MAX_REPORTED])
        form.add_error(
            None,
            _("The form holds settings that the template does not have: %(names)s. Reload the page and start again.")
            % {"names": names},
        )
    plain, secure = read_parameters(blueprint, form.cleaned_data)
    for problem in arm.validate_parameters(blueprint.template, {**plain, **secure}):
        parameter = blueprint.parameter(problem.name)
        name = field_name(parameter) if parameter else ""
        if name in form.fields and not form.has_error(name):
            form.add_error(name, _sentence(problem))


def unknown_fields(blueprint: Blueprint, data: Mapping[str, Any]) -> list[str]:
    """Posted parameter fields that the form never had: somebody tampered, or the template changed meanwhile."""
    known = {field_name(parameter) for parameter in blueprint.parameters if not parameter.is_hidden}
    return sorted(name for name in data if str(name).startswith(PREFIX) and name not in known)


def _field(blueprint: Blueprint, parameter: Parameter, region: str | None) -> forms.Field:
    shows_default = parameter.has_default and not parameter.default_is_expression and not parameter.secure
    common: dict[str, Any] = {
        "label": str(parameter.label),
        "help_text": _help(blueprint, parameter, region),
        "required": parameter.required or (shows_default and parameter.type == "int"),
        "initial": parameter.default if shows_default else None,
        "disabled": parameter.read_only,
    }
    if parameter.is_region and not parameter.has_default:
        common["initial"] = region
    if parameter.secure:
        return _secret(parameter, common)
    if parameter.allowed:
        can_be_empty = not (shows_default or parameter.required)
        return PickField(
            values=_choices(parameter), can_be_empty=can_be_empty, **{**common, "required": not can_be_empty}
        )
    return _typed(parameter, common, shows_default=shows_default)


def _secret(parameter: Parameter, common: dict[str, Any]) -> forms.Field:
    if parameter.type == "secureobject":
        return SecretJsonField(**common)
    return SecretTextField(min_length=parameter.min_length, max_length=parameter.max_length, **common)


def _typed(parameter: Parameter, common: dict[str, Any], *, shows_default: bool) -> forms.Field:
    match parameter.type:
        case "int":
            low, high = parameter.min_value, parameter.max_value
            return NumberField(min_value=low, max_value=high, shows_default=shows_default, **common)
        case "bool" if shows_default or parameter.required:
            return CheckField(**common)
        case "bool":
            return YesNoField(**common)
        case "array":
            low, high = parameter.min_length, parameter.max_length
            return ListField(min_items=low, max_items=high, shows_default=shows_default, **common)
        case "object":
            return JsonField(shows_default=shows_default, **common)
        case _:
            return _text(parameter, common, shows_default=shows_default)


def _text(parameter: Parameter, common: dict[str, Any], *, shows_default: bool) -> forms.Field:
    limits = {} if parameter.max_length is None else {"max_length": parameter.max_length}
    is_multiline = parameter.is_multiline or "\n" in str(parameter.default or "")
    # A field that shows a default and is cleared means empty text; where that is too short, it is missing.
    common["required"] = parameter.required or (shows_default and bool(parameter.min_length))
    return TextField(
        shows_default=shows_default, is_multiline=is_multiline, min_length=parameter.min_length, **limits, **common
    )


def _choices(parameter: Parameter) -> tuple[Any, ...]:
    """The allowed values; a default outside them stays choosable, as catalogs in the wild need it."""
    shown = parameter.has_default and not parameter.default_is_expression
    if shown and parameter.default not in parameter.allowed:
        return (*parameter.allowed, parameter.default)
    return parameter.allowed


def _help(blueprint: Blueprint, parameter: Parameter, region: str | None) -> str:
    sentences = [str(parameter.help), limits(parameter)]
    if parameter.has_default and parameter.default_is_expression and not parameter.secure:
        sentences.append(_computed(blueprint, parameter, region))
    return " ".join(filter(None, sentences))


def _computed(blueprint: Blueprint, parameter: Parameter, region: str | None) -> str:
    """The default's value where it does not depend on what is not known yet, otherwise the expression itself."""
    one, other = (_evaluated(blueprint, parameter, region, sample) for sample in SAMPLES)
    if isinstance(one, str | int) and one == other:
        return _("Left empty, Azure computes it: %(value)s.") % {"value": one}
    if isinstance(one, str) and isinstance(other, str) and (pattern := _pattern(one, other)):
        return _("Left empty, Azure computes it: %(value)s") % {"value": pattern}
    return _("Left empty, Azure computes it: %(value)s") % {"value": parameter.default}


def _pattern(one: str, other: str) -> str:
    """`chat-…` for two values that begin alike; empty where they have nothing telling in common."""
    start = _shared_start(one, other)
    end = _shared_start(one[len(start) :][::-1], other[len(start) :][::-1])[::-1]
    return f"{start}…{end}" if max(len(start), len(end)) >= _TELLING_LETTERS else ""


def _shared_start(one: str, other: str) -> str:
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return "".join(letter for letter, _twin in pairs)


def _evaluated(blueprint: Blueprint, parameter: Parameter, region: str | None, sample: int) -> Any:
    context = sample_context(sample, region=region)
    try:
        value = arm.evaluate_parameter_default(blueprint.template, parameter.name, parameters={}, context=context)
    except arm.ArmError:
        return None
    return arm.plain(value)


def _fixed(parameter: Parameter) -> Any:
    """What a parameter that nobody may change is sent as."""
    return None if parameter.default_is_expression or not parameter.has_default else parameter.default


def _is_template_default(parameter: Parameter, value: Any) -> bool:
    """True when not sending the value means the same; 1 and true are different values."""
    default = parameter.template_default
    return parameter.has_default and not parameter.default_is_expression and _same(value, default)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, bool) != isinstance(other, bool):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


def _sentence(problem: arm.ParameterProblem) -> str:
    return _("Azure would refuse this value: %(message)s") % {"message": problem.message}
