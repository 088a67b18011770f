"""Values read as the user sees them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from tfaip.experimenter.sheet.shown import shown


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (1, "General", "1"),
        (1.0, "General", "1"),
        (-3.0, "General", "-3"),
        (1e-5, "General", "1e-5"),
        (1e-05, "0.00E+00", "1e-5"),
        (1.5e-12, "General", "1.5e-12"),
        (1e20, "General", "1e20"),
        (0.0001, "General", "0.0001"),
        (0.1 + 0.2, "General", "0.3"),
        (0.123456789, "0.00", "0.123456789"),
        (0.5, "0%", "0.5"),
        (100000.0, "#,##0", "100000"),
        (7, "000", "007"),
        (-7, "000", "-007"),
        ("007", "General", "007"),
        (True, "General", "True"),
        (False, "General", "False"),
        (1, '"BOOL"e"AN"', "True"),
        (datetime(2026, 5, 1), "yyyy-mm-dd", "2026-05-01"),
        (datetime(2026, 5, 1, 10, 30), "yyyy-mm-dd hh:mm", "2026-05-01T10:30:00"),
        (date(2026, 5, 1), "yyyy-mm-dd", "2026-05-01"),
        (time(10, 30), "hh:mm", "10:30:00"),
        (timedelta(hours=26, seconds=1.5), "[h]:mm:ss", "26:00:01.5"),
        (timedelta(minutes=2, seconds=3), "[h]:mm:ss", "0:02:03"),
        ("  relu ", "General", "relu"),
        ("", "General", ""),
        (None, "General", ""),
    ],
)
def test_a_value_becomes_the_text_that_the_user_sees(value: Any, number_format: str, text: str) -> None:
    assert shown(value, number_format) == text
