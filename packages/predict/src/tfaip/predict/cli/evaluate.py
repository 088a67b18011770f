"""tfaip-evaluate: computes an evaluator's figures from stored predictions, without the model."""

from __future__ import annotations

from collections.abc import Sequence

from tfaip.model import find_scenario, find_stored_scenario, load_scenario_params
from tfaip.model.command import (
    Invocation,
    Subject,
    blamed,
    log_of_client,
    log_to_console,
    remember_scenario,
    run_command,
)
from tfaip.model.scenario.created import created

__all__ = ["main"]

USAGE = """\
usage: tfaip-evaluate --prediction DUMP (--scenario SCENARIO | --export_dir BUNDLE) [arguments]

Compute the figures of a scenario's evaluator from predictions that were stored with their targets, by tfaip-lav --dump
or tfaip-predict --dump --predict.include_targets. Neither the model nor TensorFlow is loaded. SCENARIO is
named as for tfaip-train; BUNDLE has the evaluator's parameters of the training.

  tfaip-lav --export_dir runs/min/best --dump pairs
  tfaip-evaluate --prediction pairs/l0 --scenario examples.tutorial.full
  tfaip-evaluate --scenario SCENARIO --help     all arguments
"""

SCENARIO = Subject(("--scenario",), "SCENARIO", "Name or path of the scenario of the evaluator")
BUNDLE = Subject.folder(
    "--export_dir", metavar="BUNDLE", help="Folder of the bundle with the parameters of the evaluator"
)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command.

    Args:
        argv: Arguments without the command's name; default: those of the process.
    """
    run_command(
        "tfaip-evaluate",
        USAGE,
        argv,
        _evaluate,
        subjects=[SCENARIO, BUNDLE],
    )


def _evaluate(call: Invocation) -> None:
    (about,) = call.about
    if call.subject is BUNDLE:
        stored = load_scenario_params(about, trust=call.trust)
        scenario = find_stored_scenario(stored, trust=call.trust, reading=[about])
        default = stored.evaluator
    else:
        scenario = find_scenario(about)
        if call.typed:
            remember_scenario(scenario)
        default = scenario.default_params().evaluator
    command_line = call.command_line("Compute an evaluator's figures from stored predictions.")
    command_line.add_root("evaluator", type(default), default=default)
    command_line.add_argument("--prediction", type=str, required=True, help="Folder of the stored predictions")
    command_line.add_argument("--json", type=str | None, help="File to write the figures to; -: the standard output")
    parsed = command_line.parse(call.words)
    log_to_console()
    log_of_client(scenario)

    from tfaip.predict.evaluation import evaluate_dump, print_figures, write_figures

    with blamed():
        evaluator = created(scenario, "create_evaluator", parsed["evaluator"])
    figures = evaluate_dump(evaluator, parsed.arguments.prediction)
    if parsed.arguments.json != "-":
        print_figures(figures)
    if parsed.arguments.json:
        write_figures(parsed.arguments.json, figures)


if __name__ == "__main__":
    main()
