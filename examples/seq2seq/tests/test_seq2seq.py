"""The translation of dates, as its README shows it."""

import numpy as np
import pytest
from keras import ops

from commands import run_with_tensorflow
from examples.seq2seq.characters import END, PADDING, START, VOCABULARY, decode, encode
from examples.seq2seq.dates import FORMS, ordinal, written_date
from examples.seq2seq.evaluator import Seq2SeqEvaluator
from examples.seq2seq.generator_params import TextsParams
from examples.seq2seq.graph import Seq2SeqGraph
from examples.seq2seq.params import (
    RecurrentDecoderParams,
    Seq2SeqDataParams,
    Seq2SeqEvaluatorParams,
    Seq2SeqModelParams,
    TransformerDecoderParams,
)
from examples.seq2seq.scenario import Seq2SeqScenario
from tfaip.model.cli.adapt_exported_model import main as adapt_exported_model
from tfaip.model.layers import AttentionParams
from tfaip.model.testing import ScenarioChecks
from tfaip.params import CommandLineError, with_values
from tfaip.pipeline import DataError, DataPipelineParams, PipelineMode, Sample
from tfaip.predict import LAVParams, PredictorParams

SCENARIO = "examples.seq2seq"

SMALL = {
    "recurrent": RecurrentDecoderParams(units=8, attention=AttentionParams(heads=1, head_units=8)),
    "transformer": TransformerDecoderParams(
        units=8, blocks=2, feed_forward=8, positions=12, attention=AttentionParams(heads=2, head_units=4)
    ),
}


class TestSeq2SeqScenario(ScenarioChecks):
    """Data, specs, a training step, export, prediction."""

    scenario = Seq2SeqScenario

    @classmethod
    def change_trainer_params(cls, params):
        params.gen.train.count = params.gen.val.count = 8
        params.scenario.model.encoder_units = 4
        params.scenario.model.decoder = SMALL["recurrent"]
        params.scenario.model.beam.max_length = 12


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Folder of a run of two stages: numbers, then all forms."""
    folder = tmp_path_factory.mktemp("seq2seq") / "run"
    words = ["--train.count", "64", "--val.count", "8", "--train.num_processes", "0", "--model.encoder_units", "4"]
    words += ["--model.decoder.units", "8", "--trainer.stages", "Stage", "Stage", "--trainer.epochs", "1"]
    words += ["--trainer.stages.0.gen", 'train.kinds=["numbers"]', "--trainer.output_dir", str(folder)]
    done = run_with_tensorflow("tfaip-train", SCENARIO, *words)
    assert done.returncode == 0, done.stderr
    return folder


def samples_of(params, mode=PipelineMode.EVALUATION):
    pipeline = Seq2SeqDataParams().create().create_pipeline(mode, DataPipelineParams(num_processes=0), params)
    with pipeline.generate_input_samples() as samples:
        return list(samples)


def test_a_text_is_the_same_after_encoding_and_decoding():
    assert decode(encode("3 March '12, ~ !")) == "3 March '12, ~ !"


def test_characters_beyond_ascii_become_question_marks():
    assert decode(encode("März")) == "M?rz"


def test_special_tokens_stand_for_no_character():
    assert decode(np.array([START, *encode("a"), END, PADDING])) == "a"


def test_a_date_is_the_same_each_time():
    assert written_date("training", 3, list(FORMS)) == written_date("training", 3, list(FORMS))


def test_training_and_validation_have_different_days():
    train, val = ({written_date(part, n, list(FORMS))[1] for n in range(300)} for part in ("training", "validation"))
    assert not train & val


def test_the_kinds_choose_the_forms():
    assert not any(c.isalpha() for n in range(50) for c in written_date("training", n, ["numbers"])[0])


@pytest.mark.parametrize(
    ("number", "written"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (22, "22nd")]
)
def test_ordinals_have_the_endings_of_english(number, written):
    assert ordinal(number) == written


def test_a_target_ends_with_the_end_token():
    sample = samples_of(TextsParams(count=1))[0]
    assert sample.targets["target"][-1] == END


def test_a_batch_of_empty_texts_is_translated_like_an_empty_text_beside_others():
    params = Seq2SeqModelParams(embedding=4, encoder_units=4, decoder=SMALL["recurrent"])
    params.beam.max_length = 3
    graph = Seq2SeqGraph(params)
    graph.build_train_graph({"source": ops.ones((1, 2), "int64")}, {"target": ops.ones((1, 2), "int64")})
    alone = graph.build_prediction_graph({"source": ops.zeros((1, 0), "int64")})
    beside = graph.build_prediction_graph({"source": ops.convert_to_tensor([[0, 0], [5, 6]], "int64")})
    np.testing.assert_array_equal(alone["sequences"][0], beside["sequences"][0])
    np.testing.assert_allclose(alone["scores"][0], beside["scores"][0], rtol=1e-5)


def test_texts_of_a_table_are_read(tmp_path):
    table = tmp_path / "pairs.csv"
    table.write_text("source,target\nabc,cba\n")
    sample = samples_of(TextsParams(tables=[str(table)]))[0]
    assert decode(sample.inputs["source"]) == "abc"
    assert decode(sample.targets["target"]) == "cba"


def test_a_prediction_needs_no_targets(tmp_path):
    table = tmp_path / "pairs.csv"
    table.write_text("source\nabc\n")
    assert samples_of(TextsParams(tables=[str(table)]), PipelineMode.PREDICTION)[0].targets is None


def test_a_table_without_targets_is_refused_in_training(tmp_path):
    table = tmp_path / "pairs.csv"
    table.write_text("source\nabc\n")
    with pytest.raises(DataError, match="'target'"):
        samples_of(TextsParams(tables=[str(table)]))


def evaluated(pairs, **params):
    """Return the figures of predicted texts and their true ones."""
    with Seq2SeqEvaluator(Seq2SeqEvaluatorParams(**params)) as evaluator:
        for text, true in pairs:
            evaluator.update_state(Sample(outputs={"text": text}, targets={"text": true}, meta={"source": "s"}))
        return evaluator.result()


def test_the_evaluator_counts_exact_texts_and_wrong_characters():
    figures = evaluated([("2012-03-03", "2012-03-03"), ("2012-03-0", "2012-03-03"), ("", "")])
    assert figures == {"exact": 2 / 3, "cer": 1 / 20}


def test_the_evaluator_shows_the_worst_texts():
    assert evaluated([("ab", "ab"), ("xy", "ab"), ("ax", "ab")], worst=1)["worst"] == "s | xy | ab"


def test_a_search_beyond_the_positions_of_the_transformer_is_refused():
    with pytest.raises(CommandLineError, match=r"positions must be >= beam.max_length, got 100 and 101"):
        with_values(Seq2SeqModelParams(), {"decoder": "TransformerDecoder", "beam.max_length": 101})


@pytest.mark.parametrize("decoder", SMALL)
def test_a_step_gives_the_logits_of_teacher_forcing(decoder):
    rng = np.random.default_rng(1)
    layer = SMALL[decoder].create(name="decoder", vocabulary=VOCABULARY)
    memory = ops.convert_to_tensor(rng.normal(size=(2, 7, 6)), "float32")
    mask = ops.convert_to_tensor([[True] * 7, [True] * 4 + [False] * 3])
    tokens = rng.integers(3, VOCABULARY, (2, 5))
    whole = ops.convert_to_numpy(layer(memory, mask, ops.convert_to_tensor(tokens), training=False))

    state, constants = layer.first_state(memory, mask), layer.constants(memory, mask)
    for position in range(5):
        at = ops.convert_to_tensor(tokens[:, position])
        logits, state = layer.step(at, state, constants, ops.cast(position, "int32"))
        np.testing.assert_allclose(ops.convert_to_numpy(logits), whole[:, position], atol=1e-5)


@pytest.mark.parametrize("decoder", SMALL)
def test_padding_changes_nothing(decoder):
    layer = SMALL[decoder].create(name="decoder", vocabulary=VOCABULARY)
    rng = np.random.default_rng(2)
    memory, tokens = rng.normal(size=(1, 4, 6)).astype("float32"), np.array([[START, 5, 6]])
    alone = layer(memory, np.ones((1, 4), bool), tokens, training=False)
    padded = layer(
        np.pad(memory, ((0, 0), (0, 3), (0, 0)), constant_values=9.0),
        np.array([[True] * 4 + [False] * 3]),
        tokens,
        training=False,
    )
    np.testing.assert_allclose(ops.convert_to_numpy(alone), ops.convert_to_numpy(padded), atol=1e-5)


def test_a_run_of_two_stages_writes_a_bundle(trained):
    assert (trained / "best" / "bundle.json").is_file()


@pytest.mark.takes_long
def test_the_width_of_the_beam_is_changed_after_the_training(trained, tmp_path):
    words = [
        str(trained / "best"),
        "--model.beam.width",
        "3",
        "--output",
        str(tmp_path / "wide"),
        "--trust",
        "examples",
    ]
    adapt_exported_model(words)
    greedy, wide = (predicted(bundle, ["3 March 2012", "", "März"]) for bundle in (trained / "best", tmp_path / "wide"))
    for one, several in zip(greedy, wide, strict=True):
        assert (len(one.outputs["texts"]), len(several.outputs["texts"])) == (1, 3)
        assert several.outputs["text"] == several.outputs["texts"][0]
        assert sorted(several.outputs["scores"], reverse=True) == list(several.outputs["scores"])


def predicted(bundle, sources):
    """Return the predictions of texts by a bundle."""
    params = PredictorParams(pipeline=DataPipelineParams(num_processes=0))
    samples = [Sample(inputs={"source": source}, meta={"source": source}) for source in sources]
    return list(Seq2SeqScenario.create_predictor(bundle, params).predict_raw(samples))


@pytest.mark.parametrize("with_training_graph", [False, True])
@pytest.mark.takes_long
def test_the_loss_of_a_bundle_needs_the_training_graph(trained, with_training_graph):
    params = LAVParams(pipeline=DataPipelineParams(num_processes=0), with_training_graph=with_training_graph)
    lav = Seq2SeqScenario.create_lav(trained / "best", params)
    (result,) = lav.run([TextsParams(part="validation", count=4)])
    assert ("loss" in result.metrics) == with_training_graph
    assert set(result.evaluator) == {"exact", "cer"}
