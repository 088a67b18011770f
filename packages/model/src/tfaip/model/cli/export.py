"""tfaip-export: adds another format of the graph to a bundle."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tfaip.model.bundle.layout import Bundle
from tfaip.model.command import ONE_BUNDLE, Invocation, blamed, log_to_console, run_command
from tfaip.model.onnx.conditions import HALF_TOLERANCE, TOLERANCE, require_converter
from tfaip.model.runtime.tensorflow_import import import_tensorflow
from tfaip.model.stored.params import find_stored_scenario, load_scenario_params
from tfaip.model.stored.run_of_bundle import validation_of_run
from tfaip.params.shown_text import one_line
from tfaip.pipeline import PipelineMode

__all__ = ["main"]

USAGE = """\
usage: tfaip-export BUNDLE --format onnx [arguments]

Add model.onnx to the bundle in the folder BUNDLE: its graph for onnxruntime, which predicts without TensorFlow. Both
models run on the same samples: those of --data.*, or of the validation of the run in whose folder the bundle lies. A
table shows the largest difference of each output; if one is over --tolerance, the bundle stays as it was.

  tfaip-export runs/min/best --format onnx
  tfaip-export BUNDLE --help     all arguments: --data.*: samples for both models

A bundle holds a program (its SavedModel): open one of an unknown person in a sandbox only.
"""


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command.

    Args:
        argv: Arguments without the command's name; default: those of the process.
    """
    run_command("tfaip-export", USAGE, argv, _export, subjects=ONE_BUNDLE)


def _export(call: Invocation) -> None:
    (path,) = call.about
    params = load_scenario_params(path, trust=call.trust)
    scenario_cls = find_stored_scenario(params, trust=call.trust, reading=[path])
    line = call.command_line("Add another format of the graph to a bundle.")
    default = scenario_cls.predict_generator_params()
    line.add_root("data", scenario_cls.predict_generator_params_cls(), default=default)
    line.add_argument("--format", required=True, choices=["onnx"], help="Format to add; onnx: for onnxruntime")
    line.add_argument("--samples", type=int, default=16, help="Samples on which both models run; 0: none")
    line.add_argument(
        "--tolerance",
        type=float,
        default=None,
        help="Largest difference of an output from that of the SavedModel, relative to the largest value of the sample "
        "where this is over 1; of whole numbers and text the fraction that differs. "
        f"Default: {TOLERANCE:g}, or {HALF_TOLERANCE:.2g} if the graph computes in float16",
    )
    parsed = line.parse(call.words)
    log_to_console()
    require_converter()
    Bundle.at(path)
    samples, generator, mode, source = parsed.arguments.samples, parsed["data"], PipelineMode.PREDICTION, "of --data"
    if samples > 0:
        run = validation_of_run(Path(path), scenario_cls, trust=call.trust) if generator == default else None
        if run is None:
            generator.require_files(mode)
        else:
            generator, mode, source = run[1], PipelineMode.EVALUATION, f"of the validation of {run[0]}"
    import_tensorflow()
    from tfaip.model.stored.first_inputs import first_inputs
    from tfaip.model.stored.onnx_export import export_onnx

    with blamed():
        batches = list(first_inputs(scenario_cls(params).data, generator, samples, batches=2, mode=mode))
    _show(export_onnx(path, batches, tolerance=parsed.arguments.tolerance), source)


def _show(exported: Any, source: str) -> None:
    from rich.table import Table

    from tfaip.params.table_console import table_console

    if exported.differences:
        print(one_line(f"Both models ran on samples {source}:"))
        table = Table("output", "largest difference", "tolerance")
        for name, difference in exported.differences.items():
            table.add_row(one_line(name), f"{difference:.3g}", f"{exported.tolerances[name]:.2g}")
        table_console(highlight=False).print(table)
    else:
        print("the outputs were not compared: there were no samples")
    bundle = exported.bundle
    for label, reason in exported.left_out.items():
        print(one_line(f"the graph {label} was not converted: {reason}"))
    print(
        one_line(f"{bundle.path} has {bundle.onnx.name}, {bundle.onnx.stat().st_size:,} bytes, digest {bundle.digest}")
    )


if __name__ == "__main__":
    main()
