"""Pages by key: every row once, in order, forwards and backwards, at a constant cost."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from audit.models import AuditEvent
from common.paging import keyset_page

pytestmark = pytest.mark.django_db
SORTS = {"newest": "-at", "action": "action", "actor": "actor__display_name"}


@pytest.fixture
def events():
    actor = User.objects.create(subject="t:o", display_name="Sato Yui")
    start = datetime(2026, 11, 1, tzinfo=UTC)
    for number in range(23):
        # Several events share a moment: the key has to tell them apart.
        with time_machine.travel(start + timedelta(minutes=number // 4), tick=False):
            AuditEvent.objects.create(action=f"a.{number % 3}", actor=actor, subject_type="x", subject_id="1")
    return AuditEvent.objects.all()


def walk(rows, *, address="", size=5, forwards=True):
    """Every page in one direction."""
    pages = []
    for _turn in range(50):
        page = keyset_page(rows, request=RequestFactory().get(f"/x/{address}"), size=size, sorts=SORTS)
        pages.append(page)
        address = page.older_url if forwards else page.newer_url
        if not address:
            return pages
    raise AssertionError("the pages never end")


@pytest.mark.parametrize("address", ["", "?sort=-newest", "?sort=action", "?sort=-action", "?sort=actor"])
@pytest.mark.parametrize("size", [1, 5, 23, 24])
def test_walking_forwards_shows_every_row_once_and_backwards_the_same_pages(events, address, size):
    forwards = walk(events, address=address, size=size)
    shown = [row.pk for page in forwards for row in page]
    assert len(shown) == len(set(shown)) == 23
    backwards = walk(events, address=forwards[-1].newer_url or address, size=size, forwards=False)
    if len(forwards) > 1:
        assert [list(page) for page in reversed(backwards)] == [list(page) for page in forwards[:-1]]


def test_the_first_page_has_nothing_newer_and_the_last_nothing_older(events):
    pages = walk(events)
    assert not pages[0].newer_url
    assert not pages[-1].older_url


def test_a_page_costs_one_query_and_counts_nothing(events):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        keyset_page(events, request=RequestFactory().get("/x/"), size=5, sorts=SORTS)
    assert len(queries) == 1
    assert "COUNT" not in queries[0]["sql"]
    assert "OFFSET" not in queries[0]["sql"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(mark=st.text(max_size=40), sort=st.text(max_size=10))
def test_a_mark_or_sort_that_makes_no_sense_shows_the_first_page(events, mark, sort):
    request = RequestFactory().get("/x/", {"after": mark, "sort": sort})
    page = keyset_page(events, request=request, size=5, sorts=SORTS)
    assert len(page) == 5
    assert page.sort == sort if sort.removeprefix("-") in SORTS else page.sort == "newest"


def test_other_filters_stay_in_the_links_and_marks_do_not_pile_up(events):
    page = keyset_page(events, request=RequestFactory().get("/x/?status=ready&after=bad"), size=5, sorts=SORTS)
    assert "status=ready" in page.older_url
    assert page.older_url.count("after=") == 1
    assert page.sort_url("action") == "?status=ready&sort=action"
