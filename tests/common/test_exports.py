"""CSV that no spreadsheet takes for formulas."""

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.exports import csv_response, safe_cell


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＠"])
def test_a_cell_that_looks_like_a_formula_is_text(start):
    assert safe_cell(f"{start}cmd|' /C calc'!A0").startswith("'")


def test_a_number_stays_a_number():
    assert safe_cell(Decimal("-12.5")) == "-12.5"


@given(st.lists(st.text(alphabet=st.characters(blacklist_categories=["Cs"], blacklist_characters="\0")), min_size=1))
def test_what_is_written_can_be_read_again(cells):
    response = csv_response("x.csv", header=["h"] * len(cells), rows=[cells])
    text = response.getvalue().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[1] == [safe_cell(cell) for cell in cells]


def test_the_download_has_a_name_of_any_script():
    assert "filename*=utf-8''" in csv_response("監査.csv", header=["h"], rows=[])["Content-Disposition"]
