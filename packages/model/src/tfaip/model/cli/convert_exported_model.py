"""tfaip-convert-exported-model: makes a bundle of a model that tfaip 1.2 has exported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tfaip.model.bundle.errors import BundleError
from tfaip.model.command import (
    Invocation,
    Subject,
    blamed,
    log_to_console,
    remember_scenario,
    run_command,
    values_of,
)
from tfaip.model.runtime.tensorflow_import import import_tensorflow
from tfaip.model.stored.former_export import FormerExport, require_new_folder
from tfaip.params.importing import import_tag
from tfaip.params.shown_text import clean_text, one_line
from tfaip.params.values.problem import ValueProblem
from tfaip.pipeline import PipelineMode

__all__ = ["main"]

USAGE = """\
usage: tfaip-convert-exported-model OLD --output NEW [arguments]

Make a bundle of a model that tfaip 1.2 has exported. OLD is its folder, with serve/ and scenario_params.json. The graph
is built by the code of the scenario as it is today, and takes the weights by their paths. Both models run on the same
samples. A table shows each weight, and the largest difference of each output.

  tfaip-convert-exported-model old_run/export --output converted
  tfaip-convert-exported-model OLD --help     all arguments: --data.*: samples for both models

An exported model holds a program (its SavedModel): open one of an unknown person in a sandbox only.
"""


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command.

    Args:
        argv: Arguments without the command's name; default: those of the process.
    """
    run_command("tfaip-convert-exported-model", USAGE, argv, _convert, subjects=[Subject.folder()])


def _convert(call: Invocation) -> None:
    (path,) = call.about
    scenario_names, params_files = (values_of([name], call.words)[0] for name in ("--scenario", "--params"))
    former = FormerExport.at(path, *params_files[:1])
    params, scenario_cls, told = former.load_params(scenario="".join(scenario_names[:1]), trust=call.trust)
    if scenario_names and call.typed:
        remember_scenario(scenario_cls)
    line = call.command_line("Make a bundle of a model that tfaip 1.2 has exported.")
    line.add_root("data", scenario_cls.predict_generator_params_cls(), default=scenario_cls.predict_generator_params())
    line.add_argument("--output", required=True, help="Folder of the new bundle; it must be a new one")
    line.add_argument("--scenario", type=str | None, help="Scenario of today; default: the one of the parameters")
    line.add_argument("--params", type=str | None, help="File of the parameters; default: beside the SavedModel")
    line.add_argument(
        "--transform",
        type=str | None,
        help="module:function that takes name and array of a former weight and returns those of today, or None",
    )
    line.add_argument("--samples", type=int, default=16, help="Samples on which both models run; 0: none")
    parsed = line.parse(call.words)
    log_to_console()
    require_new_folder(parsed.arguments.output)
    transform = _function(parsed.arguments.transform)
    if parsed.arguments.samples > 0:
        parsed["data"].require_files(PipelineMode.PREDICTION)
    import_tensorflow()
    from tfaip.model.stored.convert import convert_exported_model
    from tfaip.model.stored.first_inputs import first_inputs

    with blamed():
        scenario = scenario_cls(params)
        inputs = next(first_inputs(scenario.data, parsed["data"], parsed.arguments.samples), None)
        converted = convert_exported_model(
            former, parsed.arguments.output, scenario, inputs=inputs, transform=transform
        )
    _show(converted, told)


def _function(tag: str | None) -> Any:
    if tag is None:
        return None
    try:
        found = import_tag(tag)
    except ValueProblem as problem:
        raise BundleError(f"--transform: {problem.problem}") from None
    if not callable(found):
        raise BundleError(f"--transform must name a function, got {tag}")
    return found


def _show(converted: Any, told: Sequence[str]) -> None:
    from rich.table import Table

    from tfaip.params.table_console import table_console

    console = table_console(highlight=False)
    for text in told:
        console.print(clean_text(text), markup=False)
    table = Table("weight", "former", "shape")
    for weight in converted.weights:
        table.add_row(weight.path, weight.former, str(list(weight.shape)))
    console.print(table)
    for name in converted.left:
        print(one_line(f"no weight of today's graph is {name}"))
    for note in converted.notes:
        print(one_line(note))
    if converted.differences:
        outputs = Table("output", "largest difference")
        for name, difference in converted.differences.items():
            outputs.add_row(name, f"{difference:.3g}")
        console.print(outputs)
    elif not converted.notes:
        print("the outputs were not compared: there were no samples")
    print(one_line(f"{converted.bundle.path} is the converted bundle, digest {converted.bundle.digest}"))


if __name__ == "__main__":
    main()
