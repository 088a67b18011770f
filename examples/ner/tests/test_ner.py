"""The recogniser of entities, as its README shows it."""

import io
import json

import numpy as np
import pytest
from keras import ops

from commands import run_with_tensorflow
from examples.ner.conll import Sentence, places_of, read_sentences, write_sentences
from examples.ner.entities import Entity, check_tag, entities_of
from examples.ner.evaluator import NEREvaluator
from examples.ner.generator_params import NERTrainerPipelineParams, SentencesParams
from examples.ner.graph import NERGraph
from examples.ner.model import NERModel
from examples.ner.params import (
    DEFAULT_TAGS,
    NERDataParams,
    NEREvaluatorParams,
    NERModelParams,
    TransformerEncoderParams,
)
from examples.ner.scenario import NERScenario
from examples.ner.sentences import TAGS, generated_sentence
from examples.ner.vocabulary import LONGEST, UNKNOWN, character_numbers, word_numbers
from examples.ner.write_samples import write_samples
from examples.ner.write_vocabulary import write_vocabulary
from tfaip.model.layers import AttentionParams, RecurrentStackParams
from tfaip.model.testing import ScenarioChecks
from tfaip.pipeline import DataError, DataPipelineParams, PipelineMode, Sample
from tfaip.pipeline.text_files import read_lines

SCENARIO = "examples.ner"

ENCODERS = {
    "recurrent": RecurrentStackParams(nodes=[4]),
    "transformer": TransformerEncoderParams(
        units=8, blocks=1, feed_forward=8, attention=AttentionParams(heads=2, head_units=4)
    ),
}


class TestNERScenario(ScenarioChecks):
    """Data, specs, a training step, export, prediction."""

    scenario = NERScenario
    onnx = True

    @classmethod
    def change_trainer_params(cls, params):
        params.gen.train.count = params.gen.val.count = 8
        params.scenario.model.word_units = params.scenario.model.spelling_units = 4
        params.scenario.model.encoder.nodes = [4]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """CoNLL files of twelve sentences each, and their lists."""
    folder = tmp_path_factory.mktemp("conll")
    write_samples(folder, 12)
    return folder


@pytest.fixture(scope="module")
def trained(folder, tmp_path_factory):
    """Folder of a run on these files."""
    run_folder = tmp_path_factory.mktemp("ner") / "run"
    words = ["--train.lists", f"{folder}/train.lst", "--val.lists", f"{folder}/val.lst", "--train.num_processes", "0"]
    words += ["--trainer.epochs", "1", "--model.encoder.nodes", "4", "--trainer.output_dir", str(run_folder)]
    done = run_with_tensorflow("tfaip-train", SCENARIO, *words)
    assert done.returncode == 0, done.stderr
    return run_folder


def samples_of(params, mode=PipelineMode.EVALUATION):
    pipeline = NERDataParams().create().create_pipeline(mode, DataPipelineParams(num_processes=0), params)
    with pipeline.generate_input_samples() as samples:
        return list(samples)


@pytest.mark.parametrize(
    ("tags", "entities"),
    [
        ("O O", []),
        ("B-PER I-PER O", [("PER", 0, 2)]),
        ("B-PER B-PER", [("PER", 0, 1), ("PER", 1, 2)]),
        ("I-PER I-PER", [("PER", 0, 2)]),
        ("O I-LOC", [("LOC", 1, 2)]),
        ("B-PER I-LOC", [("PER", 0, 1), ("LOC", 1, 2)]),
        ("I-LOC B-LOC", [("LOC", 0, 1), ("LOC", 1, 2)]),
        ("S-PER S-PER", [("PER", 0, 1), ("PER", 1, 2)]),
        ("B-ORG I-ORG E-ORG I-ORG", [("ORG", 0, 3), ("ORG", 3, 4)]),
        ("U-ORG L-ORG", [("ORG", 0, 1), ("ORG", 1, 2)]),
        ("B-DATE", [("DATE", 0, 1)]),
        ("", []),
        ("I-PER E-LOC", [("PER", 0, 1), ("LOC", 1, 2)]),
        ("E-PER E-PER", [("PER", 0, 1), ("PER", 1, 2)]),
        ("S-PER I-PER", [("PER", 0, 1), ("PER", 1, 2)]),
        ("E-PER I-PER E-PER", [("PER", 0, 1), ("PER", 1, 3)]),
        ("B-PER O E-PER", [("PER", 0, 1), ("PER", 2, 3)]),
        ("B-PER M-PER E-PER", [("PER", 0, 3)]),
        ("B-ORG-GOV I-ORG-GOV I-ORG", [("ORG-GOV", 0, 2), ("ORG", 2, 3)]),
    ],
)
def test_entities_follow_the_rules_of_conlleval(tags, entities):
    assert entities_of(tags.split()) == [Entity(*entity) for entity in entities]


@pytest.mark.parametrize("tag", ["PER", "B", "B-", "-PER", "b-PER", "X-PER", "o"])
def test_anything_else_is_no_tag(tag):
    with pytest.raises(DataError, match=r"a\.conll:3: a tag must be O, or one of B, I, M, E, S, L, U, a hyphen"):
        check_tag(tag, "a.conll:3")


def test_entities_of_generated_sentences_are_those_of_their_tags():
    sentence = generated_sentence("training", 0)
    assert [tag for tag in sentence.tags if tag.startswith("B")] == [
        f"B-{entity.kind}" for entity in entities_of(sentence.tags)
    ]


def test_sentences_come_back_from_a_file(tmp_path):
    sentences = [generated_sentence("training", index) for index in range(3)]
    write_sentences(tmp_path / "a.conll", sentences)
    read = list(read_sentences(tmp_path / "a.conll", needs_tags=True))
    assert [sentence[1:] for sentence in read] == [sentence[1:] for sentence in sentences]


def test_files_of_conll_2003_are_read(tmp_path):
    path = tmp_path / "a.conll"
    path.write_text("-DOCSTART- -X- -X- O\n\nEU NNP B-NP B-ORG\nrejects VBZ B-VP O\n\n\nGermany NNP B-NP B-LOC\n")
    assert list(read_sentences(path, needs_tags=True)) == [
        Sentence(f"{path}:3", ["EU", "rejects"], ["B-ORG", "O"]),
        Sentence(f"{path}:7", ["Germany"], ["B-LOC"]),
    ]


def test_a_line_without_a_tag_is_refused_with_its_place(tmp_path):
    path = tmp_path / "a.conll"
    path.write_text("EU B-ORG\nrejects\n")
    with pytest.raises(DataError, match=r"a\.conll:2: a line must have a token and a tag"):
        list(read_sentences(path, needs_tags=True))


@pytest.mark.parametrize(
    "text",
    ["\ufeffa O\r\nb O\r\n\r\n\r\nc O\r\n", "a O\nb O\n \t\nc O", "\n\n\na\tO\nb\tO\n\nc\tO\n\n\n"],
    ids=["mark and \\r\\n", "white space", "tabs"],
)
def test_files_from_elsewhere_are_read_alike(tmp_path, text):
    path = tmp_path / "a.conll"
    path.write_bytes(text.encode())
    assert [sentence.tokens for sentence in read_sentences(path, needs_tags=True)] == [["a", "b"], ["c"]]


def test_places_count_bytes(tmp_path):
    path = tmp_path / "a.conll"
    write_sentences(path, [Sentence("", ["Åse", "Ødegård"], ["B-PER", "I-PER"]), Sentence("", ["日本"], ["B-LOC"])])
    assert [place.read(needs_tags=True).tokens for place in places_of(path)] == [["Åse", "Ødegård"], ["日本"]]


def listed(folder, text):
    """Write a CoNLL file and its list, and return the path of the file and the parameters that read it."""
    (folder / "a.conll").write_text(text)
    (folder / "a.lst").write_text("# a comment\na.conll\n")
    return folder / "a.conll", SentencesParams(lists=[str(folder / "a.lst")])


def test_sentences_are_read_when_they_are_needed(tmp_path):
    path, params = listed(tmp_path, "Ada B-PER\n\nBonn B-LOC\n")
    generator = params.create(PipelineMode.EVALUATION)
    assert len(generator) == 2
    path.write_text("Eva B-PER\n\nBonn B-LOC\n")
    assert [sample.inputs["tokens"] for sample in generator.generate()] == [["Eva"], ["Bonn"]]
    path.write_text("\n" * 100)
    with pytest.raises(DataError, match=r"a\.conll:1: a file must not change while it is read"):
        list(generator.generate())


def test_training_draws_all_sentences_of_a_list(tmp_path):
    _, params = listed(tmp_path, "a O\n\nb O\n\nc O\n")
    drawn = params.create(PipelineMode.TRAINING).generate_pass(0)
    assert sorted(sample.inputs["tokens"] for sample in drawn) == [["a"], ["b"], ["c"]]


def test_sentences_of_lists_are_split_into_training_and_validation(tmp_path):
    _, params = listed(tmp_path, "".join(f"w{number} O\n\n" for number in range(10)))
    gen = NERTrainerPipelineParams(train=params, validation_split=0.2)
    parts = [gen.training_samples(), gen.validation_samples()]
    tokens = [
        {sample.inputs["tokens"][0] for sample in part.create(PipelineMode.EVALUATION).generate()} for part in parts
    ]
    assert list(map(len, tokens)) == [8, 2]
    assert not tokens[0] & tokens[1]


def test_the_standard_input_is_a_conll_file(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("Ada\nwent\n\n# O\n"))
    generator = SentencesParams(lists=["-"]).create(PipelineMode.PREDICTION)
    assert [sample.inputs["tokens"] for sample in generator.generate()] == [["Ada", "went"], ["#"]]


def test_validation_has_sentences_without_lists():
    assert len(NERTrainerPipelineParams().val_gen().create(PipelineMode.EVALUATION)) == 500


def test_a_prediction_needs_no_tags(tmp_path):
    (tmp_path / "a.conll").write_text("EU\nrejects\n")
    (tmp_path / "a.lst").write_text("a.conll\n")
    samples = samples_of(SentencesParams(lists=[str(tmp_path / "a.lst")]), PipelineMode.PREDICTION)
    assert [sample.targets for sample in samples] == [None]


def test_an_unknown_tag_is_refused_with_the_allowed_ones(tmp_path):
    (tmp_path / "a.conll").write_text("EU B-MISC\n")
    (tmp_path / "a.lst").write_text("a.conll\n")
    with pytest.raises(Exception, match="a tag must be one of O, B-PER.* got 'B-MISC'"):
        samples_of(SentencesParams(lists=[str(tmp_path / "a.lst")]))


def test_the_tags_of_the_generated_sentences_stand_in_the_resource():
    assert read_lines(DEFAULT_TAGS) == TAGS


def test_unknown_words_share_a_number():
    assert word_numbers(["The", "xyzzy"], {"the": 2}).tolist() == [2, UNKNOWN]


def test_long_words_keep_begin_and_end():
    numbers = character_numbers(["a" * 30 + "b", "ab"], {"a": 2, "b": 3})
    assert numbers.shape == (2, LONGEST)
    assert numbers[0, -1] == numbers[1, 1]


def test_vocabularies_hold_frequent_words_and_all_characters_and_tags(tmp_path):
    listed(tmp_path, "The O\nthe O\nTHE O\nBär B-LOC\n")
    write_vocabulary(tmp_path / "v", [str(tmp_path / "a.lst")])
    found = {path.name: read_lines(path) for path in (tmp_path / "v").iterdir()}
    assert found == {
        "words.txt": ["the"],
        "characters.txt": sorted({*"ThetheTHEBär"}),
        "tags.txt": ["O", "B-LOC"],
    }


def test_a_vocabulary_of_no_sentence_is_refused(tmp_path):
    listed(tmp_path, "\n")
    with pytest.raises(DataError, match=r"lists must name files with sentences, got none in .*a\.lst"):
        write_vocabulary(tmp_path / "v", [str(tmp_path / "a.lst")])
    assert not (tmp_path / "v").exists()


def model_params(**given):
    return NERModelParams(words=18, characters=9, tags=["O", "B-PER", "I-PER"], **given)


@pytest.mark.parametrize("encoder", ENCODERS)
def test_padding_changes_nothing(encoder):
    graph = NERGraph(model_params(encoder=ENCODERS[encoder]))
    rng = np.random.default_rng(1)
    words, characters = rng.integers(1, 20, (1, 4)), rng.integers(1, 9, (1, 4, 5))
    alone = graph({"words": words, "characters": characters}, training=False)["logits"]
    padded = graph(
        {"words": np.pad(words, ((0, 0), (0, 3))), "characters": np.pad(characters, ((0, 0), (0, 3), (0, 2)))},
        training=False,
    )["logits"]
    np.testing.assert_allclose(ops.convert_to_numpy(alone), ops.convert_to_numpy(padded)[:, :4], atol=1e-5)


@pytest.mark.parametrize("outside_weight", [1.0, 0.5])
def test_the_loss_weighs_words_and_leaves_padding_out(outside_weight):
    model = NERModel(model_params(outside_weight=outside_weight))
    logits = np.array([[[2.0, 0.0, 0.0], [0.0, 1.0, 0.0], [9.0, 9.0, 0.0]]], np.float32)
    outputs = {"logits": logits, "mask": np.array([[1.0, 1.0, 0.0]], np.float32)}
    outside, inside = -np.log(np.exp(2) / (np.exp(2) + 2)), -np.log(np.e / (np.e + 2))
    loss = model.losses({}, {"tags": np.array([[0, 1, 0]])}, outputs)["tags"]
    assert float(loss) == pytest.approx((outside * outside_weight + inside) / (outside_weight + 1))


def test_a_bundle_brings_its_vocabularies_along(trained):
    names = {path.name for path in (trained / "best/resources").iterdir()}
    assert names == {"words.txt", "characters.txt", "tags.txt"}


def test_training_and_validation_share_no_invented_names():
    def names(part):
        sentences = [generated_sentence(part, index) for index in range(100)]
        return {
            token
            for sentence in sentences
            for token, tag in zip(sentence.tokens, sentence.tags, strict=True)
            if tag == "I-PER"
        }

    assert not names("training") & names("validation")


def test_figures_are_those_of_a_hand_made_case():
    samples = [
        Sample(outputs={"tags": ["B-PER", "O", "B-LOC"]}, targets={"tags": ["B-PER", "O", "O"]}),
        Sample(outputs={"tags": ["O", "B-ORG"]}, targets={"tags": ["B-ORG", "I-ORG"]}),
    ]
    with NEREvaluator(NEREvaluatorParams(per_type=True)) as evaluator:
        for sample in samples:
            evaluator.update_state(sample)
        figures = evaluator.result()
    assert figures["precision"] == pytest.approx(1 / 3)
    assert figures["recall"] == pytest.approx(1 / 2)
    assert figures["f1"] == pytest.approx(0.4)
    assert figures["f1_PER"] == 1
    assert figures["f1_ORG"] == 0


@pytest.mark.takes_long
def test_predictions_do_not_depend_on_padding(folder, trained, tmp_path):
    dumps = []
    for size in ("1", "12"):
        dump = tmp_path / size
        words = ["--data.lists", f"{folder}/val.lst", "--predict.pipeline.batch_size", size, "--dump", str(dump)]
        done = run_with_tensorflow("tfaip-predict", "--export_dir", str(trained / "best"), *words)
        assert done.returncode == 0, done.stderr
        dumps.append(dump)

    from tfaip.predict import DumpReader

    for alone, together in zip(*map(DumpReader, dumps), strict=True):
        length = len(alone.meta["tokens"])
        np.testing.assert_allclose(alone.outputs["logits"], together.outputs["logits"][:length], atol=1e-5)


@pytest.mark.takes_long
def test_stored_predictions_are_evaluated(folder, trained, tmp_path):
    words = ["--export_dir", str(trained / "best"), "--data.lists", f"{folder}/val.lst"]
    lav = run_with_tensorflow(
        "tfaip-lav", *words, "--dump", str(tmp_path / "dump"), "--json", str(tmp_path / "lav.json")
    )
    assert lav.returncode == 0, lav.stderr
    evaluated = run_with_tensorflow(
        *("tfaip-evaluate", "--prediction", str(tmp_path / "dump" / "l0"), "--scenario", SCENARIO),
        *("--json", str(tmp_path / "again.json")),
    )
    assert evaluated.returncode == 0, evaluated.stderr
    figures = json.loads((tmp_path / "lav.json").read_text())["data_sets"][0]["evaluator"]
    assert json.loads((tmp_path / "again.json").read_text())["evaluator"] == figures
