"""Reading Cost Management's answer."""

import json
from datetime import date
from decimal import Decimal

import pytest

from cloud.costs import CostRow, _page
from cloud.errors import PermanentCloudError
from cloud.exchange import Answer


def answer(columns: list[str], rows: str, next_link: str | None = None) -> Answer:
    """The wire's own digits: the rows are text, not Python's numbers."""
    named = json.dumps([{"name": name, "type": "String"} for name in columns])
    return Answer(
        200, {}, f'{{"properties": {{"nextLink": {json.dumps(next_link)}, "columns": {named}, "rows": {rows}}}}}'
    )


def test_columns_are_found_by_name_and_every_digit_is_kept():
    found = _page(
        answer(
            ["ServiceName", "Currency", "UsageDate", "ResourceGroupName", "PreTaxCost"],
            '[["Storage", "JPY", 20261102, "RG-Apollo", 0.1234567890123456789012345678],'
            ' [null, "JPY", 20261103, null, 7]]',
            "https://next",
        )
    )
    assert found.rows == (
        CostRow(date(2026, 11, 2), "rg-apollo", "Storage", Decimal("0.1234567890123456789012345678"), "JPY"),
        CostRow(date(2026, 11, 3), "", "", Decimal(7), "JPY"),
    )
    assert found.next_url == "https://next"


def test_an_answer_without_rows_is_a_last_page():
    found = _page(answer(["Cost", "UsageDate", "ResourceGroup", "ServiceName", "Currency"], "[]"))
    assert (found.rows, found.next_url) == ((), "")


def test_an_answer_without_a_needed_column_is_refused_by_name():
    with pytest.raises(PermanentCloudError, match="Currency"):
        _page(answer(["Cost", "UsageDate", "ResourceGroup", "ServiceName"], "[]"))
