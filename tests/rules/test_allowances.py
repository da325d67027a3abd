"""Allowances as packs write them."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.worktime import Allowance
from models.vocabulary import TimeUnit
from tests.rules.properties import quick


@pytest.mark.parametrize(
    ("written", "amount", "unit"),
    [
        ("3 working_days", Fraction(3), TimeUnit.WORKING_DAYS),
        (" 2  working_hours ", Fraction(2), TimeUnit.WORKING_HOURS),
        ("0.5 urgent_hours", Fraction(1, 2), TimeUnit.URGENT_HOURS),
        ("90 natural_days", Fraction(90), TimeUnit.NATURAL_DAYS),
    ],
)
def test_allowances_are_read_and_written(written: str, amount: Fraction, unit: TimeUnit) -> None:
    allowance = Allowance.parse(written)
    assert allowance == Allowance(amount, unit)
    assert Allowance.parse(str(allowance)) == allowance


@pytest.mark.parametrize(
    "written",
    [
        "",
        "3",
        "working_days",
        "0 working_days",
        "-1 working_days",
        "1.5 working_days",
        "1/2 natural_days",
        "1/0 urgent_hours",
        "3 weeks",
    ],
)
def test_other_allowances_are_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Allowance.parse(written)


@quick(100)
@given(
    st.sampled_from([TimeUnit.URGENT_HOURS, TimeUnit.WORKING_HOURS]), st.integers(1, 10_000), st.sampled_from([1, 2, 4])
)
def test_an_allowance_survives_being_written_down(unit: TimeUnit, amount: int, parts: int) -> None:
    allowance = Allowance(Fraction(amount, parts), unit)
    assert Allowance.parse(str(allowance)) == allowance
