"""Log lines with the request's and the operation's id bound once, as JSON in production."""

import json
import logging
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
operation_id: ContextVar[str] = ContextVar("operation_id", default="")

_STANDARD_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "request_id",
    "operation_id",
}


class IdentityFilter(logging.Filter):
    """Puts the current request id and operation id on every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add both ids; never drop a record."""
        record.request_id = request_id.get()
        record.operation_id = operation_id.get()
        return True


class JsonLine(logging.Formatter):
    """One JSON object a line: time, level, logger, constant event text, fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Render the record; values that JSON does not know become text."""
        line: dict[str, object] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage(),
        }
        for name in ("request_id", "operation_id"):
            if value := getattr(record, name, ""):
                line[name] = value
        line.update({key: value for key, value in vars(record).items() if key not in _STANDARD_FIELDS})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


class PlainLine(logging.Formatter):
    """A short line for a person at a terminal."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")
