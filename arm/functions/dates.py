"""Date functions."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from arm.functions.arguments import integer, invalid, text
from arm.functions.strings import require_default
from arm.nodes import Call
from arm.opaque import reveal
from arm.registry import function
from arm.times import COMPACT, read, read_duration, write

if TYPE_CHECKING:
    from arm.frames import Frame


@function("utcNow", 0, 1, lazy=True)
def utc_now(frame: "Frame", call: Call) -> str:
    require_default("utcNow", frame, call)
    spec = text("utcNow", reveal(call.arguments[0].evaluate(frame))) if call.arguments else COMPACT
    return write(_compact_zone(frame.scope.context.now), spec.replace(COMPACT, "yyyyMMddTHHmmss'Z'"))


def _compact_zone(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


@function("dateTimeAdd", 2, 3)
def date_time_add(base: Any, duration: Any, spec: Any = "G") -> str:
    try:
        moment = read(text("dateTimeAdd", base)) + read_duration(text("dateTimeAdd", duration))
    except OverflowError as error:
        raise invalid("dateTimeAdd", "the result is outside the years 1 to 9999") from error
    return write(moment, text("dateTimeAdd", spec))


@function("dateTimeToEpoch", 1)
def date_time_to_epoch(value: Any) -> int:
    return int((read(text("dateTimeToEpoch", value)) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() // 1)


@function("dateTimeFromEpoch", 1)
def date_time_from_epoch(value: Any) -> str:
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=integer("dateTimeFromEpoch", value))
    except OverflowError as error:
        raise invalid("dateTimeFromEpoch", "the result is outside the years 1 to 9999") from error
    return write(moment, "yyyy-MM-ddTHH:mm:ss'Z'")
