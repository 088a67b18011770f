"""The work of tfaip-lav and tfaip-multi-lav, once their arguments are known."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import ExitStack, closing
from textwrap import shorten
from typing import Any

from rich.text import Text

from tfaip.model import ScenarioBase, ScenarioBaseParams
from tfaip.model.bundle.runtime import is_installed
from tfaip.model.command import blamed, log_of_client, log_to_console
from tfaip.model.runtime.tensorflow_import import import_tensorflow
from tfaip.model.scenario.created import created
from tfaip.params import ParseResult
from tfaip.params.shown_text import one_line
from tfaip.params.table_console import table_console
from tfaip.pipeline import PipelineMode
from tfaip.pipeline.running.available_workers import prepare_workers
from tfaip.predict.cli.bundle_command import require_data
from tfaip.predict.cli.inference_arguments import named_part
from tfaip.predict.computing.created_model import printing_model
from tfaip.predict.lav.callbacks import DumpSamples, PrintSamples
from tfaip.predict.lav.data_sets import data_sets_of, generator_with_targets
from tfaip.predict.lav.part_run import require_evaluator_of_parts
from tfaip.predict.lav.result_files import write_json, write_tensorboard
from tfaip.predict.lav.table import results_table
from tfaip.predict.part_of_input import require_parts

__all__ = ["validate"]

SHOWN_OF_DATA = 300
"""So many characters of a generator's parameters are shown below the table: they may hold long lists."""


def validate(
    scenario: type[ScenarioBase[Any, Any]],
    paths: Sequence[str],
    stored: Sequence[ScenarioBaseParams[Any, Any]],
    parsed: ParseResult,
    *,
    votes: bool,
) -> None:
    """Validate a bundle, or the vote of several.

    Args:
        scenario: The scenario of the first bundle.
        paths: The bundles.
        stored: The parameters of each.
        parsed: The arguments, with the roots `data` and `lav`.
        votes: Whether there is a vote.
    """
    params, arguments = parsed["lav"], parsed.arguments
    log_to_console()
    log_of_client(scenario)
    if params.silent:
        logging.getLogger("tfaip").setLevel(logging.WARNING)
    part = named_part(arguments)
    require_data(paths, parsed["data"], PipelineMode.EVALUATION)
    if part is not None:
        require_evaluator_of_parts(created(scenario, "create_evaluator", stored[0].evaluator), part)
        require_parts([params_of_bundle.data for params_of_bundle in stored], PipelineMode.EVALUATION, params.pipeline)
    default_data = scenario.predict_generator_params()
    with blamed():
        data_sets = data_sets_of(
            generator_with_targets(scenario, parsed["data"], chosen=parsed["data"] != default_data)
        )
    if arguments.tensorboard or is_installed("tensorflow"):
        prepare_workers(params.pipeline)
        import_tensorflow()
    with blamed():
        hook, about = ("create_multi_lav", paths) if votes else ("create_lav", paths[0])
        lav = created(scenario, hook, about, params)
    with ExitStack() as stack:
        callbacks: list[Any] = []
        if params.print_limit and (model := printing_model(lav.model)):
            callbacks.append(PrintSamples(lambda s: model.print_evaluate(s, lav.scenario.data), params.print_limit))
        if part is not None:
            results = lav.run_part(data_sets, part, arguments.dump, callbacks=callbacks)
            if not results:
                return
        else:
            if arguments.dump:
                callbacks.append(stack.enter_context(closing(DumpSamples(arguments.dump))))
            results = list(lav.run(data_sets, callbacks=callbacks))
    if arguments.json != "-":
        _print_table(results)
    if arguments.json:
        write_json(arguments.json, results, {"bundles": paths})
    if arguments.tensorboard:
        write_tensorboard(arguments.tensorboard, results)


def _print_table(results: list[Any]) -> None:
    console = table_console()
    console.print(results_table(results))
    # The columns are headed by the names that logs and dumps go by.
    for result in results:
        about = f"{result.name}: {shorten(str(result.data), SHOWN_OF_DATA)}"
        console.print(Text(one_line(about)), soft_wrap=True)
