"""Tables in files and pipes are as wide as they need."""

from __future__ import annotations

import io

from rich.table import Table

from tfaip.params.table_console import print_table, table_console, width_of


def table() -> Table:
    made = Table("name", "value")
    made.add_row("n" * 150, "v" * 60)
    return made


def test_a_table_in_a_file_is_not_cut_and_not_padded() -> None:
    file = io.StringIO()
    print_table(table(), file=file)
    lines = file.getvalue().splitlines()
    assert any("n" * 150 in line and "v" * 60 in line for line in lines)
    assert max(map(len, lines)) < 230


def test_a_table_on_a_terminal_is_as_wide_as_the_window() -> None:
    file = io.StringIO()
    assert table_console(file=file, force_terminal=True, width=80).width == 80
    assert table_console(file=file).width > 1000


def test_a_table_of_some_width_grows_where_a_cell_would_be_cut() -> None:
    made = Table()
    made.add_column("name", no_wrap=True)
    made.add_row("n" * 150)
    assert width_of(made, 100) >= 150
    assert width_of(Table("a"), 100) == 100
