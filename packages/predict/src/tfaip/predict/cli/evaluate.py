"""tfaip-evaluate: computes an evaluator's figures from stored predictions, without the model."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from tfaip.model.command import (
    USAGE_ERROR,
    blamed,
    log_to_console,
    new_command_line,
    remember_scenario,
    reported_user_errors,
    take_log_level,
    take_user_word,
    trusted_on_the_line,
    values_of,
)
from tfaip.model.runtime.backend import prefer_tensorflow
from tfaip.params.shown_text import one_line

__all__ = ["main"]

USAGE = """\
usage: tfaip-evaluate --prediction DUMP (--scenario SCENARIO | --export_dir BUNDLE) [arguments]

Compute the figures of a scenario's evaluator from predictions that were stored with their targets, by tfaip-lav --dump
or tfaip-predict --dump --predict.include_targets. Neither the model nor TensorFlow is loaded. SCENARIO is what
tfaip-train takes; BUNDLE has the evaluator's parameters of the training.

  tfaip-lav --export_dir runs/min/best --dump pairs
  tfaip-evaluate --prediction pairs/l0 --scenario examples.tutorial.full
  tfaip-evaluate --scenario SCENARIO --help     all arguments
"""


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command.

    Args:
        argv: Arguments without the command's name; default: those of the process.
    """
    with reported_user_errors("tfaip-evaluate"):
        words = take_log_level(sys.argv[1:] if argv is None else argv)
    scenarios, rest = values_of(["--scenario"], words)
    bundles, rest = values_of(["--export_dir"], rest)
    if len(scenarios) + len(bundles) != 1:
        asked = not scenarios and not bundles and any(word in ("-h", "--help") for word in words)
        print(USAGE, end="", file=sys.stdout if asked else sys.stderr)
        if words and not asked:
            wanted = "one --scenario SCENARIO or --export_dir BUNDLE"
            print(f"\ntfaip-evaluate: error: expects {wanted}, got: {one_line(' '.join(words))}", file=sys.stderr)
        raise SystemExit(0 if asked else USAGE_ERROR)
    take_user_word(argv, rest, bundles)
    prefer_tensorflow()
    with reported_user_errors("tfaip-evaluate"):
        _evaluate(scenarios, bundles, rest, typed=argv is None)


def _evaluate(scenarios: list[str], bundles: list[str], words: list[str], *, typed: bool) -> None:
    from tfaip.model import find_scenario, find_stored_scenario, load_scenario_params

    if bundles:
        trust = trusted_on_the_line(words)
        stored = load_scenario_params(bundles[0], trust=trust)
        scenario = find_stored_scenario(stored, trust=trust, reading=bundles)
        default, about = stored.evaluator, f"--export_dir {bundles[0]}"
    else:
        scenario = find_scenario(scenarios[0])
        if typed:
            remember_scenario(scenario)
        default, about = scenario.default_params().evaluator, f"--scenario {scenarios[0]}"
    command_line = new_command_line(
        prog=f"tfaip-evaluate {about}", description="Compute an evaluator's figures from stored predictions."
    )
    command_line.add_root("evaluator", type(default), default=default)
    command_line.add_argument("--prediction", type=str, required=True, help="Folder of the stored predictions")
    command_line.add_argument("--json", type=str | None, help="File to write the figures to; -: the standard output")
    parsed = command_line.parse(words)
    log_to_console()

    from tfaip.predict.evaluation import evaluate_dump, print_figures, write_figures

    with blamed():
        evaluator = scenario.create_evaluator(parsed["evaluator"])
    figures = evaluate_dump(evaluator, parsed.arguments.prediction)
    if parsed.arguments.json != "-":
        print_figures(figures)
    if parsed.arguments.json:
        write_figures(parsed.arguments.json, figures)
