"""tfaip-export: adds another format of the graph to a bundle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tfaip.model.bundle.layout import Bundle
from tfaip.model.command import ONE_BUNDLE, Invocation, blamed, import_tensorflow, log_to_console, run_command
from tfaip.model.onnx.conditions import TOLERANCE, require_converter
from tfaip.model.stored.params import find_stored_scenario, load_scenario_params
from tfaip.params.shown_text import one_line
from tfaip.pipeline import PipelineMode

__all__ = ["main"]

USAGE = """\
usage: tfaip-export BUNDLE --format onnx [arguments]

Add model.onnx to the bundle in the folder BUNDLE: its graph for onnxruntime, which predicts without TensorFlow. Both
models run on the same samples. A table shows the largest difference of each output; if one is over --tolerance, the
bundle stays as it was.

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
        default=TOLERANCE,
        help="Largest difference of an output, relative to values over 1; larger ones are refused",
    )
    parsed = line.parse(call.words)
    log_to_console()
    require_converter()
    Bundle.at(path)
    samples = parsed.arguments.samples
    if samples > 0:
        parsed["data"].require_files(PipelineMode.PREDICTION)
    import_tensorflow()
    from tfaip.model.stored.first_inputs import first_inputs
    from tfaip.model.stored.onnx_export import export_onnx

    with blamed():
        batches = list(first_inputs(scenario_cls(params).data, parsed["data"], samples, batches=2))
    _show(export_onnx(path, batches, tolerance=parsed.arguments.tolerance))


def _show(exported: Any) -> None:
    from rich.table import Table

    from tfaip.params.table_console import table_console

    if exported.differences:
        table = Table("output", "largest difference")
        for name, difference in exported.differences.items():
            table.add_row(one_line(name), f"{difference:.3g}")
        table_console(highlight=False).print(table)
    else:
        print("the outputs were not compared: there were no samples")
    bundle = exported.bundle
    print(
        one_line(f"{bundle.path} has {bundle.onnx.name}, {bundle.onnx.stat().st_size:,} bytes, digest {bundle.digest}")
    )


if __name__ == "__main__":
    main()
