"""The work of tfaip-predict, once its arguments are known."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any

from tfaip.model import ScenarioBase, ScenarioBaseParams
from tfaip.model.bundle.runtime import needs_tensorflow
from tfaip.model.command import blamed, log_of_client, log_to_console
from tfaip.model.runtime.tensorflow_import import import_tensorflow
from tfaip.model.scenario.created import created
from tfaip.params import ParseResult
from tfaip.pipeline import DataGeneratorParams, PipelineMode, Sample
from tfaip.pipeline.running.available_workers import prepare_workers
from tfaip.predict.cli.bundle_command import require_data
from tfaip.predict.cli.inference_arguments import named_part
from tfaip.predict.computing.created_model import created_model, printing_model
from tfaip.predict.counters import print_benchmark
from tfaip.predict.dump import DumpWriter, PartWriter
from tfaip.predict.dump.part import Part
from tfaip.predict.part_of_input import made_by, require_parts
from tfaip.predict.prediction_files import prediction_file
from tfaip.predict.predictor import Predictor
from tfaip.predict.predictor_base import PredictorBase
from tfaip.predict.voting.predictor import MultiModelPredictor

__all__ = ["predict"]

logger = logging.getLogger(__name__)


def predict(
    scenario: type[ScenarioBase[Any, Any]],
    paths: Sequence[str],
    stored: Sequence[ScenarioBaseParams[Any, Any]],
    parsed: ParseResult,
) -> None:
    """Predict the samples that the arguments name, and print or write the predictions.

    Args:
        scenario: The scenario of the first bundle.
        paths: The bundles.
        stored: The parameters of each.
        parsed: The arguments, with the roots `data` and `predict`.
    """
    params, arguments = parsed["predict"], parsed.arguments
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
            prepare_workers(params.pipeline)
            import_tensorflow()
        with blamed():
            if len(paths) == 1:
                predictor: Predictor | MultiModelPredictor = created(scenario, "create_predictor", paths[0], params)
            else:
                predictor = created(scenario, "create_multi_predictor", paths, params)
            model = None if params.silent else printing_model(created_model(scenario(stored[0])))
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
