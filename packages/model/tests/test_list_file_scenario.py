"""A scenario of list files: what its pipelines give in training and otherwise."""

from collections import Counter
from itertools import islice

import numpy as np
import pytest

from tfaip.model import ListFilePipelineParams, ListFileScenario, ScenarioBaseParams
from tfaip.model.testing.points.model import PointsModel
from tfaip.model.testing.points.params import PointsModelParams
from tfaip.params import CommandLine, field, params
from tfaip.pipeline import (
    ArraySpec,
    DataBase,
    DataBaseParams,
    DataError,
    DataProcessorParams,
    DataProcessorPipelineParams,
    MappingDataProcessor,
    PipelineMode,
    SequentialProcessorPipelineParams,
)
from tfaip.pipeline.errors import DefinitionError
from tfaip.pipeline.generators import ListFileGeneratorParams


@params
class ReadLineParams(DataProcessorParams):
    def cls(self):
        return ReadLine


class ReadLine(MappingDataProcessor[ReadLineParams]):
    def apply(self, sample):
        """The line is `x y direction`, as inputs and as targets."""
        x, y, _ = sample.inputs.split()
        direction = sample.targets.split()[2]
        return sample.new_inputs({"point": np.array([x, y], np.float32)}).new_targets(
            {"direction": np.array([direction], np.int64)}
        )


@params
class LinesDataParams(DataBaseParams):
    pre_proc: DataProcessorPipelineParams = field(
        factory=lambda: SequentialProcessorPipelineParams(processors=[ReadLineParams()])
    )

    def cls(self):
        return LinesData


class LinesData(DataBase[LinesDataParams]):
    def _input_layer_specs(self):
        return {"point": ArraySpec((2,), np.float32)}

    def _target_layer_specs(self):
        return {"direction": ArraySpec((1,), np.int64)}


@params
class LinesScenarioParams(ScenarioBaseParams[LinesDataParams, PointsModelParams]):
    pass


class LinesScenario(ListFileScenario[LinesScenarioParams]):
    pass


@pytest.fixture
def gen(tmp_path):
    """Pipeline parameters, from the command line: one point of `a` for three of `b`."""
    for name, count in (("a", 8), ("b", 2)):
        lines = "".join(f"{number} {ord(name)} 0\n" for number in range(count))
        (tmp_path / f"{name}.lst").write_text(f"# a comment\n{lines}")
    command_line = CommandLine("test")
    command_line.add_root("gen", LinesScenario.trainer_pipeline_params_cls())
    lists = [str(tmp_path / "a.lst"), str(tmp_path / "b.lst")]
    words = ["--train.lists", *lists, "--train.list_ratios", "1", "3", "--val.lists", *lists]
    made = command_line.parse_or_raise(words)["gen"]
    for setup in (made.setup.train, made.setup.val):
        setup.num_processes, setup.batch_size = 0, 10
    return made


def batches(mode, setup, generator, *, repeat):
    data = LinesScenario(LinesScenario.default_params()).data
    pipeline = data.create_pipeline(mode, setup, generator)
    with pipeline.generate_input_batches(repeat=repeat) as found:
        yield from found


def test_training_draws_endlessly_from_shuffled_lists_by_their_ratios(gen):
    passes = list(islice(batches(PipelineMode.TRAINING, gen.setup.train, gen.train_gen(), repeat=True), 40))
    points = np.concatenate([batch.inputs["point"] for batch in passes])
    share = Counter(points[:, 1].tolist())
    assert share[ord("b")] / sum(share.values()) == pytest.approx(0.75, abs=0.06)
    orders = {tuple(points[points[:, 1] == ord("a")][start : start + 8, 0]) for start in (0, 8, 16)}
    assert len(orders) == 3


def test_without_ratios_all_lists_weigh_the_same(gen):
    gen.train.list_ratios = []
    passes = list(islice(batches(PipelineMode.TRAINING, gen.setup.train, gen.train_gen(), repeat=True), 40))
    points = np.concatenate([batch.inputs["point"] for batch in passes])
    assert np.mean(points[:, 1] == ord("b")) == pytest.approx(0.5, abs=0.06)


def test_validation_reads_all_lines_in_order_without_comments(gen):
    (batch,) = batches(PipelineMode.EVALUATION, gen.setup.val, gen.val_gen(), repeat=False)
    assert batch.inputs["point"][:, 0].tolist() == [*range(8), *range(2)]
    assert batch.targets["direction"].tolist() == [[0]] * 10


def test_without_lists_to_validate_on_there_is_no_validation(gen):
    gen.val.lists = []
    assert gen.val_gen() is None


def test_lists_that_have_samples_without_a_file_are_validated(gen):
    @params
    class GeneratedParams(ListFileGeneratorParams):
        def has_samples(self):
            return True

    @params
    class GeneratedPipelineParams(ListFilePipelineParams[GeneratedParams]):
        pass

    made = GeneratedPipelineParams()
    assert made.val_gen() is made.val


def test_a_split_refuses_lists_to_validate_on(gen):
    gen.validation_split = 0.2
    with pytest.raises(DefinitionError, match="validation samples are named too: leave out one of them"):
        gen.validation_samples()
    gen.val.lists = []
    assert gen.validation_samples().held_out


def test_without_lists_to_train_on_the_message_names_the_argument(gen):
    gen.train.lists = []
    with pytest.raises(DataError, match="lists must name at least one list file, got none: set --train.lists"):
        next(batches(PipelineMode.TRAINING, gen.setup.train, gen.train_gen(), repeat=False))


def test_predictions_take_lists_too():
    assert LinesScenario.predict_generator_params_cls() is ListFileGeneratorParams


def test_a_scenario_may_have_a_generator_of_its_own():
    @params
    class MyListsParams(ListFileGeneratorParams):
        encoding: str = field(default="utf-8")

    @params
    class MyPipelineParams(ListFilePipelineParams[MyListsParams]):
        pass

    class Mine(LinesScenario):
        @classmethod
        def trainer_pipeline_params_cls(cls):
            return MyPipelineParams

    assert type(Mine.trainer_pipeline_params_cls()().train_gen()) is MyListsParams
    assert Mine.predict_generator_params_cls() is MyListsParams


def test_the_model_gets_what_the_processors_make(gen):
    scenario = LinesScenario(LinesScenario.default_params())
    model = scenario.create_model()
    assert isinstance(model, PointsModel)
    (batch,) = batches(PipelineMode.EVALUATION, gen.setup.val, gen.val_gen(), repeat=False)
    assert model.build_graph(scenario.data).build_prediction_graph(batch.inputs)["pred"].shape == (10, 3)
