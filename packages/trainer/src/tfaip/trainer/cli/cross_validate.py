"""tfaip-cross-validate: trains a scenario once for each fold of its training samples."""

from __future__ import annotations

from collections.abc import Sequence

from tfaip.model.command import Invocation, log_to_console, run_command, values_of
from tfaip.trainer.cli.scenario_command_line import require_data, scenario_command_line
from tfaip.trainer.cross_validation import FoldError, FoldResults, Folds

__all__ = ["main"]

USAGE = """\
usage: tfaip-cross-validate SCENARIO --folds 5 --trainer.output_dir FOLDER [arguments]

Train a scenario once for each fold: each training holds out another part of the training samples and validates on it.
Arguments are those of tfaip-train. FOLDER gets the runs fold-1, fold-2, ... and cross_validation.json, with each log of
the best epochs, its mean and its standard deviation. The same command goes on after an interrupt.

  tfaip-cross-validate examples.tutorial.min --folds 3 --epochs 2 --trainer.output_dir runs/folds
  tfaip-cross-validate SCENARIO --help     the arguments that matter most, with their defaults
"""


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command.

    Args:
        argv: Arguments without the command's name; default: those of the process.
    """
    run_command("tfaip-cross-validate", USAGE, argv, _cross_validate)


def _cross_validate(call: Invocation) -> None:
    scenario, command_line = scenario_command_line(call)
    command_line.add_argument("--folds", type=int, default=5, help="Number of folds, each of which is held out once")
    parsed = command_line.parse(call.words)
    params, count = parsed["trainer"], parsed.arguments.folds
    gen = params.gen
    if count < 2:
        raise FoldError(f"--folds must be at least 2, got {count}")
    if params.output_dir is None:
        raise FoldError("a cross-validation needs a folder for its runs: --trainer.output_dir FOLDER")
    if (gen.validation_split or gen.validation_folds) and any(map(_holds_out, call.words)):
        raise FoldError("--folds says what is held out: leave out validation_split and validation_folds")
    log_to_console()
    words = values_of(["--trainer.output_dir"], values_of(["--folds"], call.words)[1])[1]
    if gen.validation_split:  # by the scenario, or by a config file
        gen.validation_split = 0.0
        words = [*words, "--trainer.gen.validation_split", "0"]
    gen.validation_folds = count
    require_data(scenario, params)
    folds = Folds(params.output_dir, count, call.about[0], words, call.trust)
    folds.train(lambda number: print(f"Fold {number} of {count}", flush=True))
    results = FoldResults(folds.runs)
    from tfaip.params.table_console import print_table

    print_table(results.table())
    print(f"The results are in {results.write(params.output_dir)}")


def _holds_out(word: str) -> bool:
    name = word.partition("=")[0].rpartition(".")[2].lstrip("-")
    return word.startswith("--") and name in ("validation_split", "validation_folds")


if __name__ == "__main__":
    main()
