"""Reading YAML that strangers wrote: safe types only, bounded size, depth and aliases, every key with its line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from django.utils.translation import gettext_lazy as _

from catalog.findings import Finding, Severity

MAX_BYTES = 1024 * 1024
_MAX_DEPTH = 40
_MAX_NODES = 50_000
# libyaml reads ten times faster; it is only let at a text whose depth is known to be harmless.
_Loader: type[yaml.SafeLoader] | type[yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class YamlDocument:
    """A file's mapping with the line of each key, addressed as `a.b[0].c`."""

    file: str
    values: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def read_yaml(text: str, *, file: str) -> YamlDocument:
    """The document, or one without values and with the finding that says why."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        return _refused(file, 0, _("The file is larger than 1 MB."), _("Keep only what the catalog needs."))
    try:
        return _read(text, file)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        problem = _("This is not valid YAML: %(problem)s.") % {"problem": error.problem or error.context or ""}
        return _refused(file, line, problem, _("Mend the line; blanks at its start matter."))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        return _refused(file, 0, _("This is not valid YAML: %(problem)s.") % {"problem": reason[:200]}, "")


def _read(text: str, file: str) -> YamlDocument:
    _check_depth(text)
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            return _refused(file, 1, _("The file must hold names with values."), _("Start with a line `name: …`."))
        lines: dict[str, int] = {}
        findings = tuple(_walk(node, "", file, lines, [0]))
        if findings:
            return YamlDocument(file, lines=lines, findings=findings)
        return YamlDocument(file, loader.construct_document(node), lines)
    finally:
        loader.dispose()


def _check_depth(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _MAX_DEPTH:
            raise ValueError(f"it nests deeper than {_MAX_DEPTH} levels")


def _walk(node: yaml.Node, path: str, file: str, lines: dict[str, int], count: list[int]) -> Iterator[Finding]:
    """Note every key's line; report doubled keys. Aliases are walked each time, so that a bomb runs into the limit."""
    count[0] += 1
    if count[0] > _MAX_NODES:
        raise ValueError(f"it holds more than {_MAX_NODES} values, aliases included")
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        for index, child in enumerate(node.value):
            yield from _walk(child, f"{path}[{index}]", file, lines, count)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, child in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            inner = f"{path}.{name}" if path else name
            if name in seen:
                message = _("%(key)s is written twice.") % {"key": name}
                yield Finding(Severity.ERROR, file, inner, key.start_mark.line + 1, message, _("Keep one of them."))
            seen.add(name)
            lines[inner] = key.start_mark.line + 1
            yield from _walk(child, inner, file, lines, count)


def _refused(file: str, line: int, message: Any, mend: Any) -> YamlDocument:
    return YamlDocument(file, findings=(Finding(Severity.ERROR, file, "", line, message, mend),))
