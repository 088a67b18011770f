"""Short forms of the commands that train: they set what most users set, and give way to a scenario's own arguments."""

import pytest

from commands import TUTORIAL
from examples.tutorial.min.params import TutorialScenarioParams, TutorialTrainerPipelineParams
from tfaip.model import find_scenario
from tfaip.params import CommandLine, CommandLineError, field, params
from tfaip.trainer import TrainerParams
from tfaip.trainer.cli.scenario_command_line import add_training


def command(default=None):
    line = CommandLine("tfaip-train")
    add_training(line, default or find_scenario(TUTORIAL).default_trainer_params())
    return line


def read(words, default=None):
    return command(default).parse_or_raise(words.split())["trainer"]


def test_batch_size_sets_training_and_validation():
    setup = read("--batch_size 7").gen.setup
    assert (setup.train.batch_size, setup.val.batch_size) == (7, 7)


@pytest.mark.parametrize("schedule", ["constant", "OneCycle", "warmupcosine", "ReduceOnPlateau"])
def test_lr_is_that_of_the_selected_schedule_in_any_order(schedule):
    before, after = read(f"--lr 0.5 --learning_rate {schedule}"), read(f"--learning_rate {schedule} --lr 0.5")
    assert before.learning_rate == after.learning_rate
    assert before.learning_rate.lr == 0.5
    assert type(before.learning_rate).__name__.casefold() == f"{schedule}params".casefold()


def test_patience_and_epochs():
    found = read("--patience 4 --epochs 2 --learning_rate reduceonplateau")
    assert (found.early_stopping.patience, found.epochs, found.learning_rate.patience) == (4, 2, 10)


def test_an_argument_of_the_scenario_wins():
    @params
    class OwnTrainerParams(TrainerParams[TutorialScenarioParams, TutorialTrainerPipelineParams]):
        lr: str = field(default="", mode="root")

    found = read("--lr high", OwnTrainerParams())
    assert (found.lr, found.learning_rate.lr) == ("high", 0.001)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--epochs 3 --trainer.epochs 4", "--epochs: is given together with --trainer.epochs"),
        ("--train.batch_size 3 --batch_size 4", "--batch_size: is given together with --train.batch_size"),
        ("--learning_rate 0.01", "write --learning_rate.lr 0.01"),
        ("--early_stopping 5", "write --early_stopping.patience 5"),
        ("--warmstart runs/x", "write --warmstart.model runs/x"),
        ("--train 16", "write --train.batch_size 16"),
        ("--model.filters 8,16", "separate values by spaces: --model.filters 8 16"),
        ("--epochs many", "--epochs: must be a whole number, got 'many'"),
        ("--epochs 0", "--trainer.epochs: must be >= 1, got 0"),
    ],
)
def test_a_mistake_is_answered_by_the_words_to_write(words, message):
    with pytest.raises(CommandLineError) as caught:
        read(words)
    assert message in str(caught.value)
