"""tfaip-predict: predicts with one bundle, or with several that vote."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

from tfaip.model import find_stored_scenario, load_scenario_params
from tfaip.model.bundle.runtime import needs_tensorflow
from tfaip.model.command import Invocation, blamed, import_tensorflow, log_of_client, log_to_console
from tfaip.pipeline import DataGeneratorParams, PipelineMode, Sample
from tfaip.predict.cli.bundle_command import require_data, run_bundle_command
from tfaip.predict.cli.inference_arguments import (
    add_inference_arguments,
    add_shard_argument,
    apply_inference_arguments,
    hidden_voter,
    named_part,
)
from tfaip.predict.computing.created_model import created_model, printing_model
from tfaip.predict.counters import print_benchmark
from tfaip.predict.dump import DumpWriter, PartWriter
from tfaip.predict.dump.part import Part
from tfaip.predict.params import PredictorParams
from tfaip.predict.part_of_input import made_by, require_parts
from tfaip.predict.prediction_files import prediction_file
from tfaip.predict.predictor import Predictor
from tfaip.predict.predictor_base import PredictorBase
from tfaip.predict.voting.predictor import MultiModelPredictor

__all__ = ["main"]

logger = logging.getLogger(__name__)

USAGE = """\
usage: tfaip-predict --export_dir BUNDLE [BUNDLE ...] [arguments]

Predict with the bundle in the folder BUNDLE, best/ or export/ of a run, and print each prediction in words. Several
bundles vote.

  tfaip-predict --export_dir runs/min/best
  tfaip-predict --export_dir runs/1/best runs/2/best runs/3/best --voter Majority
  tfaip-predict --export_dir BUNDLE --output predictions.csv --predict.silent
  tfaip-predict --export_dir BUNDLE --dump predictions --predict.silent
  tfaip-predict --export_dir BUNDLE --dump predictions --shard 3/16
  tfaip-predict --export_dir BUNDLE --help     all arguments: --data.*: samples, --predict.*: prediction

A bundle holds a program (its SavedModel): open one of an unknown person in a sandbox only.
"""


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command.

    Args:
        argv: Arguments without the command's name; default: those of the process.
    """
    run_bundle_command("tfaip-predict", USAGE, argv, _predict)


def _predict(call: Invocation) -> None:

    paths, trust = list(call.about), call.trust
    # All of them, since only here the packages are known that the user trusts.
    stored = [load_scenario_params(path, trust=trust, reading=paths) for path in paths]
    scenario_params = stored[0]
    scenario = find_stored_scenario(scenario_params, trust=trust, reading=paths)
    default = PredictorParams() if len(paths) == 1 else scenario.multi_predictor_cls().default_params()
    generator = scenario.predict_generator_params()
    command_line = call.command_line("Predict with a bundle, or by a vote of several.")
    command_line.add_root("data", scenario.predict_generator_params_cls(), default=generator)
    hidden = hidden_voter(scenario, "predict") if len(paths) > 1 else []
    command_line.add_root("predict", type(default), default=default, hidden=hidden)
    add_inference_arguments(command_line, "predict")
    command_line.add_argument(
        "--dump", type=str | None, help="Folder to write the predictions to; without --shard it must be a new one"
    )
    add_shard_argument(command_line)
    command_line.add_argument(
        "--output",
        type=str | None,
        help="File to write the predictions to, a new one: .csv, .json, .jsonl, or masks/{}.png for pictures",
    )
    command_line.add_argument(
        "--output_keys", type=list[str], default=[], help="Names of the outputs that --output writes; default: all"
    )
    command_line.add_argument("--benchmark", type=bool, help="Show the time of each operation at the end")
    parsed = command_line.parse(call.words)
    params, arguments = parsed["predict"], parsed.arguments
    apply_inference_arguments(arguments, params)
    log_to_console()
    log_of_client(scenario)
    if params.silent:
        logging.getLogger("tfaip").setLevel(logging.WARNING)

    part = named_part(arguments)
    require_data(paths, parsed["data"], PipelineMode.PREDICTION)

    with ExitStack() as stack:
        dump: DumpWriter | None = None
        if part is not None:
            require_parts([params_of_bundle.data for params_of_bundle in stored], params.mode, params.pipeline)
            notes = made_by(paths, parsed["data"], params, params.mode, include_meta=params.include_meta)
            dump = of_part = stack.enter_context(PartWriter(arguments.dump, part, made_by=notes))
            if of_part.is_ended:
                logger.info("Part %s in %s is complete: %d samples", part, arguments.dump, of_part.count)
                return
        elif arguments.dump:
            dump = stack.enter_context(DumpWriter(arguments.dump, notes={"bundles": paths}))
        output = (
            stack.enter_context(prediction_file(arguments.output, arguments.output_keys)) if arguments.output else None
        )
        if needs_tensorflow(paths, params.runtime, eager=params.run_eagerly):
            import_tensorflow()
        with blamed():
            if len(paths) == 1:
                predictor: Predictor | MultiModelPredictor = scenario.create_predictor(paths[0], params)
            else:
                predictor = scenario.create_multi_predictor(paths, params)
            model = None if params.silent else printing_model(created_model(scenario(scenario_params)))
        for element, sample in _predicted(predictor, parsed["data"], part, dump):
            if dump is not None:
                dump.write(sample, element)
            if output is not None:
                output.write(sample)
            if model is not None:
                model.print_evaluate(sample, predictor.data)
    counters = predictor.counters
    if not counters.samples + counters.skipped:
        logger.warning("There was nothing to predict; samples come from %s", parsed["data"])
        return
    skipped = f", dropped or skipped: {counters.skipped:,}" if counters.skipped else ""
    logger.log(
        logging.WARNING if counters.skipped else logging.INFO,
        "Predicted samples: %s%s",
        f"{counters.samples:,}",
        skipped,
    )
    if arguments.benchmark:
        print_benchmark(counters)


def _predicted(
    predictor: PredictorBase, generator: DataGeneratorParams, part: Part | None, dump: DumpWriter | None
) -> Iterator[tuple[int | None, Sample]]:
    """Yield the samples, those of a part with the index of their element."""
    if part is None:
        for sample in predictor.predict(generator):
            yield None, sample
    else:
        assert isinstance(dump, PartWriter)
        if dump.state is not None:
            logger.info("Part %s goes on behind its first %d samples", part, dump.count)
        yield from predictor.predict_part(generator, part, state=dump.state, on_batch=dump.mark)


if __name__ == "__main__":
    main()
