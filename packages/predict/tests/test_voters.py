import numpy as np
import pytest

from tfaip.params import CommandLine, CommandLineError
from tfaip.params.commandline.answering.describing import choices_of
from tfaip.pipeline import Sample
from tfaip.predict import (
    ConfidenceVoterParams,
    MajorityVoterParams,
    MeanVoterParams,
    MultiModelPredictorParams,
    PredictionError,
    WeightedMeanVoterParams,
)
from tfaip.predict.voting.alignment import GAP, aligned


def vote(params, *outputs):
    return params.create(len(outputs)).vote(Sample(outputs=list(outputs), meta="kept"))


def probable(*pred, **others):
    pred = np.array(pred, np.float32)
    return {"pred": pred, "class": np.int64(pred.argmax()), **others}


def test_the_mean_can_choose_what_no_model_chooses():
    voted = vote(MeanVoterParams(), probable(0.55, 0.45, 0), probable(0, 0.45, 0.55))
    np.testing.assert_allclose(voted.outputs["pred"], [0.275, 0.45, 0.275], rtol=1e-6)
    assert voted.outputs["pred"].dtype == np.float32
    assert voted.outputs["class"] == 1
    assert voted.outputs["class"].dtype == np.int64
    assert voted.meta == "kept"


def test_other_outputs_are_those_of_the_model_that_agrees_most():
    voted = vote(
        MeanVoterParams(),
        probable(0.6, 0.4, name="north"),
        probable(0.1, 0.9, name="south"),
        probable(0.2, 0.8, name="sth"),
    )
    assert (voted.outputs["class"], voted.outputs["name"]) == (1, "south")


def test_the_mean_of_maps_is_taken_at_each_place():
    one = np.array([[0.9, 0.1], [0.4, 0.6]], np.float32)
    other = np.array([[0.3, 0.7], [0.2, 0.8]], np.float32)
    voted = vote(MeanVoterParams(label=""), {"pred": one}, {"pred": other})
    np.testing.assert_allclose(voted.outputs["pred"], (one + other) / 2, rtol=1e-6)
    assert list(voted.outputs) == ["pred"]


def test_weights_decide():
    outputs = probable(0.8, 0.2), probable(0.3, 0.7)
    assert vote(WeightedMeanVoterParams(weights=[2, 1]), *outputs).outputs["class"] == 0
    heavy = vote(WeightedMeanVoterParams(weights=[1, 9]), *outputs)
    np.testing.assert_allclose(heavy.outputs["pred"], [0.35, 0.65], rtol=1e-6)


@pytest.mark.parametrize("weights", [[], [1.0], [1.0, -1.0], [0.0, 0.0]])
def test_weights_that_do_not_fit_are_refused(weights):
    with pytest.raises(PredictionError, match="voter.weights must be >= 0, one for each of the 2 models and not all 0"):
        WeightedMeanVoterParams(weights=weights).create(2)


@pytest.mark.parametrize(
    ("said", "winner"),
    [(["b", "a", "a"], 1), (["a", "b", "c"], 0), ([np.array([1, 2]), np.array([3]), np.array([3])], 1), ([5, 5, 4], 0)],
)
def test_the_majority_wins_and_of_equals_the_first_model(said, winner):
    voted = vote(MajorityVoterParams(), *({"class": value, "model": number} for number, value in enumerate(said)))
    assert voted.outputs["model"] == winner


def test_an_output_that_a_model_lacks_is_named():
    with pytest.raises(
        PredictionError, match="voter.label must name an output of all models, got 'class'; model 1 has"
    ):
        vote(MajorityVoterParams(), {"class": 1}, {"pred": 1})


def test_probabilities_of_different_shapes_are_refused():
    with pytest.raises(PredictionError, match=r"of one shape \(..., classes\) in all models, got 'pred' of the shapes"):
        vote(MeanVoterParams(), probable(0.5, 0.5), probable(0.2, 0.3, 0.5))


@pytest.mark.parametrize(
    ("sequences", "rows"),
    [
        (["abc", "abc"], ["abc", "abc"]),
        (["abc", "ac"], ["abc", "a-c"]),
        (["ac", "abc"], ["a-c", "abc"]),
        (["", "ab"], ["--", "ab"]),
        (["abd", "acd"], ["abd", "acd"]),
        (["ad", "abd", "ad", "abcd"], ["a--d", "ab-d", "a--d", "abcd"]),
    ],
)
def test_sequences_are_aligned_with_as_few_gaps_and_changes_as_possible(sequences, rows):
    assert ["".join("-" if label is GAP else label for label in row) for row in aligned(sequences)] == rows


def sequence(labels, *confidence, **others):
    return {"sequence": labels, "confidence": np.array(confidence, np.float32), **others}


def test_each_label_of_a_sequence_is_voted_on_by_confidence():
    voted = vote(
        ConfidenceVoterParams(),
        sequence("hcllo", 0.9, 0.4, 0.9, 0.9, 0.9, model=0),
        sequence("hello", 0.9, 0.9, 0.9, 0.9, 0.2, model=1),
        sequence("hella", 0.9, 0.3, 0.9, 0.9, 0.6, model=2),
    )
    assert voted.outputs["sequence"] == "hello"
    np.testing.assert_allclose(voted.outputs["confidence"], [0.9, 0.4, 0.9, 0.9, 1.1 / 3], rtol=1e-6)
    assert voted.outputs["model"] == 1


def test_a_label_that_only_a_doubtful_model_sees_is_left_out():
    voted = vote(
        ConfidenceVoterParams(),
        sequence("hello", 0.9, 0.9, 0.9, 0.9, 0.9),
        sequence("heillo", 0.9, 0.9, 0.3, 0.9, 0.9, 0.9),
    )
    assert voted.outputs["sequence"] == "hello"


def test_a_voted_sequence_is_of_the_type_of_the_models():
    arrays = [sequence(np.array([1, 2], np.int32), 0.5, 0.5), sequence(np.array([1, 2, 3], np.int32), 0.5, 0.5, 0.9)]
    voted = vote(ConfidenceVoterParams(), *arrays).outputs["sequence"]
    assert voted.dtype == np.int32
    assert voted.tolist() == [1, 2, 3]
    assert vote(ConfidenceVoterParams(), sequence(["a"], 1), sequence(["a"], 1)).outputs["sequence"] == ["a"]


def test_sequences_that_are_all_empty_give_an_empty_one():
    voted = vote(ConfidenceVoterParams(), sequence(""), sequence(""))
    assert voted.outputs["sequence"] == ""
    assert voted.outputs["confidence"].shape == (0,)


def test_a_confidence_that_is_not_one_number_a_label_is_refused():
    with pytest.raises(PredictionError, match=r"one number for each label, got the shape \(1,\) for the 2 labels"):
        vote(ConfidenceVoterParams(), sequence("ab", 0.5, 0.5), sequence("ab", 0.5))


def test_the_base_of_voters_makes_nothing_and_is_not_offered():
    command = CommandLine("prog")
    command.add_root("voting", MultiModelPredictorParams)
    with pytest.raises(CommandLineError, match="^--voter: VoterParams is abstract, allowed: Mean, [^\n]*$"):
        command.parse_or_raise(["--voter", "Voter"])
    help_text = " ".join(choices_of(command.read([]).table.by_name["voter"].node))
    assert help_text == "Mean WeightedMean Majority Confidence"
