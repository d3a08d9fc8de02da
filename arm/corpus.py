"""Measures how many of the templates in a folder can be read and expanded, and how fast."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from arm.context import DeploymentContext, ResourceGroup
from arm.document import read_json
from arm.errors import ArmError
from arm.expanding import expand
from arm.opaque import unknowns_in
from arm.parameters import VaultReference, parse_parameters
from arm.samples import fill_placeholders, sample_value, sample_values
from arm.template import Template, parse_template
from arm.values import get

_PARAMETER_FILES = ("{stem}.parameters.json", "{stem}.parameters.us.json", "{stem}.param.json")
_REPOSITORY = "https://raw.githubusercontent.com/example/templates/main/"


@dataclass
class Tally:
    """What became of the templates of a folder."""

    files: int = 0
    parsed: int = 0
    expanded: int = 0
    resources: int = 0
    unknowns: int = 0
    failures: list[tuple[str, str, str]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    slowest: list[tuple[float, str]] = field(default_factory=list)

    def add_failure(self, path: str, stage: str, message: str) -> None:
        self.failures.append((path, stage, message))

    def percentile(self, share: float) -> float:
        """The time in milliseconds that this share of templates stays within."""
        times = sorted(self.seconds)
        return 1000 * times[min(len(times) - 1, int(share * len(times)))] if times else 0.0


def templates_in(folder: Path, *, names: tuple[str, ...] = ()) -> Iterator[Path]:
    """JSON files that are deployment templates: by their schema, or by file name when names are given."""
    for path in sorted(folder.rglob("*.json")):
        if names and path.name.lower() not in names:
            continue
        if not path.is_file() or ".parameters." in path.name.lower():
            continue
        with path.open("rb") as file:
            start = file.read(4096)
        if b"eploymentTemplate.json" in start.replace(b"\x00", b""):
            yield path


def measure(folder: Path, *, names: tuple[str, ...] = (), report: Callable[[str], None] | None = None) -> Tally:
    """Read and expand every template of a folder."""
    tally = Tally()
    for path in templates_in(folder, names=names):
        shown = str(path.relative_to(folder))
        tally.files += 1
        started = time.perf_counter()
        _measure_one(path, shown, tally)
        spent = time.perf_counter() - started
        tally.seconds.append(spent)
        tally.slowest = sorted([*tally.slowest, (spent, shown)], reverse=True)[:5]
        if report and tally.files % 200 == 0:
            report(f"{tally.files} templates read")
    return tally


def _measure_one(path: Path, shown: str, tally: Tally) -> None:
    stage = "parse"
    try:
        template = parse_template(path.read_bytes(), name=shown)
        tally.parsed += 1
        stage = "parameters"
        parameters = parameters_for(path, template)
        stage = "expand"
        expansion = expand(template, parameters=parameters, context=sample_context(shown))
    except ArmError as error:
        tally.add_failure(shown, stage, f"{error.code}: {error.message}")
        return
    tally.expanded += 1
    for resource in expansion.all_resources():
        tally.resources += 1
        tally.unknowns += len(unknowns_in(resource.body))


def parameters_for(path: Path, template: Template) -> dict[str, Any]:
    """Values from the parameter file beside a template, placeholders replaced.

    What the file lacks or the template would refuse is replaced by a sample: sample files are full of values that
    are meant to be filled in.
    """
    given: dict[str, Any] = {}
    for name, value in _beside(path).items():
        if not isinstance(value, VaultReference):
            given[name] = fill_placeholders(value, seed=name.lower())
        elif (definition := template.parameter(name)) is not None:
            given[name] = value if definition.secure else sample_value(definition)
    given = {name: value for name, value in given.items() if _is_accepted(template, name, value)}
    known = {name.lower() for name in given}
    lacking = [
        definition
        for name, definition in template.parameters.items()
        if definition.required and name.lower() not in known
    ]
    return {**given, **sample_values(template, lacking)}


def _is_accepted(template: Template, name: str, value: Any) -> bool:
    definition = template.parameter(name)
    if definition is None:
        return False
    return isinstance(value, VaultReference) or not definition.problems(value)


def _beside(path: Path) -> dict[str, Any]:
    """The values of the parameter file that lies beside a template."""
    for pattern in _PARAMETER_FILES:
        file = path.with_name(pattern.format(stem=path.stem))
        if file.is_file():
            content, _ = read_json(file.read_bytes(), what="parameter file")
            return parse_parameters(file.read_bytes()) if isinstance(get(content, "parameters"), dict) else {}
    return {}


def sample_context(shown: str = "azuredeploy.json") -> DeploymentContext:
    """A deployment that stands for any: fixed names, fixed time."""
    return DeploymentContext(
        subscription_id="7a3c1c52-6b7e-4a37-8f5e-0f3f6d0c9b11",
        tenant_id="2f4a9838-26b7-47ee-be60-ccc1fdec5953",
        resource_group=ResourceGroup("sample-group", "westeurope"),
        management_group="sample-management-group",
        location="westeurope",
        deployment_name="sample",
        template_link=_REPOSITORY + shown,
        now=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    )


def causes(tally: Tally) -> Counter[str]:
    """How many failures there are of each stage and error code."""
    return Counter(f"{stage}: {message.split(':', 1)[0]}" for _, stage, message in tally.failures)
