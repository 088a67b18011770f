"""`tfaip-train SCENARIO --check`: beginners' mistakes end with exit code 2 and what the documents show."""

import re

import pytest

from commands import ROOT, TUTORIAL, run
from tfaip.trainer.cli.train import main

SCENARIO = "broken:BrokenScenario"

MISTAKES = {
    "A typo in a key of the targets": [SCENARIO, "--model.mistake", "TypoInLoss"],
    "A loss of whole numbers": [SCENARIO, "--model.mistake", "IntegerLoss"],
    "A loss that is not in a dict": [SCENARIO, "--model.mistake", "LossIsNoDict"],
    "A loss that is no scalar": [SCENARIO, "--model.mistake", "LossIsNoScalar"],
    "A loss that is nan": [SCENARIO, "--model.mistake", "NanLoss"],
    "A loss that cannot be derived": [SCENARIO, "--model.mistake", "LossWithoutGradient"],
    "A weight for a loss that there is not": [SCENARIO, "--model.mistake", "WrongLossWeights"],
    "A typo in a metric": [SCENARIO, "--model.mistake", "TypoInMetric"],
    "A metric without its two sides": [SCENARIO, "--model.mistake", "MetricWithoutDefinition"],
    "The best model by a log that there is not": [SCENARIO, "--model.mistake", "UnknownBest"],
    "The best model in no known direction": [SCENARIO, "--model.mistake", "UnknownMode"],
    "The best model by a figure of an evaluator that does not run": [SCENARIO, "--model.mistake", "BestByEvaluator"],
    "Samples that can be printed only with targets": [SCENARIO, "--model.mistake", "PrintsTargets"],
    "A typo where samples are printed": [SCENARIO, "--model.mistake", "TypoInPrint"],
    "No graph to export": [SCENARIO, "--model.mistake", "NoDefaultExport"],
    "A typo in a key of the inputs": [SCENARIO, "--model.mistake", "TypoInGraph"],
    "A graph that returns a tensor": [SCENARIO, "--model.mistake", "NoDictOfOutputs"],
    "A layer that is never called": [SCENARIO, "--model.mistake", "UnusedLayer"],
    "A scalar among the outputs": [SCENARIO, "--model.mistake", "ScalarOutput"],
    "An output that no loss sees": [SCENARIO, "--model.mistake", "UnusedOutput"],
    "NumPy in a graph": [SCENARIO, "--model.mistake", "NumpyInGraph"],
    "Two layers of one name": [SCENARIO, "--model.mistake", "OneNameTwice"],
    "Shapes that do not fit": [SCENARIO, "--model.mistake", "WrongShapes"],
    "A target of shape ()": [SCENARIO, "--data.mistake", "TargetOfRank0"],
    "Samples of another shape": [SCENARIO, "--data.mistake", "OtherShape"],
    "Samples of another type": [SCENARIO, "--data.mistake", "OtherType"],
    "Samples without a target": [SCENARIO, "--data.mistake", "OtherName"],
    "No samples": [SCENARIO, "--train.mistake", "NoSamples"],
    "A generator without any method": [SCENARIO, "--train.mistake", "Neither"],
    "Inputs that are not finite": [SCENARIO, "--train.mistake", "NotFinite"],
    "An error in a generator": [SCENARIO, "--train.mistake", "FailingGenerator"],
    "A processor without `return`": [SCENARIO, "--data.pre_proc.processors", "broken:ForgetfulParams"],
    "Model parameters without `cls`": ["broken:NoModelClass"],
    "Data parameters without `cls`": ["broken:NoDataClass"],
    "A scenario without type arguments": ["broken:NoTypeArguments"],
}


def documented_messages():
    text = (ROOT / "docs" / "common_mistakes.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| (.+?) \| `(.+)` \|$", text, flags=re.MULTILINE))


def said(stderr):
    """The message as the table shows it: without the command's name and numbers of lines."""
    lines = stderr[stderr.index("tfaip-train: error: ") :].removeprefix("tfaip-train: error: ").splitlines()
    return re.sub(r"\.py:\d+\)", ".py:LINE)", "; ".join(line.strip() for line in lines if line.strip())).replace(
        "`", "'"
    )


@pytest.mark.parametrize("title", MISTAKES)
def test_a_beginners_mistake_is_named_as_the_documents_show(title, capsys, monkeypatch):
    # The console's handler would stay for the tests that follow in this process.
    monkeypatch.setattr("tfaip.trainer.cli.train.log_to_console", lambda: None)
    with pytest.raises(SystemExit) as ended:
        main([*MISTAKES[title], "--check", "--trainer.random_seed", "1"])
    assert ended.value.code == 2
    assert said(capsys.readouterr().err) == documented_messages()[title]


def test_the_documents_show_no_other_mistakes():
    assert list(documented_messages()) == list(MISTAKES)


@pytest.mark.takes_long
def test_a_scenario_that_works_passes_and_tells_what_it_costs():
    done = run("tfaip-train", TUTORIAL, "--check", "threads")
    assert done.returncode == 0, done.stderr
    before, after = ["data", "trainer", "graph", "prediction", "losses"], ["best", "export", "speed", "threads"]
    stages = [*before, "metrics", "gradients", "validation", *after]
    assert [line.split()[1] for line in done.stdout.splitlines() if line.startswith("✓")] == stages
    for words in ("204,282 trainable parameters", "samples/s", "an epoch takes about", "--device.intra_op_threads"):
        assert words in done.stdout
