import csv
import io
import logging
import os

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tfaip.pipeline import PipelineMode
from tfaip.pipeline.errors import DataError, DefinitionError
from tfaip.pipeline.generators import CSVGeneratorParams, ListFileGeneratorParams
from tfaip.pipeline.text_files import expand_globs, lines_of_stream, read_lines, read_table, write_lines

EVALUATION = PipelineMode.EVALUATION
BREAKS = "a\u2028b\u2029c\x85d\x0be\x0cf\x1cg\x1dh\x1ei\rj"


def list_of(tmp_path, content):
    path = tmp_path / "some.lst"
    path.write_bytes(content)
    return [sample.inputs for sample in ListFileGeneratorParams(lists=[str(path)]).create(EVALUATION).generate()]


def table_of(tmp_path, content, name="some.csv", **params):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    generator = CSVGeneratorParams(files=[str(path)], **params).create(EVALUATION)
    return [(sample.inputs.removeprefix(f"{tmp_path}/"), sample.targets) for sample in generator.generate()]


def test_lists_end_lines_at_line_feeds_only_and_know_no_byte_order_mark(tmp_path):
    content = f"\ufeffx\r\n{BREAKS}\n\n b \r\nlast".encode()
    assert list_of(tmp_path, content) == ["x", BREAKS, " b ", "last"]
    assert list(lines_of_stream(io.BytesIO(content), "input")) == ["x", BREAKS, "", " b ", "last"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a\nstraße".encode("latin-1"), r":2: a text must be UTF-8, got the byte 0xdf in "),
        ("a\n".encode("utf-16"), ":1: a text must be UTF-8, got UTF-16"),
        ("a\n".encode("utf-32"), ":1: a text must be UTF-8, got UTF-32"),
        ("ab\n".encode("utf-16-le"), ":1: a text must not hold NUL characters"),
        (b"a\nb\nc\0d\n", ":3: a text must not hold NUL characters"),
        (b"\xef\xbb\xbfa\n\xef\xbb\xbfb\n", ":2: a byte-order mark"),
        (b"\xef\xbb\xbf\xef\xbb\xbfa\n", ":1: a byte-order mark"),
    ],
)
def test_lists_that_cannot_be_read_are_refused_with_file_and_line(tmp_path, content, message):
    with pytest.raises(DataError, match="some.lst" + message):
        list_of(tmp_path, content)
    with pytest.raises(DataError, match="input" + message):
        list(lines_of_stream(io.BytesIO(content), "input"))


def test_a_folder_is_no_list(tmp_path):
    with pytest.raises(DataError, match="cannot be read: Is a directory"):
        ListFileGeneratorParams(lists=[str(tmp_path)]).create(EVALUATION)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("texts")


@settings(max_examples=30)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), max_size=4))
@example(["\ufeff\ufeff"])
@example(["\ufeff", "\r"])
@example(["", ""])
def test_written_lines_are_read_back_or_refused(folder, lines):
    path = folder / "lines.txt"
    try:
        write_lines(path, lines)
    except DataError:
        assert any("\n" in line or "\0" in line or line.endswith("\r") for line in lines)
    else:
        assert read_lines(path) == lines


def test_a_name_that_is_no_unicode_is_not_written(tmp_path):
    with pytest.raises(DataError, match="a text that UTF-8 can hold"):
        write_lines(tmp_path / "x.lst", [os.fsdecode(b"stra\xdfe.png")])
    assert not (tmp_path / "x.lst").exists()


@pytest.mark.parametrize("name", ["page[1].lst", "what?.lst", "star*.lst", "[2021] set/x.lst", "a**b.lst"])
def test_an_existing_name_with_wildcards_stands_for_itself(tmp_path, name):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    for other in (path, path.with_name("page1.lst"), path.with_name("whats.lst"), path.with_name("starry.lst")):
        other.touch()
    assert expand_globs([str(path)]) == [path]


def test_wildcards_work_below_a_folder_whose_name_holds_some(tmp_path):
    (tmp_path / "[2021] set").mkdir()
    for name in ("b.lst", "a.lst"):
        (tmp_path / "[2021] set" / name).touch()
    found = expand_globs([str(tmp_path / "[2021] set" / "*.lst")])
    assert [path.name for path in found] == ["a.lst", "b.lst"]


@pytest.mark.parametrize("pattern", ["x" * 300, "a**b/*.lst", "nul\0*", "[*"])
def test_a_pattern_that_names_nothing_is_a_message(tmp_path, pattern):
    with pytest.raises(DataError, match="no file matches|is no pattern"):
        expand_globs([str(tmp_path / pattern)])


def test_quoted_fields_hold_delimiters_line_ends_and_doubled_marks(tmp_path):
    rows = 'path,gt\r\na,"x, ""y"""\r\nb,"two\r\nlines"\n\nc,"""",\n'
    with pytest.raises(DataError, match=r"some\.csv:6: a row must have 2 columns, got 3"):
        table_of(tmp_path, rows)
    assert table_of(tmp_path, rows.replace('"""",', '""""')) == [("a", 'x, "y"'), ("b", "two\r\nlines"), ("c", '"')]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ('a,"Tis the season\nb,foo\n', r":2: a field that begins with .*'\"Tis the season.*: it does not end"),
        ('a,x\n"b","open\n', r":3: a field that begins with .*: it does not end"),
        ('a,"x"y\n', r":2: a field that begins with .*: 'y.*' follows its end"),
        ('a,"two\nlines"\nb,"x\ny" \n', r":4: a field that begins with .*: ' .*' follows its end"),
        ('a,"two\nlines"\nb\n', r":4: a row must have 2 columns, got 1"),
        (f"a,x\nb,{'x' * 200_000}\n", r":3: a field must have at most 131,072 signs, got 200,000"),
        (",x\n", r":2: the column 'path' must not be empty"),
    ],
)
def test_broken_rows_are_refused_with_file_and_line(tmp_path, rows, message):
    with pytest.raises(DataError, match="some.csv" + message):
        table_of(tmp_path, f"path,gt\n{rows}")


def test_a_column_that_stands_twice_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"some\.csv:1: a column must stand once, .* \['gt'\]"):
        table_of(tmp_path, "path,gt,gt\na,one,two\n")


def test_empty_columns_of_a_spreadsheet_need_no_names(tmp_path):
    assert table_of(tmp_path, "path,gt,,\na,one,,\nb,two,,\n") == [("a", "one"), ("b", "two")]
    with pytest.raises(DataError, match=r"some\.csv:3: a column must have a name, .* holds \['lost'\]"):
        table_of(tmp_path, "path,gt,,\na,one,,\nb,two,,lost\n")


def test_a_header_that_ends_at_a_carriage_return_is_refused_where_its_columns_are_enough(tmp_path):
    path = tmp_path / "some.csv"
    path.write_bytes(b"path,gt\ra.png,x\rb.png,y\r")
    with pytest.raises(DataError, match=r"some\.csv:1: a line must end at \\n or \\r\\n, got \\r alone"):
        read_table(path, ["path"])


def test_a_message_shows_no_more_than_the_beginning_of_a_row(tmp_path):
    old_mac = "path,gt\r" + "a,b\r" * 1000
    with pytest.raises(DataError, match=r"its first row has \['path', 'gt\\ra',.*\.\.\.$") as raised:
        table_of(tmp_path, old_mac)
    assert len(str(raised.value)) < 600


def test_tables_end_rows_at_line_feeds_only(tmp_path):
    assert table_of(tmp_path, f"\ufeffpath,gt\na,{BREAKS}\nb,c") == [("a", BREAKS), ("b", "c")]
    assert table_of(tmp_path, f'path,gt\na,"{BREAKS}"\nb,c') == [("a", BREAKS), ("b", "c")]


def test_quotation_marks_are_no_quoting_where_tabs_separate(tmp_path, caplog):
    rows = 'path\tgt\na\t"Tis the season\nb\t"quoted" word\nc\tq"\n'
    assert table_of(tmp_path, rows, "some.tsv") == [("a", '"Tis the season'), ("b", '"quoted" word'), ("c", 'q"')]
    assert not caplog.records


def test_a_field_in_quotation_marks_between_tabs_is_warned_of_once(tmp_path, caplog):
    rows = 'path\tgt\na\tx\nb\t"whole"\nc\t"whole"\n'
    for _ in range(2):
        assert table_of(tmp_path, rows, "some.tsv") == [("a", "x"), ("b", '"whole"'), ("c", '"whole"')]
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "some.tsv:3: a field begins and ends with a quotation mark" in record.message
    assert "parameter quoting" in record.message


def test_the_quoting_can_be_said(tmp_path, caplog):
    rows = 'path\tgt\na\t"two\twords"\n'
    assert table_of(tmp_path, rows, "1.tsv", quoting="strict") == [("a", "two\twords")]
    with pytest.raises(DataError, match="got 3: .*; quoting strict reads fields in quotation marks"):
        table_of(tmp_path, rows, "2.tsv")
    assert table_of(tmp_path, 'path,gt\na,"x"\n', quoting="none") == [("a", '"x"')]
    assert not caplog.records


@pytest.mark.parametrize("params", [{"quoting": "some"}, {"delimiter": "\\t"}, {"delimiter": '"'}])
def test_a_quoting_or_delimiter_that_cannot_be_is_refused(tmp_path, params):
    with pytest.raises(DefinitionError, match="must be one of auto, strict, none|must hold no quotation mark"):
        table_of(tmp_path, "path,gt\n", **params)


@settings(max_examples=30)
@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4),
            min_size=2,
            max_size=2,
        ),
        max_size=4,
    )
)
def test_rows_of_a_csv_writer_are_read_back(folder, rows):
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows([["path", "gt"], *rows])
    (folder / "t.csv").write_bytes(written.getvalue().encode())
    assert [list(row.values.values()) for row in read_table(folder / "t.csv", []).rows] == rows
