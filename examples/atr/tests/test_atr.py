"""The text recognition, as its README shows it."""

import json

import numpy as np
import pytest
from PIL import Image

from commands import run_with_tensorflow
from examples.atr.codec import characters_of, read_codec, read_transcript, write_codec
from examples.atr.ctc_decoding import beam_search, best_path
from examples.atr.generator_params import LinesParams
from examples.atr.params import ATRDataParams
from examples.atr.rendering import rendered_line
from examples.atr.scenario import ATRScenario
from examples.atr.write_samples import write_samples
from tfaip.model.testing import ScenarioChecks
from tfaip.pipeline import DataError, DataPipelineParams, PipelineMode
from tfaip.trainer.warm_start.stored_weights import read_stored_weights

SCENARIO = "examples.atr"


class TestATRScenario(ScenarioChecks):
    """Data, specs, a training step, export, prediction."""

    scenario = ATRScenario
    onnx = True

    @classmethod
    def change_trainer_params(cls, params):
        params.gen.train.count = params.gen.val.count = 8
        params.gen.setup.train.bucket_boundaries = params.gen.setup.train.bucket_batch_sizes = []
        params.scenario.model.lstm_nodes = [8]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Six lines with their transcripts."""
    folder = tmp_path_factory.mktemp("lines")
    write_samples(folder, 6)
    return folder


@pytest.fixture(scope="module")
def trained(folder, tmp_path_factory):
    """Folder of a run on these lines."""
    run_folder = tmp_path_factory.mktemp("atr") / "run"
    words = ["--trainer.epochs", "1", "--model.lstm_nodes", "8", "--train.num_processes", "0"]
    words += ["--train.image_files", f"{folder}/*.png", "--val.image_files", f"{folder}/*.png"]
    done = run_with_tensorflow("tfaip-train", SCENARIO, *words, "--trainer.output_dir", str(run_folder))
    assert done.returncode == 0, done.stderr
    return run_folder


def samples_of(params, mode=PipelineMode.EVALUATION, **data):
    pipeline = ATRDataParams(**data).create().create_pipeline(mode, DataPipelineParams(num_processes=0), params)
    with pipeline.generate_input_samples() as samples:
        return list(samples)


def test_lines_are_rendered_alike_each_time_and_differ_from_each_other():
    (line, text), (again, same), (other, _) = (rendered_line("training", n) for n in (3, 3, 4))
    assert text == same
    assert np.array_equal(line, again)
    assert line.shape != other.shape or not np.array_equal(line, other)
    assert rendered_line("validation", 3)[1] != text


def test_lines_have_one_height_and_dark_paper(folder):
    for sample in samples_of(LinesParams(image_files=[f"{folder}/*.png"]), height=24):
        line, columns = sample.inputs["line"], sample.inputs["columns"]
        assert line.shape == (columns[0], 24)
        assert np.median(line) < 127


def test_labels_spell_the_transcript(folder):
    characters = ATRDataParams().characters()
    first = samples_of(LinesParams(image_files=[f"{folder}/*.png"]))[0]
    text = "".join(characters[label - 1] for label in first.targets["labels"])
    assert text == (folder / "000.gt.txt").read_text().strip()
    assert first.targets["length"] == [len(text)]


def test_a_missing_transcript_is_named(folder, tmp_path):
    (tmp_path / "a.bin.png").write_bytes((folder / "000.png").read_bytes())
    with pytest.raises(DataError, match=r"the transcript of .*a\.bin\.png must be a text in .*a\.gt\.txt"):
        samples_of(LinesParams(image_files=[str(tmp_path / "*.png")]))


def test_a_character_that_the_codec_lacks_is_named_with_what_to_do(folder, tmp_path):
    (tmp_path / "a.png").write_bytes((folder / "000.png").read_bytes())
    (tmp_path / "a.gt.txt").write_text("Größe", encoding="utf-8")
    with pytest.raises(DataError, match="characters that the codec lacks: ß ö; write a codec"):
        samples_of(LinesParams(image_files=[str(tmp_path / "*.png")]))
    codec = tmp_path / "codec.txt"
    codec.write_text(characters_of(["Größe"]), encoding="utf-8")
    (sample,) = samples_of(LinesParams(image_files=[str(tmp_path / "*.png")]), codec=str(codec))
    assert sample.targets["labels"].tolist() == [1, 3, 5, 4, 2]


@pytest.mark.parametrize("text", ["a\u2028b\x85c\x0cd\x1ce\rf", " x\tyz ", "\ufeff\uff21", "\ufeff"])
def test_a_codec_reads_back_the_characters_that_it_wrote(tmp_path, text):
    characters = characters_of([text])
    write_codec(tmp_path / "codec.txt", characters)
    assert (
        ATRDataParams(codec=str(tmp_path / "codec.txt")).characters()
        == characters
        == read_codec(tmp_path / "codec.txt")
    )


def test_codecs_and_transcripts_that_cannot_be_read_back_are_refused(tmp_path):
    path = tmp_path / "x.gt.txt"
    path.write_text("\nfirst\nsecond\n")
    with pytest.raises(DataError, match=r"x\.gt\.txt:3: a transcript must be one line"):
        read_transcript(path)
    for characters in ("", "a\nb", "\r"):
        with pytest.raises(DataError, match="must hold a character|must be one line"):
            write_codec(path, characters)
    path.write_text("\nab\n")
    with pytest.raises(DataError, match=r"x\.gt\.txt:1: the first line of a codec must hold the characters"):
        read_codec(path)


@pytest.mark.parametrize(
    ("text", "fits"), [("x" * 16, True), ("x" * 17, False), ("xy" * 16, True), ("xy" * 16 + "x", False)]
)
def test_a_line_that_is_too_short_for_its_transcript_is_left_out_named_and_counted(tmp_path, caplog, text, fits):
    Image.fromarray(np.full((40, 125), 255, np.uint8)).save(tmp_path / "line.png")  # 32 steps after two poolings
    (tmp_path / "line.gt.txt").write_text(text)
    scenario = ATRScenario(ATRScenario.default_params())
    lines = LinesParams(image_files=[str(tmp_path / "line.png")])
    pipeline = scenario.data.create_pipeline(PipelineMode.EVALUATION, DataPipelineParams(num_processes=0), lines)
    with pipeline.generate_input_samples() as samples:
        assert len(list(samples)) == fits
        assert samples.counters.bad == (not fits)
    assert ("line.png" in caplog.text) == (not fits)


def paths_with(probabilities):
    """Probability of each text, by the sum over all paths."""
    found = {}
    steps, labels = probabilities.shape
    for path in np.ndindex(*[labels] * steps):
        text = tuple(label for n, label in enumerate(path) if label and (n == 0 or path[n - 1] != label))
        found[text] = found.get(text, 0.0) + np.prod(probabilities[range(steps), path])
    return found


def test_the_best_path_is_collapsed():
    probabilities = np.eye(4)[[0, 2, 2, 0, 2, 3, 3]] * 0.7 + 0.075
    labels, confidence = best_path(probabilities)
    assert labels == [2, 2, 3]
    np.testing.assert_allclose(confidence, 0.775)


@pytest.mark.parametrize("seed", range(20))
def test_a_wide_beam_finds_the_most_probable_text(seed):
    probabilities = np.random.default_rng(seed).dirichlet(np.ones(3), 5)
    texts = paths_with(probabilities)
    labels, confidence = beam_search(probabilities, 100)
    assert texts[tuple(labels)] == pytest.approx(max(texts.values()))
    assert confidence.shape == (len(labels),)


def test_nothing_is_read_where_there_is_nothing():
    blank = np.tile([1.0, 0.0], (4, 1))
    assert best_path(blank)[0] == beam_search(blank, 5)[0] == []


@pytest.mark.takes_long
def test_the_error_rate_of_files_is_printed(trained, folder):
    words = ["--data.image_files", *map(str, sorted(folder.glob("*.png"))), "--json", "-", "--lav.silent", "true"]
    done = run_with_tensorflow("tfaip-lav", "--export_dir", str(trained / "best"), *words)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["data_sets"][0]["evaluator"]["cer"] > 0


@pytest.mark.takes_long
def test_files_are_predicted_in_words(trained, folder):
    files = sorted(map(str, folder.glob("*.png")))
    done = run_with_tensorflow("tfaip-predict", "--export_dir", str(trained / "best"), "--data.image_files", *files)
    assert done.returncode == 0, done.stderr
    assert [line.split(": ")[0] for line in done.stdout.splitlines()] == files


@pytest.mark.takes_long
def test_two_models_vote(trained, folder):
    bundles = [str(trained / "best"), str(trained / "export")]
    words = ["--predict.voter", "Confidence", "--data.image_files", str(folder / "000.png")]
    done = run_with_tensorflow("tfaip-predict", "--export_dir", *bundles, *words)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{folder}/000.png: ")


@pytest.mark.parametrize("source", ["the run", "its best model"])
def test_a_warm_start_gives_each_character_its_own_outputs(trained, tmp_path, source):
    path = trained if source == "the run" else trained / "best"
    stored = {weight: array for weight, array in read_stored_weights(path).weights.items() if "/logits/" in weight}
    former = ATRDataParams().characters()
    # As many characters as before, in another order, and one of them is new.
    codec = former[::-1].replace("Q", "é")
    write_codec(tmp_path / "codec.txt", codec)
    params = ATRScenario.default_trainer_params()
    params.scenario.model.lstm_nodes = [8]
    params.scenario.data.codec = str(tmp_path / "codec.txt")
    params.warmstart.model = path
    trainer = ATRScenario.create_trainer(params)
    graph = trainer.scenario.create_model().build_graph(trainer.scenario.data)
    before = {weight.path: np.array(weight.numpy()) for weight in graph.logits.weights}
    starter = trainer.create_warm_starter()
    starter.trainer = trainer
    starter.load(graph)
    for weight in graph.logits.weights:
        value, old = weight.numpy(), stored[weight.path]
        assert np.array_equal(value[..., 0], old[..., 0])
        for label, character in enumerate(codec, start=1):
            expected = before[weight.path][..., label] if character == "é" else old[..., former.index(character) + 1]
            assert np.array_equal(value[..., label], expected), character
