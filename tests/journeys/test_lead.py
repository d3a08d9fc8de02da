"""A project lead decides: what was approved is built, what was refused is not, and the requester learns why."""

import pytest

from environments.models import Environment
from tests.journeys.steps import ask, wait_for_status

pytestmark = pytest.mark.emulator


def test_a_lead_approves_one_request_and_refuses_another(visitor):
    mio = visitor("yamada.mio")
    ask(mio, "empty-sandbox", environment_type="qa", name="wanted", region="japaneast")
    wanted = mio.page.url
    assert "It waits for a lead of the project" in mio.page.text
    ask(mio, "empty-sandbox", environment_type="qa", name="unwanted", region="japaneast")
    unwanted = mio.page.url

    ren = visitor("tanaka.ren")
    ren.open("/approvals/")
    assert "wanted" in ren.page.links
    ren.follow("wanted")
    ren.press("Approve", reason="Needed for the shop")
    ren.open("/approvals/")
    ren.follow("unwanted")
    ren.press("Refuse", reason="Use the one you have")

    mio.open(unwanted)
    assert "Use the one you have" in mio.page.text
    mio.open(wanted)
    mio.reload_until(lambda page: "Open the environment" in page.links, what="the environment")
    mio.follow("Open the environment")
    wait_for_status(mio, "Ready")
    assert not Environment.objects.filter(name="unwanted").exists()


def test_nobody_approves_their_own_request(visitor):
    ren = visitor("tanaka.ren")
    ask(ren, "empty-sandbox", environment_type="qa", name="my-own", region="japaneast")
    assert not ren.page.has_button("Approve")
    ren.open("/approvals/")
    assert not ren.page.has_button("Approve")


def test_what_two_must_approve_is_built_after_the_second(visitor):
    yui = visitor("sato.yui")
    ask(yui, "empty-sandbox", environment_type="staging", name="release", region="japaneast")
    wanted = yui.page.url
    for lead, remaining in (("tanaka.ren", True), ("emma.wilson", False)):
        person = visitor(lead)
        person.open(wanted)
        person.press("Approve", reason="Fine")
        assert Environment.objects.filter(name="release").exists() is False or not remaining
    yui.open(wanted)
    yui.reload_until(lambda page: "Open the environment" in page.links, what="the environment")
