"""Catalog admin, finance, operations, and somebody who may not enter."""

from datetime import date, timedelta

import pytest
from django.conf import settings

from cloud import groups
from costs import services as cost_services
from portal.company import past, tenant
from tests.journeys.steps import ask, fill_in_and_check
from tests.visitor import Visitor

pytestmark = pytest.mark.emulator


def test_a_catalog_admin_takes_a_template_off_the_catalog_and_puts_it_back(visitor):
    aoi, yui = visitor("nakamura.aoi"), visitor("sato.yui")
    fill_in_and_check(yui, "empty-sandbox", name="late", region="japaneast")
    open_form = yui.page

    aoi.open("/catalog/manage/versions/")
    aoi.press("Deprecate Empty sandbox")
    yui.page = open_form
    yui.press("Ask for it", expect=409)
    assert "no longer on offer" in yui.page.text

    aoi.open("/catalog/manage/versions/")
    aoi.press("Publish Empty sandbox")
    yui.page = open_form
    yui.press("Ask for it")
    assert "late" in yui.page.text


def test_finance_sees_the_month_of_every_project_to_the_last_yen(visitor):
    today = date.today()
    for subscription in tenant.SUBSCRIPTIONS:
        cost_services.load_subscription(subscription_id=subscription.id, since=today - timedelta(days=40), until=today)
    sakura = visitor("ito.sakura")
    sakura.open("/costs/")
    for team in tenant.TEAMS:
        assert team.name in sakura.page.text
    month = today.replace(day=1)
    billed = sum(charge.amount for charge in past.charges(today) if charge.day >= month)
    assert f"¥{billed:,.0f}" in sakura.page.text.replace(" ", "")


def test_operations_finds_a_forgotten_group_and_deletes_it(visitor, azure):
    tags = {"managedby": "genkan", "genkaninstance": settings.INSTANCE_ID, "envid": tenant.guid("forgotten")}
    group = {"subscription": tenant.QA.id, "name": "rg-forgotten", "location": "japaneast", "tags": tags}
    foreign = {**group, "name": "rg-foreign", "tags": {**tags, "genkaninstance": "somebody-else"}}
    azure.control.seed({"resourceGroups": [group, foreign]})

    kenji = visitor("kobayashi.kenji")
    kenji.open("/orphans/")
    kenji.reload_until(lambda page: "rg-forgotten" in page.text, what="the orphan")
    assert "rg-foreign" not in kenji.page.text
    kenji.follow("Delete")
    kenji.press("Delete it")
    kenji.open("/orphans/")
    kenji.reload_until(lambda page: "rg-forgotten" not in page.text, what="the orphan gone")
    assert groups.read_group(subscription_id=tenant.QA.id, name="rg-forgotten") is None
    assert groups.read_group(subscription_id=tenant.QA.id, name="rg-foreign") is not None


def test_somebody_without_a_role_is_told_whom_to_ask(portal):
    with Visitor(portal.url, ca_path=settings.AZURE_CA_BUNDLE) as oliver:
        oliver.sign_in("oliver.brown", expect=403)
        assert "Ask" in oliver.page.text
        oliver.open("/environments/")
        assert "sign-in" in oliver.page.url


def test_a_stranger_finds_nothing_of_another_project(visitor):
    yui, haruto = visitor("sato.yui"), visitor("suzuki.haruto")
    ask(yui, "empty-sandbox", name="private", region="japaneast")
    haruto.open(yui.page.url, expect=404)
