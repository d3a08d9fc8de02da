"""Looking at Azure no more often than its budget allows."""

from hypothesis import given
from hypothesis import strategies as st

from environments import pace


@given(st.integers(min_value=1, max_value=100), st.none() | st.floats(min_value=0, max_value=3600))
def test_a_retry_never_comes_before_azure_allows(attempts: int, retry_after: float | None) -> None:
    seconds = pace.retry_seconds(attempts=attempts, retry_after=retry_after)

    assert seconds >= (retry_after or 0)
    assert seconds <= max(retry_after or 0, pace.RETRY_CAP_SECONDS * 1.25)
