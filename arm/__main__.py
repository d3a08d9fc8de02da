"""The command line: expand, check or explain a template, or measure a folder of them."""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from arm import (
    ArmError,
    DeploymentContext,
    ResourceGroup,
    check,
    expand,
    explain,
    parse_parameters,
    parse_template,
    plain,
)
from arm.corpus import causes, measure
from arm.expansion import Expansion
from arm.template import Template


def main(arguments: list[str] | None = None) -> int:
    """Run a command; 0 is success, 1 a template that is wrong, 2 a wrong command."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except ArmError as error:
        place = f"{error.position.line}:{error.position.column}: " if error.position else ""
        print(f"{place}{error.code}: {error.message}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m arm", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, text in (
        ("expand", _expand, "print the resources and outputs a template comes to, as JSON"),
        ("explain", _explain, "print what a template builds, a line for each resource"),
        ("check", _check, "print what should be mended in a template"),
    ):
        command = commands.add_parser(name, help=text)
        command.set_defaults(run=run)
        command.add_argument("file", type=Path, metavar="FILE")
        if name != "check":
            _add_deployment(command)
    corpus = commands.add_parser("corpus", help="expand every template of a folder and print how many succeed")
    corpus.set_defaults(run=_corpus)
    corpus.add_argument("folder", type=Path, metavar="DIR")
    corpus.add_argument("--name", action="append", default=[], help="only files of this name, such as azuredeploy.json")
    corpus.add_argument("--failures", type=int, default=20, help="how many failures to list (20)")
    return parser


def _add_deployment(command: argparse.ArgumentParser) -> None:
    command.add_argument("--parameters", type=Path, metavar="FILE", help="a parameter file")
    command.add_argument("--location", default="westeurope", help="of the resource group, or of the deployment")
    command.add_argument("--resource-group", default="example", metavar="NAME")
    command.add_argument("--subscription", default="00000000-0000-0000-0000-000000000000", metavar="ID")
    command.add_argument("--management-group", default="example", metavar="NAME")
    command.add_argument("--deployment-name", default="main", metavar="NAME")
    command.add_argument("--template-uri", default="", metavar="URI", help="where the template was read from")


def _read(path: Path) -> Template:
    return parse_template(path.read_bytes(), name=path.name)


def _expansion(options: argparse.Namespace) -> Expansion:
    template = _read(options.file)
    parameters = parse_parameters(options.parameters.read_bytes()) if options.parameters else {}
    context = DeploymentContext(
        subscription_id=options.subscription,
        resource_group=ResourceGroup(options.resource_group, options.location),
        management_group=options.management_group,
        location=options.location,
        deployment_name=options.deployment_name,
        template_link=options.template_uri,
        now=datetime.now(UTC),
    )
    return expand(template, parameters=parameters, context=context)


def _expand(options: argparse.Namespace) -> int:
    expansion = _expansion(options)
    resources = [
        {
            "id": resource.id,
            "type": resource.type,
            "apiVersion": resource.api_version,
            "name": resource.name,
            **({"existing": True} if resource.existing else {}),
            **plain(resource.body),
            "dependsOn": list(resource.depends_on),
        }
        for resource in expansion.all_resources()
    ]
    outputs: dict[str, Any] = {
        name: {"type": output.type, **({} if output.secure else {"value": plain(output.value)})}
        for name, output in expansion.outputs.items()
    }
    print(json.dumps({"resources": resources, "outputs": outputs}, indent=2, ensure_ascii=False))
    return 0


def _explain(options: argparse.Namespace) -> int:
    rows = [("TYPE", "NAME", "LOCATION", "SKU", "COUNT")]
    notes: list[str] = []
    for line in explain(_expansion(options)):
        kind = f"{line.type} (existing)" if line.existing else line.type
        rows.append((kind, line.name, line.location, line.sku, str(line.count)))
        notes.extend(f"{line.name}: {found.path} waits for {found.reason}" for found in line.unknowns)
        notes.extend([f"{line.name}: {line.deferred}"] if line.deferred else [])
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    if notes:
        print("\nKnown only once deployed:")
        print("\n".join(f"  {note}" for note in notes))
    return 0


def _check(options: argparse.Namespace) -> int:
    changed = datetime.fromtimestamp(options.file.stat().st_mtime, UTC).date()
    findings = check(_read(options.file), name=options.file.name, as_of=changed)
    for finding in findings:
        place = finding.position
        where = f"{place.line}:{place.column} {place.path}" if place else "?"
        print(f"{options.file}:{where}: {finding.severity} [{finding.rule}] {finding.message} {finding.mend}")
    return 1 if any(finding.severity == "error" for finding in findings) else 0


def _corpus(options: argparse.Namespace) -> int:
    tally = measure(options.folder, names=tuple(name.lower() for name in options.name))
    for path, stage, message in tally.failures[: options.failures]:
        print(f"{path}: {stage}: {message[:300]}")
    failed = len(tally.failures)
    share = 100 * tally.expanded / tally.files if tally.files else 0.0
    rows = [
        ("files", f"{tally.files}"),
        ("parsed", f"{tally.parsed}"),
        ("expanded", f"{tally.expanded} ({share:.1f} %)"),
        ("failed", f"{failed}"),
        *((f"  {cause}", str(count)) for cause, count in causes(tally).most_common()),
        ("resources", f"{tally.resources}"),
        ("values known only once deployed", f"{tally.unknowns}"),
        ("seconds", f"{sum(tally.seconds):.1f}"),
        ("milliseconds a template, median", f"{tally.percentile(0.5):.1f}"),
        ("milliseconds a template, 99 of 100 within", f"{tally.percentile(0.99):.1f}"),
    ]
    for name, value in rows:
        print(f"{name:<45}{value:>16}")
    return 0 if tally.files else 2


if __name__ == "__main__":
    sys.exit(main())
