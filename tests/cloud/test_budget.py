"""The token buckets that keep one process below Azure's limits."""

import threading

import pytest
from django.test import override_settings

from cloud.budget import Bucket, Budget, Kind
from cloud.errors import TransientCloudError


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_gives_its_size_at_once_and_then_what_refills():
    clock = Clock()
    bucket = Bucket(size=3, refill=2, clock=clock)
    assert [bucket.take() for _ in range(3)] == [0, 0, 0]
    assert bucket.take() == pytest.approx(0.5)
    clock.now = 0.5
    assert bucket.take() == 0


def test_callers_who_come_too_early_are_told_different_times():
    bucket = Bucket(size=1, refill=2, clock=Clock())
    bucket.take()
    assert [bucket.take() for _ in range(3)] == pytest.approx([0.5, 1.0, 1.5])


def test_no_wait_is_longer_than_a_minute():
    bucket = Bucket(size=1, refill=0.001, clock=Clock())
    bucket.take()
    assert bucket.take() == 60


def test_the_queue_is_forgotten_as_the_bucket_refills():
    clock = Clock()
    bucket = Bucket(size=1, refill=1, clock=clock)
    for _ in range(5):
        bucket.take()
    clock.now = 10
    assert bucket.take() == 0
    assert bucket.take() == pytest.approx(1)


@override_settings(AZURE_BUDGET_SHARE=0.5)
def test_an_empty_budget_raises_instead_of_calling_and_other_subscriptions_are_not_affected():
    budget = Budget()
    for _ in range(125):
        budget.spend("one", Kind.READ)
    with pytest.raises(TransientCloudError) as caught:
        budget.spend("ONE", Kind.READ)
    assert caught.value.code == "BudgetEmpty"
    assert caught.value.retry_after
    budget.spend("other", Kind.READ)
    budget.spend("one", Kind.WRITE)


@override_settings(AZURE_BUDGET_SHARE=1)
def test_the_budget_shrinks_when_azure_says_that_little_is_left():
    budget = Budget()
    budget.learn("one", Kind.READ, 100)
    assert budget.share_left("one", Kind.READ) == pytest.approx(1, abs=0.01)
    budget.learn("one", Kind.READ, 5)
    assert budget.share_left("one", Kind.READ) == pytest.approx(5 / 250, abs=0.01)


@override_settings(AZURE_BUDGET_SHARE=0)
def test_the_budget_can_be_switched_off():
    budget = Budget()
    for _ in range(1000):
        budget.spend("one", Kind.WRITE)


@override_settings(AZURE_BUDGET_SHARE=0.5)
def test_many_threads_never_take_more_than_the_bucket_holds():
    budget, taken, lock = Budget(), [], threading.Lock()

    def caller() -> None:
        for _ in range(40):
            try:
                budget.spend("one", Kind.DELETE)
            except TransientCloudError:
                continue
            with lock:
                taken.append(1)

    threads = [threading.Thread(target=caller) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 100 <= len(taken) <= 105
