"""The usual way, for comparison: a task that waits for the SDK's poller holds its slot as long as Azure works."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

from cloud import clients, groups
from tests.bench.load import TEMPLATE, Load


def run(load: Load, *, count: int, threads: int) -> float:
    """Build `count` environments with `threads` slots that each wait for `poller.result()`. Returns seconds."""
    places = load.subscription_ids
    started = time.monotonic()
    with ThreadPoolExecutor(threads) as pool:
        for future in [pool.submit(_build, places[number % len(places)]) for number in range(count)]:
            future.result()
    return time.monotonic() - started


def _build(subscription_id: str) -> None:
    name = f"rg-blocking-{uuid.uuid4().hex[:8]}"
    groups.write_group(subscription_id=subscription_id, name=name, location="japaneast", tags={"bench": "blocking"})
    wanted = {
        "properties": {
            "template": TEMPLATE,
            "actionOnUnmanage": {"resources": "delete"},
            "denySettings": {"mode": "none"},
        }
    }
    stacks = clients.stacks(subscription_id).deployment_stacks
    stacks.begin_create_or_update_at_resource_group(name, "blocking", wanted, polling_interval=5).result()
