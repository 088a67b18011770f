"""Short forms of a command: one short name for one or several arguments of its params."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from tfaip.params import CommandLine, CommandLineError, DefinitionError, field, params
from tfaip.params.commandline.answering.completion import candidates


@params
class RateParams:
    lr: float = field(default=0.1, help="The rate")


@params(name="StepRate")
class StepRateParams(RateParams):
    every: int = 1


@params(name="OtherRate")
class OtherRateParams(RateParams):
    epochs: int = field(default=7, mode="root")


@params
class SetParams:
    batch_size: int = 16
    files: list[str] = field(factory=list, positional=True)


@params
class TrainingParams:
    epochs: int = field(default=3, help="Passes over the data")
    rate: RateParams = field(factory=RateParams, mode="root")
    train: SetParams = field(factory=SetParams, fixed_class=True)
    val: SetParams | None = field(factory=SetParams, fixed_class=True)


def command(**keywords: Any) -> CommandLine:
    line = CommandLine("demo", **keywords)
    line.add_root("trainer", TrainingParams)
    line.add_shorthand("epochs", "trainer.epochs")
    line.add_shorthand("--lr", "trainer.rate.lr")
    line.add_shorthand("batch-size", "trainer.train.batch_size", "trainer.val.batch_size")
    return line


def read(words: str) -> TrainingParams:
    result: TrainingParams = command().parse_or_raise(words.split())["trainer"]
    return result


def mistakes(words: str) -> str:
    with pytest.raises(CommandLineError) as caught:
        read(words)
    return str(caught.value)


@pytest.mark.parametrize("words", ["--epochs 5", "--epochs=5", "--epochs 4 --epochs 5"])
def test_a_short_form_sets_its_argument(words: str) -> None:
    assert read(words).epochs == 5


@pytest.mark.parametrize("spelled", ["--batch_size", "--batch-size"])
def test_a_short_form_sets_several_arguments(spelled: str) -> None:
    found = read(f"{spelled} 8")
    assert found.val is not None
    assert (found.train.batch_size, found.val.batch_size) == (8, 8)


@pytest.mark.parametrize("words", ["--lr 2 --rate StepRate", "--rate StepRate --lr 2"])
def test_a_short_form_sets_the_selected_class_wherever_it_stands(words: str) -> None:
    assert read(words).rate == StepRateParams(lr=2.0)


def test_a_target_that_does_not_exist_is_left_out() -> None:
    found = read("--batch_size 8 --trainer.val none")
    assert (found.train.batch_size, found.val) == (8, None)


def test_a_field_of_that_name_wins() -> None:
    found = read("--rate OtherRate --epochs 5")
    assert (found.epochs, found.rate) == (3, OtherRateParams(epochs=5))


def test_an_argument_of_the_command_wins() -> None:
    line = command()
    line.add_argument("--epochs", type=str)
    result = line.parse_or_raise(["--epochs", "all"])
    assert (result["trainer"].epochs, result.arguments.epochs) == (3, "all")


def test_words_after_a_short_form_stay_positional() -> None:
    line = CommandLine("demo")
    line.add_root("", SetParams)
    line.add_shorthand("b", "batch_size")
    assert line.parse_or_raise(["--b", "2", "x", "y"])[""] == SetParams(batch_size=2, files=["x", "y"])


@pytest.mark.parametrize("words", ["--lr 1 --rate.lr 2", "--trainer.rate.lr 2 --lr 1", "--rate.lr=2 --lr=2"])
def test_a_short_form_beside_its_long_name_is_refused(words: str) -> None:
    assert mistakes(words) == "--lr: is given together with --rate.lr\n  both set the same; give only one"


def test_a_mistake_of_a_value_is_said_once_and_names_the_short_form() -> None:
    assert mistakes("--batch_size x") == "--batch_size: must be a whole number, got 'x'"


def test_a_short_form_is_suggested() -> None:
    assert "did you mean --epochs" in mistakes("--epohcs 3")


def test_a_short_form_wins_over_a_config_file(tmp_path: Any) -> None:
    (tmp_path / "c.yaml").write_text("trainer: {epochs: 9, rate: {lr: 4}}")
    found = read(f"--config {tmp_path / 'c.yaml'} --epochs 5")
    assert (found.epochs, found.rate.lr) == (5, 4.0)


def test_help_shows_short_forms_with_what_they_set(capsys: pytest.CaptureFixture[str]) -> None:
    with contextlib.suppress(SystemExit):
        command().parse(["--help", "--batch_size", "8"])
    text = capsys.readouterr().out
    assert "short forms\n" in text
    assert "--epochs INT" in text
    assert "Passes over the data [sets --trainer.epochs;" in text
    assert "sets --trainer.train.batch_size and" in text
    assert text.count("set to: 8") >= 3


def test_completion_knows_short_forms_that_exist() -> None:
    assert "--epochs" in candidates(command(), ["--ep"])
    assert candidates(command(), ["--rate", "OtherRate", "--ep"]) == ["--epochs"]
    assert "--lr" in candidates(command(), ["--l"])


def test_the_schema_names_short_forms(capsys: pytest.CaptureFixture[str]) -> None:
    with contextlib.suppress(SystemExit):
        command().parse(["--show-schema"])
    assert '"--trainer.rate.lr"' in capsys.readouterr().out.partition('"short_forms"')[2]


def test_short_forms_that_cannot_be_are_refused() -> None:
    line = command()
    for name, targets, message in (
        ("epochs", ("trainer.epochs",), "two short forms"),
        ("x", (), "at least one"),
        ("a b", ("trainer.epochs",), "no name"),
    ):
        with pytest.raises(DefinitionError, match=message):
            line.add_shorthand(name, *targets)
