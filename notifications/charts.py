"""Charts as inline SVG: no script, nothing loaded from elsewhere, the same bytes each time."""

from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from markupsafe import Markup
from pygal import Line, StackedBar
from pygal.style import Style

WIDTH, HEIGHT = 520, 340  # small, so that its writing can be read on a telephone, to which it is scaled
SVG = "http://www.w3.org/2000/svg"
LABELLED = 8
"""How many labels the axis of the nights has room for."""
COLOURS = {"calm": "#4a7fb5", "good": "#3f8f6b", "warn": "#d69a2d", "bad": "#b8433f"}
"""By what a series stands for."""


def stacked(key: str, labels: Sequence[str], series: Mapping[str, tuple[str, Sequence[int]]]) -> Markup:
    """Bars upon each other, one stack a label.

    :param key: names the drawing within its page.
    :param series: by what people call it, its colour's name and its values.
    """
    return _drawn(StackedBar, key, labels, series)


def lines(key: str, labels: Sequence[str], series: Mapping[str, tuple[str, Sequence[int]]]) -> Markup:
    """Lines over the labels; the parameters are those of `stacked`."""
    return _drawn(Line, key, labels, series, show_dots=False)


def _drawn(
    kind: Any, key: str, labels: Sequence[str], series: Mapping[str, tuple[str, Sequence[int]]], **options: Any
) -> Markup:
    every = max(1, -(-len(labels) // LABELLED))
    chart = kind(
        style=_style([COLOURS[colour] for colour, _ in series.values()]),
        width=WIDTH,
        height=HEIGHT,
        x_labels=labels,
        x_labels_major_every=every,
        show_minor_x_labels=False,
        truncate_label=-1,
        truncate_legend=-1,
        legend_at_bottom=True,
        legend_at_bottom_columns=len(series),
        margin=4,
        spacing=6,
        include_x_axis=True,
        formatter=_count,
        value_formatter=_count,
        **options,
    )
    chart.uuid = key  # else a new one each time
    for name, (_, values) in series.items():
        chart.add(name, values)
    return _markup(chart.render_tree())


def _count(value: float) -> str:
    """A count; what is drawn below the line is one too."""
    return f"{abs(value):,.0f}"


def _style(colours: Sequence[str]) -> Style:
    return Style(
        background="transparent",
        plot_background="transparent",
        foreground="#444",
        foreground_strong="#222",
        foreground_subtle="#ccc",
        guide_stroke_color="#ddd",
        major_guide_stroke_color="#ccc",
        guide_stroke_dasharray="1,0",
        major_guide_stroke_dasharray="1,0",
        opacity=".9",
        stroke_width="3",
        font_family="inherit",
        label_font_size=13,
        major_label_font_size=13,
        legend_font_size=14,
        no_data_font_size=14,
        colors=tuple(colours),
    )


def _markup(root: Any) -> Markup:
    """The drawing without the scripts and remarks pygal adds, as part of a page."""
    for parent in list(root.iter()):
        for child in [each for each in parent if callable(each.tag) or each.tag.endswith("script")]:
            parent.remove(child)
    return Markup(ET.tostring(root, encoding="unicode").replace("ns0:", "").replace("xmlns:ns0", "xmlns"))  # noqa: S704
