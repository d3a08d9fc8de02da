"""Bars are drawn on one scale."""

from decimal import Decimal

from costs.charts import WIDTH, Row, chart


def test_the_largest_amount_or_limit_fills_the_width():
    drawn = chart([Row("a", Decimal(50), "JPY", Decimal(100)), Row("b", Decimal(25), "JPY")])
    assert [(bar.width, bar.limit) for bar in drawn.bars] == [((WIDTH - 2) // 2, WIDTH - 2), ((WIDTH - 2) // 4, None)]
    assert drawn.bars[0].bottom < drawn.bars[1].baseline
    assert drawn.height >= drawn.bars[1].bottom


def test_refunds_and_nothing_draw_no_bar():
    drawn = chart([Row("a", Decimal(-5), "JPY"), Row("b", Decimal(0), "JPY")])
    assert [bar.width for bar in drawn.bars] == [0, 0]
    assert chart([]).height == 0
