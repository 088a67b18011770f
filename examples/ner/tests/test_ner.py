"""The recogniser of entities, as its README shows it."""

import json

import numpy as np
import pytest

from commands import run
from examples.ner.conll import Sentence, read_sentences, write_sentences
from examples.ner.entities import Entity, entities_of
from examples.ner.evaluator import NEREvaluator
from examples.ner.generator_params import SentencesParams
from examples.ner.params import DEFAULT_TAGS, NERDataParams, NEREvaluatorParams
from examples.ner.scenario import NERScenario
from examples.ner.sentences import TAGS, generated_sentence
from examples.ner.vocabulary import LONGEST, UNKNOWN, character_numbers, word_numbers
from examples.ner.write_samples import write_samples
from tfaip.model.testing import ScenarioChecks
from tfaip.pipeline import DataError, DataPipelineParams, PipelineMode, Sample
from tfaip.pipeline.text_files import read_lines

SCENARIO = "examples.ner"


class TestNERScenario(ScenarioChecks):
    """Data, specs, a training step, export, prediction."""

    scenario = NERScenario

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
    done = run("tfaip-train", SCENARIO, *words)
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
    ],
)
def test_entities_follow_the_rules_of_conlleval(tags, entities):
    assert entities_of(tags.split()) == [Entity(*entity) for entity in entities]


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
    numbers = character_numbers(["a" * 30 + "b", "ab"])
    assert numbers.shape == (2, LONGEST)
    assert numbers[0, -1] == numbers[1, 1]


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


def test_predictions_do_not_depend_on_padding(folder, trained, tmp_path):
    dumps = []
    for size in ("1", "12"):
        dump = tmp_path / size
        words = ["--data.lists", f"{folder}/val.lst", "--predict.pipeline.batch_size", size, "--dump", str(dump)]
        done = run("tfaip-predict", "--export_dir", str(trained / "best"), *words)
        assert done.returncode == 0, done.stderr
        dumps.append(dump)

    from tfaip.predict import DumpReader

    for alone, together in zip(*map(DumpReader, dumps), strict=True):
        length = len(alone.meta["tokens"])
        np.testing.assert_allclose(alone.outputs["logits"], together.outputs["logits"][:length], atol=1e-5)


def test_stored_predictions_are_evaluated(folder, trained, tmp_path):
    words = ["--export_dir", str(trained / "best"), "--data.lists", f"{folder}/val.lst"]
    lav = run("tfaip-lav", *words, "--dump", str(tmp_path / "dump"), "--json", str(tmp_path / "lav.json"))
    assert lav.returncode == 0, lav.stderr
    evaluated = run(
        *("tfaip-evaluate", "--prediction", str(tmp_path / "dump" / "l0"), "--scenario", SCENARIO),
        *("--json", str(tmp_path / "again.json")),
    )
    assert evaluated.returncode == 0, evaluated.stderr
    figures = json.loads((tmp_path / "lav.json").read_text())["data_sets"][0]["evaluator"]
    assert json.loads((tmp_path / "again.json").read_text())["evaluator"] == figures
