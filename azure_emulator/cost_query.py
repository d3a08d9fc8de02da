"""Reads a Cost Management query: its days, its filter, its groups and sums."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from azure_emulator.cost_records import MICRO, CostRecord
from azure_emulator.errors import AzureError

Document = dict[str, Any]
Test = Callable[[CostRecord], bool]

SUMS = frozenset({"cost", "costusd", "pretaxcost", "pretaxcostusd"})
YEN_PER_DOLLAR = 150
MAXIMUM_DAILY, MAXIMUM_MONTHS = 31, 12
TAG = "TagKey"


def bad(message: str) -> AzureError:
    """Cost Management's 400."""
    return AzureError(400, "BadRequest", f"Invalid query definition: {message}.")


def span(body: Document, today: date) -> tuple[date, date]:
    """The first and last day of a query."""
    timeframe = str(body.get("timeframe", "")).lower()
    month = today.replace(day=1)
    match timeframe:
        case "monthtodate" | "billingmonthtodate":
            return month, today
        case "thelastmonth" | "thelastbillingmonth":
            last = month - timedelta(days=1)
            return last.replace(day=1), last
        case "weektodate":
            return today - timedelta(days=(today.weekday() + 1) % 7), today
        case "custom":
            return _custom(body.get("timePeriod"))
        case _:
            raise bad(f"The timeframe '{body.get('timeframe')}' is not valid")


def _custom(period: object) -> tuple[date, date]:
    try:
        assert isinstance(period, dict)
        first, last = (date.fromisoformat(str(period[name])[:10]) for name in ("from", "to"))
    except (AssertionError, KeyError, ValueError) as error:
        raise bad("A custom timeframe needs 'timePeriod' with 'from' and 'to'") from error
    if last < first:
        raise bad("The start of the time period must lie before its end")
    return first, last


def check_span(first: date, last: date, *, granularity: str) -> None:
    """Refuse spans longer than Azure reads at once."""
    limit = 366 if granularity == "daily" else 31 * (MAXIMUM_MONTHS + 1)
    if (last - first).days > limit:
        raise bad("Time period for pulling the data cannot exceed 1 year(s)")


def months(first: date, last: date) -> int:
    """How many months of data a query touches: its cost in QPU."""
    return (last.year - first.year) * 12 + last.month - first.month + 1


def compiled(condition: object) -> Test:
    """The query's filter as a test on one record."""
    if not condition:
        return lambda _: True
    if not isinstance(condition, dict) or len(condition) != 1:
        raise bad("A filter has exactly one of 'and', 'or', 'not', 'dimensions', 'tags'")
    name, value = next(iter(condition.items()))
    match name.lower():
        case "and" | "or":
            return _joined(name.lower(), value)
        case "not":
            inner = compiled(value)
            return lambda record: not inner(record)
        case "dimensions" | "tags":
            return _listed(value, is_tag=name.lower() == "tags")
        case _:
            raise bad(f"The filter '{name}' is not known")


def _joined(word: str, value: object) -> Test:
    if not isinstance(value, list) or len(value) < 2:
        raise bad(f"'{word}' needs at least two children")
    tests = [compiled(child) for child in value]
    return (lambda record: all(test(record) for test in tests)) if word == "and" else lambda r: any(t(r) for t in tests)


def _listed(value: object, *, is_tag: bool) -> Test:
    if not isinstance(value, dict) or not isinstance(value.get("values"), list) or value.get("operator") != "In":
        raise bad("A comparison needs 'name', the operator 'In' and 'values'")
    name, wanted = str(value.get("name", "")).lower(), {str(item).lower() for item in value["values"]}
    if is_tag:
        return lambda record: _tag(record, name).lower() in wanted
    return lambda record: record.dimensions.get(name, "").lower() in wanted


def _tag(record: CostRecord, name: str) -> str:
    return next((value for key, value in record.tags.items() if key.lower() == name), "")


class Table:
    """The columns and rows a query asks for."""

    def __init__(self, dataset: Document, *, currency: str) -> None:
        self._granularity = str(dataset.get("granularity") or "None").lower()
        if self._granularity not in {"none", "daily", "monthly"}:
            raise bad(f"The granularity '{dataset.get('granularity')}' is not valid")
        self._currency = currency
        aggregation, grouping = dataset.get("aggregation") or {}, dataset.get("grouping") or []
        if not isinstance(aggregation, dict) or not isinstance(grouping, list):
            raise bad("'aggregation' is an object and 'grouping' a list")
        if not all(isinstance(item, dict) for item in (*aggregation.values(), *grouping)):
            raise bad("Each aggregation and each grouping is an object")
        self._sums = [str(item.get("name")) for item in aggregation.values()]
        unknown = [name for name in self._sums if name.lower() not in SUMS | {"usagequantity"}]
        if unknown:
            raise bad(f"The aggregation '{unknown[0]}' is not valid")
        self._groups = [(str(item.get("type")), str(item.get("name"))) for item in grouping]
        if len(self._groups) > 2:
            raise bad("A query has at most two groupings")

    @property
    def granularity(self) -> str:
        """none, daily or monthly."""
        return self._granularity

    def columns(self) -> list[Document]:
        """Names and types, in the order of the rows."""
        columns = [{"name": name, "type": "Number"} for name in self._sums or ["Cost"]]
        if self._granularity == "daily":
            columns.append({"name": "UsageDate", "type": "Number"})
        elif self._granularity == "monthly":
            columns.append({"name": "BillingMonth", "type": "Datetime"})
        for kind, name in self._groups:
            names = ["TagKey", "TagValue"] if kind == TAG else [name]
            columns += [{"name": item, "type": "String"} for item in names]
        return [*columns, {"name": "Currency", "type": "String"}]

    def rows(self, records: Iterable[CostRecord]) -> list[list[Any]]:
        """The sums by time and group, in a stable order."""
        totals: dict[tuple[Any, ...], int] = {}
        for record in records:
            key = self._key(record)
            totals[key] = totals.get(key, 0) + record.micro
        return [[*self._amounts(micro), *key, self._currency] for key, micro in sorted(totals.items())]

    def _key(self, record: CostRecord) -> tuple[Any, ...]:
        day = record.day
        key: list[Any] = []
        if self._granularity == "daily":
            key.append(day.year * 10000 + day.month * 100 + day.day)
        elif self._granularity == "monthly":
            key.append(f"{day.year:04d}-{day.month:02d}-01T00:00:00")
        for kind, name in self._groups:
            if kind == TAG:
                value = _tag(record, name.lower())
                key += [name.lower() if value else "", value]
            else:
                key.append(record.dimensions.get(name.lower(), ""))
        return tuple(key)

    def _amounts(self, micro: int) -> list[float]:
        rates = {"costusd": YEN_PER_DOLLAR, "pretaxcostusd": YEN_PER_DOLLAR} if self._currency == "JPY" else {}
        return [micro / MICRO / rates.get(name.lower(), 1) for name in self._sums or ["Cost"]]
