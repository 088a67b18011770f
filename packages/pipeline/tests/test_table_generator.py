"""The rows of a table are the samples."""

import numpy as np
import pytest
from pipeline_cases import StaticParams, make_pipeline

from tfaip.params import params
from tfaip.pipeline import ArraySpec, DataBase, DataBaseParams, DataPipelineParams, PipelineMode
from tfaip.pipeline.errors import DataError, DefinitionError
from tfaip.pipeline.generators import TableGenerator, TableGeneratorParams
from tfaip.pipeline.splitting.part_params import PartParams

TRAINING, PREDICTION, TARGETS = PipelineMode.TRAINING, PipelineMode.PREDICTION, PipelineMode.TARGETS
HOUSES = "id,rooms,age,sea,price\na,3,10.5,near,100\nb,4,NA,far,200\n"


@pytest.fixture
def table(tmp_path):
    def write(text=HOUSES, name="houses.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def rows(file, mode=TRAINING, **given):
    made = TableGeneratorParams(files=[file], **given).create(mode)
    return [made[index] for index in range(len(made))]


def test_a_column_is_an_input_and_another_one_the_target(table):
    first, second = rows(table(), inputs=["rooms"], targets=["price"])
    assert (first.inputs["rooms"].shape, first.inputs["rooms"].dtype) == ((1,), np.float64)
    assert (second.inputs["rooms"][0], second.targets["price"][0]) == (4, 200)


def test_other_columns_are_meta_with_table_and_line(table):
    file = table()
    sample = rows(file, inputs=["x=rooms"], targets=["price", "age"], missing="drop")[0]
    assert sample.meta == {"id": "a", "sea": "near", "table": file, "line": 2}


def test_columns_of_a_key_are_a_vector_in_their_order(table):
    sample = rows(table(), inputs=["x=price,rooms"])[1]
    np.testing.assert_array_equal(sample.inputs["x"], [200, 4])


def test_integers_keep_their_kind(table):
    sample = rows(table(), inputs=["rooms"], integers=["rooms"])[0]
    assert sample.inputs["rooms"].dtype == np.int64


def test_a_category_alone_is_an_index(table):
    found = rows(table(), inputs=["rooms"], targets=["sea"], categories=["sea=far,near"])
    assert [sample.targets["sea"].tolist() for sample in found] == [[1], [0]]
    assert found[0].targets["sea"].dtype == np.int64


def test_a_category_beside_other_columns_is_one_hot(table):
    sample = rows(table(), inputs=["x=rooms,sea,price"], categories=["sea=far,near"])[0]
    np.testing.assert_array_equal(sample.inputs["x"], [3, 0, 1, 100])


def test_quotation_marks_enclose_names_with_commas(table):
    sample = rows(table('"a,b",c\n1,2\n'), inputs=['x="a,b",c'])[0]
    np.testing.assert_array_equal(sample.inputs["x"], [1, 2])


def test_a_missing_number_is_nan_or_its_row_is_dropped(table):
    file = table()
    assert np.isnan(rows(file, inputs=["age"], missing="nan")[1].inputs["age"][0])
    assert [sample.meta["id"] for sample in rows(file, inputs=["age"], missing="drop")] == ["a"]


def test_the_empty_text_can_be_a_category(table):
    found = rows(table("x,y\n1,\n2,b\n"), inputs=["x"], targets=["y"], categories=["y=b,"])
    assert [sample.targets["y"][0] for sample in found] == [1, 0]


def test_a_prediction_needs_no_targets_and_the_mode_of_targets_no_inputs(table):
    sample = rows(table("rooms\n3\n"), PREDICTION, inputs=["rooms"], targets=["price"])[0]
    assert sample.targets is None
    assert rows(table("price\n3\n"), TARGETS, inputs=["rooms"], targets=["price"])[0].inputs is None


def test_paths_start_from_the_folder_of_the_table_and_load_makes_the_value(table, tmp_path):
    class Reads(TableGenerator):
        def load(self, path):
            return path.read_text()

    (tmp_path / "1.txt").write_text("one")
    file = table("file\n1.txt\n")
    given = {"inputs": ["image=file"], "paths": ["file"]}
    assert rows(file, **given)[0].inputs == {"image": str(tmp_path / "1.txt")}
    assert Reads(TRAINING, TableGeneratorParams(files=[file], **given))[0].inputs == {"image": "one"}


def test_a_missing_file_is_expected_beside_the_table(table, tmp_path):
    sample = rows(table("file\n1.txt\n"), inputs=["file"], paths=["file"])[0]
    assert sample.inputs["file"] == str(tmp_path / "1.txt")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"inputs": ["age"]}, r"houses.csv:3: the column 'age' has no value, got 'NA'; set missing to drop or nan"),
        ({"inputs": ["id"]}, r":2: the column 'id' must hold a number, got 'a'; name the values .* in categories"),
        ({"inputs": ["age"], "integers": ["age"]}, r":2: the column 'age' must hold a number without fraction"),
        ({"inputs": ["sea"], "categories": ["sea=near"]}, r":3: the column 'sea' must hold one of 'near', got 'far'"),
        ({"inputs": ["size"]}, r"must have the columns \['size'\], its first row has"),
    ],
)
def test_a_wrong_field_names_file_line_and_column(table, given, message):
    with pytest.raises(DataError, match=message):
        rows(table(), **given)


def test_an_infinite_number_is_refused(table):
    with pytest.raises(DataError, match="must hold a finite number, got 'inf'"):
        rows(table("x\ninf\n"), inputs=["x"])


def test_an_underscore_is_no_part_of_a_number(table):
    with pytest.raises(DataError, match="must hold a number, got '1_000'"):
        rows(table("x\n1_000\n"), inputs=["x"])


class HousesData(DataBase):
    def _input_layer_specs(self):
        return {"x": ArraySpec([2], "float32")}

    def _target_layer_specs(self):
        return {"price": ArraySpec([1], "float32")}


@params
class HousesDataParams(DataBaseParams):
    def cls(self):
        return HousesData


def test_a_pipeline_needs_no_code_of_a_generator_and_makes_the_dtype_of_the_spec(table):
    generator = TableGeneratorParams(files=[table()], inputs=["x=rooms,price"], targets=["price"])
    pipeline = (
        HousesDataParams()
        .create()
        .create_pipeline(PipelineMode.EVALUATION, DataPipelineParams(batch_size=2, num_processes=0), generator)
    )
    with pipeline.generate_input_batches() as batches:
        batch = next(batches)
    np.testing.assert_array_equal(batch.inputs["x"], np.array([[3, 100], [4, 200]], np.float32))
    assert batch.targets["price"].dtype == np.float32


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "inputs must name at least one column"),
        ({"inputs": ["x="]}, "inputs must be COLUMN or KEY=COLUMN,COLUMN, got 'x='"),
        ({"inputs": ["x=rooms,rooms"]}, "each column of a key once"),
        ({"inputs": ["x=rooms", "x=age"]}, r"each key once, got \['x'\]"),
        ({"inputs": ["rooms"], "integers": ["age"]}, r"integers must name columns of inputs or targets, got \['age'\]"),
        ({"inputs": ["x=rooms,id"], "paths": ["id"]}, "a column of paths a key of its own"),
        ({"inputs": ["sea"], "categories": ["sea"]}, "categories must be COLUMN=VALUE,VALUE"),
        ({"inputs": ["sea"], "categories": ["sea=a,a"]}, "each column and value once"),
        ({"inputs": ["sea"], "categories": ["sea=a"], "paths": ["sea"]}, r"but \['sea'\] are several"),
    ],
)
def test_contradicting_parameters_are_refused(table, given, message):
    with pytest.raises(DefinitionError, match=message):
        rows(table(), **given)


def test_a_star_stands_for_all_columns_that_nothing_names(table):
    file = table('id,rooms,"area, m2",price\na,3,80,100\n')
    (sample,) = rows(file, inputs=["x=*"], targets=["price"], ignore=["id"])
    assert (sample.inputs["x"].tolist(), sample.targets["price"].tolist()) == ([80, 3], [100])
    assert sample.meta["id"] == "a"
    (sample,) = rows(file, inputs=["*"], targets=["price"], ignore=["id"])
    assert list(sample.inputs) == ["area, m2", "rooms"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"inputs": ["x=*"], "targets": ["*"]}, r"one entry may be \*, or KEY=\*, got \['x=\*', '\*'\]"),
        ({"inputs": ["x=*,age"]}, r"one entry may be \*, or KEY=\*, got \['x=\*,age'\]"),
        (
            {"inputs": ["*"], "ignore": ["Id"]},
            r"ignore must name columns of the table, got \['Id'\]; there are",
        ),
        ({"inputs": ["age"], "ignore": ["id"]}, r"ignore names columns that \* leaves out, but no input is \*"),
        ({"inputs": ["rooms,age", "*"], "targets": []}, "must have the columns"),
        ({"inputs": ["x=id,rooms,age,sea", "*"], "targets": ["price"]}, r"\* must stand for at least one column"),
    ],
)
def test_a_star_that_means_nothing_clear_is_refused(table, given, message):
    with pytest.raises((DefinitionError, DataError), match=message):
        rows(table(), **given)


def test_a_star_in_a_generator_without_tables_is_no_mistake_yet():
    with pytest.raises(DefinitionError, match="inputs must name"):
        TableGeneratorParams(inputs=[]).create(TRAINING)
    assert len(TableGeneratorParams(inputs=["x=*"], targets=["y"]).create(TRAINING)) == 0


def test_workers_read_the_same_rows_and_a_part_of_them_is_held_out(table):
    file = table("n,y\n" + "".join(f"{number},{number % 3}\n" for number in range(30)))
    whole = TableGeneratorParams(files=[file], inputs=["n"], targets=["y"], integers=["n", "y"])
    parts = [PartParams(whole=whole, fraction=0.2, stratify="y", held_out=held_out) for held_out in (False, True)]
    numbers = {}
    for processes in (0, 2):
        numbers[processes] = []
        for part in parts:
            pipeline = make_pipeline(generator=part, data=StaticParams(), num_processes=processes)
            with pipeline.generate_input_batches(repeat=False) as batches:
                numbers[processes].append([n for batch in batches for n in batch.inputs["n"].reshape(-1).tolist()])
    assert numbers[0] == numbers[2]
    training, held_out = numbers[0]
    assert sorted(training + held_out) == list(range(30))
    assert sorted(number % 3 for number in held_out) == [0, 0, 1, 1, 2, 2]
