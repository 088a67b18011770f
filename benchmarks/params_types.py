"""Which types each library reads from the command line: 72 cases for tfaip.params and its peers.

    uv venv build/peers && uv pip install --python build/peers/bin/python ./packages/params typing-extensions \
        tyro jsonargparse cyclopts pydantic-settings draccus cappa simple-parsing omegaconf
    build/peers/bin/python benchmarks/params_types.py

Each case is one field `x` of some type. Each library declares it in its own way, and reads the value in several
spellings; one that gives the right value, of the right type, is enough. A library that isn't installed has no column.
"""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import importlib.util
import io
import re
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

sys.path.insert(0, str(Path(__file__).parents[1] / "packages" / "params" / "tests"))

from type_cases import CASES, NONE, WRONG, Case, Check

Reader = Callable[[Case, list[str]], Any]


def _dataclass(case: Case, annotation: Any = None) -> Any:
    """A dataclass with the field `x`."""
    options: dict[str, Any] = {}
    if case.default is not NONE:
        options = {"default_factory": lambda: copy.deepcopy(case.default)}
    fields = [("x", case.annotation if annotation is None else annotation, dataclasses.field(**options))]
    return dataclasses.make_dataclass("Holder", fields)


def _tfaip(case: Case, line: list[str]) -> Any:
    from tfaip.params import field, params, parse

    default: Any = {"required": True} if case.default is NONE else {"factory": lambda: copy.deepcopy(case.default)}
    cls = params(type("Holder", (), {"__annotations__": {"x": case.annotation}, "x": field(**default)}))
    return parse(cls, line).x  # type: ignore[attr-defined]  # made at run time


def _tyro(case: Case, line: list[str]) -> Any:
    import tyro

    return tyro.cli(_dataclass(case), args=line).x


def _jsonargparse(case: Case, line: list[str]) -> Any:
    import jsonargparse

    parser = jsonargparse.ArgumentParser(exit_on_error=False)
    default = {} if case.default is NONE else {"default": copy.deepcopy(case.default)}
    parser.add_argument("--x", type=case.annotation, **default)
    return parser.instantiate_classes(parser.parse_args(line)).x


def _cyclopts(case: Case, line: list[str]) -> Any:
    import cyclopts

    app = cyclopts.App(result_action="return_value")

    def main(*, x: Any) -> Any:
        return x

    main.__annotations__ = {"x": case.annotation, "return": Any}
    if case.default is not NONE:
        main.__kwdefaults__ = {"x": copy.deepcopy(case.default)}
    app.default(main)
    return app(line, exit_on_error=False, print_error=False)


def _pydantic_settings(case: Case, line: list[str]) -> Any:
    import pydantic
    import pydantic_settings

    # A name of one letter would be `-x`.
    default = ... if case.default is NONE else copy.deepcopy(case.default)
    field = (case.annotation, pydantic.Field(default, alias="value"))
    cls = pydantic.create_model("Holder", __base__=pydantic_settings.BaseSettings, x=field)
    words = [re.sub(r"^--(no-)?x(?=$|[.=])", r"--\1value", word) for word in line]
    return cls(_cli_parse_args=words, _cli_implicit_flags=True).x  # type: ignore[attr-defined]  # made at run time


def _draccus(case: Case, line: list[str]) -> Any:
    import draccus

    return draccus.parse(config_class=_dataclass(case), args=line).x


def _cappa(case: Case, line: list[str]) -> Any:
    import cappa

    cls = _dataclass(case, Annotated[case.annotation, cappa.Arg(long=True)])
    return cappa.parse(cls, argv=line, backend=None).x


def _simple_parsing(case: Case, line: list[str]) -> Any:
    import simple_parsing

    return simple_parsing.parse(_dataclass(case), args=line).x


def _omegaconf(case: Case, line: list[str]) -> Any:
    import omegaconf

    if len(line) > 2:
        raise ValueError("OmegaConf reads name=value")
    words = [f"{line[0].lstrip('-')}={line[1]}"] if len(line) == 2 else [word.lstrip("-") for word in line]
    made = omegaconf.OmegaConf.structured(_dataclass(case))
    merged = omegaconf.OmegaConf.merge(made, omegaconf.OmegaConf.from_dotlist(words))
    return omegaconf.OmegaConf.to_object(merged).x  # type: ignore[union-attr]  # an instance


LIBRARIES: dict[str, tuple[str, Reader]] = {
    "tfaip": ("tfaip.params", _tfaip),
    "tyro": ("tyro", _tyro),
    "jsonargparse": ("jsonargparse", _jsonargparse),
    "cyclopts": ("cyclopts", _cyclopts),
    "pydantic-settings": ("pydantic_settings", _pydantic_settings),
    "draccus": ("draccus", _draccus),
    "cappa": ("cappa", _cappa),
    "simple-parsing": ("simple_parsing", _simple_parsing),
    "OmegaConf": ("omegaconf", _omegaconf),
}


def _read(reader: Reader, case: Case, line: tuple[str, ...]) -> Any:
    """The value, or `WRONG` where the library refuses the type or the line."""
    try:
        with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
            return reader(case, list(line))
    except (Exception, SystemExit):
        return WRONG


def _holds(reader: Reader, case: Case, check: Check) -> bool:
    found = [_read(reader, case, line) for line in check.lines]
    if check.value is WRONG:
        return all(value is WRONG for value in found)
    return any(type(value) is type(check.value) and value == check.value for value in found if value is not WRONG)


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def main() -> None:
    """Print the table."""
    warnings.simplefilter("ignore")
    libraries = {name: reader for name, (module, reader) in LIBRARIES.items() if _is_there(module)}
    print(f"| case | {' | '.join(libraries)} |\n|---|{'---|' * len(libraries)}")
    counts = dict.fromkeys(libraries, 0)
    for case in CASES:
        cells = []
        for name, reader in libraries.items():
            holds = all(_holds(reader, case, check) for check in case.checks)
            counts[name] += holds
            cells.append("yes" if holds else "-")
        print(f"| {case.name.replace('|', chr(92) + '|')} | {' | '.join(cells)} |", flush=True)
    print(f"| **of {len(CASES)}** | {' | '.join(str(count) for count in counts.values())} |")


if __name__ == "__main__":
    main()
