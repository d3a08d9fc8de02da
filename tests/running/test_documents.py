"""What the documents promise about settings, commands and files is so."""

import re
from pathlib import Path

import yaml

from portal.company import tenant
from tests.services import ROOT

_INTERNAL = {"GENKAN_CRASH_AT", "GENKAN_CRASH_MARK", "GENKAN_WITHOUT_GUARDS", "GENKAN_SAMPLE_COMPANY"}


def settings_of(path: str) -> set[str]:
    return set(re.findall(r"GENKAN_[A-Z_]+[A-Z]", (ROOT / path).read_text()))


def test_every_setting_is_explained_and_every_explained_setting_exists():
    used = settings_of("portal/settings.py") | settings_of("portal/running/state.py")
    used |= settings_of("portal/running/supervisor.py")
    assert settings_of(".env.example") == used - _INTERNAL


def test_every_make_target_has_a_line_in_the_help():
    text = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z]+):", text, re.MULTILINE)) - {"base", "dev"}
    helped = set(re.findall(r"^([a-z]+):.*## ", text, re.MULTILINE))
    assert targets == helped
    assert {"run", "reset", "test", "check", "format", "seed", "messages", "lock", "bench", "doctor"} <= helped


def test_every_link_between_documents_leads_somewhere():
    pages = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    for page in [*pages, *(ROOT / "docs").rglob("*.md")]:
        for link in re.findall(r"\]\(([^)#]+)", page.read_text()):
            if not link.startswith("http"):
                assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_every_dependency_has_its_reason_in_the_readme():
    reasons = (ROOT / "README.md").read_text()
    for line in (ROOT / "requirements" / "base.in").read_text().splitlines():
        if line and not line.startswith("#"):
            name = re.split(r"[~\[=<>]", line)[0]
            assert re.search(rf"\b{re.escape(name)}\b", reasons), name


def test_compose_for_the_local_azure_names_the_sample_companys_identities(tmp_path):
    text = (ROOT / "docker-compose.local-azure.yml").read_text().replace("!reset", "")
    compose = yaml.safe_load(text)
    expected = tenant.azure_environment(url="https://localhost:8443", ca_path=Path("/srv/state/azure/ca.pem"))
    given = compose["services"]["azure"]["environment"]
    assert {name: value for name, value in given.items() if name != "GENKAN_SAMPLE_COMPANY"} == expected
    base = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    assert set(base["services"]) == {"prepare", "web", "worker", "beat", "broker", "database"}
