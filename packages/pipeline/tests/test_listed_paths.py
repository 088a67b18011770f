"""Entries of lists and tables start from the folder of the list."""

import logging

import pytest

from tfaip.pipeline import PipelineMode
from tfaip.pipeline.generators import BudgetedListsGeneratorParams, CSVGeneratorParams, ListFileGeneratorParams
from tfaip.pipeline.text_files import ListedPaths

TRAINING, PREDICTION = PipelineMode.TRAINING, PipelineMode.PREDICTION


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """A folder `data` with a list, and the current folder beside it."""
    (tmp_path / "data").mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path


def a_list(folders, *lines, name="a.lst"):
    path = folders / "data" / name
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def test_a_relative_entry_starts_from_the_folder_of_the_list(folders):
    (folders / "data" / "x.png").touch()
    generator = ListFileGeneratorParams(lists=[str(a_list(folders, "x.png"))]).create(PREDICTION)
    sample = next(iter(generator.generate()))
    assert sample.inputs == sample.targets == str(folders / "data" / "x.png")


def test_the_meta_keeps_the_line_as_it_is_written(folders):
    (folders / "data" / "x.png").touch()
    generator = ListFileGeneratorParams(lists=[str(a_list(folders, "x.png"))]).create(TRAINING)
    assert next(iter(generator.generate_pass(0))).meta == {"line": "x.png"}


def test_the_folder_of_the_list_comes_before_the_current_one(folders):
    (folders / "data" / "x.png").touch()
    (folders / "here" / "x.png").touch()
    assert ListedPaths(a_list(folders)).find("x.png") == str(folders / "data" / "x.png")


def test_a_file_of_the_current_folder_is_taken_with_one_warning(folders, caplog):
    for name in ("x.png", "y.png"):
        (folders / "here" / name).touch()
    paths = ListedPaths(a_list(folders))
    with caplog.at_level(logging.WARNING):
        assert [paths.find("x.png"), paths.find("y.png")] == ["x.png", "y.png"]
    assert [record.getMessage() for record in caplog.records] == [
        f"{folders / 'data' / 'a.lst'}: the entry 'x.png' is found from the current folder only; "
        "entries are relative to the list's folder"
    ]


@pytest.mark.parametrize("entry", ["/no/such/file", "s3://bucket/x.png", "three words here", "x" * 5000, "", "~/x.png"])
def test_entries_that_name_no_file_beside_the_list_stay_as_they_are(folders, entry):
    assert ListedPaths(a_list(folders)).find(entry) == entry


def test_entries_of_the_standard_input_start_from_the_current_folder(folders):
    (folders / "data" / "x.png").touch()
    assert ListedPaths(None).find("x.png") == "x.png"


def test_a_list_named_by_a_relative_path_is_the_start_too(folders, monkeypatch):
    (folders / "data" / "x.png").touch()
    a_list(folders)
    monkeypatch.chdir(folders)
    assert ListedPaths("data/a.lst").find("x.png") == "data/x.png"


def test_budgeted_lists_start_from_their_folders(folders):
    (folders / "data" / "x.png").touch()
    lists, lengths = a_list(folders, "x.png"), a_list(folders, "7", name="lengths.txt")
    params = BudgetedListsGeneratorParams(lists=[str(lists)], length_files=[str(lengths)])
    [[sample]] = params.create(PREDICTION).generate()
    assert (sample.inputs, sample.meta["line"]) == (str(folders / "data" / "x.png"), "x.png")


def test_rows_of_a_table_are_found_from_the_current_folder_too(folders, caplog):
    (folders / "here" / "x.png").touch()
    table = a_list(folders, "path,gt", "x.png,a", name="a.csv")
    with caplog.at_level(logging.WARNING):
        sample = CSVGeneratorParams(files=[str(table)]).create(TRAINING)[0]
    assert sample.inputs == "x.png"
    assert "current folder only" in caplog.text


def test_a_missing_file_of_a_table_is_missing_in_its_folder(folders):
    table = a_list(folders, "path,gt", "x.png,a", name="a.csv")
    assert CSVGeneratorParams(files=[str(table)]).create(TRAINING)[0].inputs == str(folders / "data" / "x.png")
