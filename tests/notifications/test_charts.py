from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest
from markupsafe import Markup

from notifications import charts

SERIES: dict[str, tuple[str, list[int]]] = {"<未销号>": ("calm", [3, 0, 7]), "b": ("bad", [-1, -2, 0])}


@pytest.mark.parametrize("draw", [charts.lines, charts.stacked])
def test_a_chart_is_one_drawing_without_scripts_the_same_each_time(draw: Callable[..., Markup]) -> None:
    drawn = draw("k", ["1", "2", "3"], SERIES)
    assert drawn == draw("k", ["1", "2", "3"], SERIES)
    root = ET.fromstring(drawn)  # noqa: S314 -- our own
    assert root.get("id") == "chart-k"
    assert {each.tag.rpartition("}")[2] for each in root.iter()} & {"script", "image", "a"} == set()
    assert "href" not in drawn
    assert "<未销号>" not in drawn  # escaped
    assert "未销号" in drawn


def test_what_is_drawn_below_the_line_is_no_negative_count() -> None:
    drawn = charts.stacked("k", ["1", "2", "3"], SERIES)
    assert ">-" not in drawn


def test_a_chart_of_nothing_is_drawn() -> None:
    assert "<svg" in charts.stacked("k", [], {"a": ("calm", [])})
