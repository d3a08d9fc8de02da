"""A developer asks for an environment, watches it being built, uses it, extends it and gives it back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from environments import doctor
from environments.models import Environment
from tests.journeys.steps import ask, fill_in_and_check, wait_for_status

pytestmark = pytest.mark.emulator


def test_a_developer_gets_uses_extends_and_gives_back_an_environment(visitor, azure):
    yui = visitor("sato.yui")
    assert "Sato Yui" in yui.page.text

    ask(yui, "code-interpreter-sessions", name="agent-lab", region="eastus2", lifetime_days="7")
    wait_for_status(yui, "Ready")
    address = yui.page.url
    assert "Deployment of the template (done)" in yui.page.text

    settings = yui.press("Download .env").html
    names = [line.split("=")[0] for line in settings.splitlines() if line and not line.startswith("#")]
    assert names == ["POOL_ENDPOINT", "AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_API_KEY", "AZURE_OPENAI_MODEL"]

    yui.open(address)
    yui.follow("Ask Azure what is in the group now")
    assert "Microsoft.App/sessionPools" in yui.page.html

    yui.open(address)
    yui.follow("Extend")
    yui.press("Extend it", days="14")
    environment = Environment.objects.get(name="agent-lab")
    assert environment.ends_at > timezone.now() + timedelta(days=12)

    yui.open(address)
    yui.follow("Delete")
    yui.press("Delete everything")
    wait_for_status(yui, "Deleted")
    receipt = yui.download(f"/environments/{environment.pk}/receipt.json")
    assert receipt["complete"] is True, receipt

    listed = azure.control.requests(method="DELETE", path="resourcegroups")
    assert listed, "the group was deleted in Azure"
    assert [found for _invariant, found in doctor.examine(with_azure=True) if found] == []


def test_a_form_that_breaks_a_rule_names_it_and_offers_no_button(visitor):
    yui = visitor("sato.yui")
    yui.open("/requests/new/empty-sandbox/")
    yui.press("Check it", expect=422, name="microsoft-lab")
    assert "Azure refuses names with the word" in yui.page.text
    assert not yui.page.has_button("Ask for it")


def test_pressing_twice_gives_one_environment(visitor):
    yui = visitor("sato.yui")
    fill_in_and_check(yui, "empty-sandbox", name="scratch", region="japaneast")
    form = yui.page
    yui.press("Ask for it")
    first = yui.page.url
    yui.page = form
    yui.press("Ask for it")
    assert yui.page.url == first
    assert Environment.objects.filter(name="scratch").count() == 1
