"""YAML as of version 1.2: `on` and `no` are words, `1e-3` is a number."""

from __future__ import annotations

import re
from typing import Any

import yaml  # type: ignore[import-untyped]  # its stubs are a package of their own

from tfaip.params.tree.nodes import Path
from tfaip.params.values.problem import DocumentProblem, ValueProblem

__all__ = ["dump_yaml", "load_yaml"]

_MAX_VALUES = 1_000_000
"""A few lines of aliases to aliases stand for more values than any memory holds."""


_MERGE = "tag:yaml.org,2002:merge"
"""The tag of a plain `<<`, the merge key of YAML 1.1."""


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader with the plain scalars of YAML 1.2, without merge keys and sexagesimal numbers."""


class _Dumper(yaml.SafeDumper):
    """PyYAML's safe dumper, which quotes what the loader would read as something else than text."""

    def ignore_aliases(self, data: Any) -> bool:
        """Values that occur twice are written twice: anchors are for people."""
        return True


_SCALARS = [
    ("tag:yaml.org,2002:null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("tag:yaml.org,2002:bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("tag:yaml.org,2002:int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    (
        "tag:yaml.org,2002:float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
    # Known so that it is refused as a key, and quoted where it is text.
    (_MERGE, r"<<", ["<"]),
]


def _construct_int(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    text = loader.construct_scalar(node)
    return int(text, 0) if text.startswith(("0o", "0x")) else int(text)


for _class in (_Loader, _Dumper):
    # A table of its own: PyYAML keeps it on the class, and copies it from the base only when it is first added to.
    _class.yaml_implicit_resolvers = {}
    for _tag, _pattern, _first in _SCALARS:
        _class.add_implicit_resolver(_tag, re.compile(f"^(?:{_pattern})$"), _first)
_Loader.add_constructor("tag:yaml.org,2002:int", _construct_int)
_Loader.add_constructor(_MERGE, yaml.SafeLoader.construct_yaml_str)


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # The other styles lose line breaks of other kinds (U+0085, U+2028, a carriage return); this one escapes them.
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if text.isprintable() else '"')


_Dumper.add_representer(str, _represent_text)


def load_yaml(text: str) -> Any:
    """The data of a YAML document, an empty dict for one that is empty; raises `ValueError` with line and column.

    Raises:
        DocumentProblem: A key stands twice in one mapping, or is a merge key.
    """
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None or (node.tag == "tag:yaml.org,2002:null" and not node.value):
            return {}
        if problems := _problems_of_keys(loader, node, (), set()):
            raise DocumentProblem(problems)
        data = loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise ValueError(f"{error.problem or error.context}{where}") from None
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None
    finally:
        loader.dispose()
    _check_size(data, {})
    return data


def _problems_of_keys(
    loader: _Loader, node: yaml.Node, path: Path, walked: set[int]
) -> list[tuple[Path, ValueProblem]]:
    """The merge keys and the keys that stand twice; a mapping keeps only the last of them."""
    if id(node) in walked or not isinstance(node, yaml.CollectionNode):
        return []
    walked.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        return [p for i, item in enumerate(node.value) for p in _problems_of_keys(loader, item, (*path, i), walked)]
    problems: list[tuple[Path, ValueProblem]] = []
    lines: dict[Any, int] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        here = path
        if isinstance(key_node, yaml.ScalarNode):
            # 1 and true are one key of a dict, "1" is another.
            key, here = loader.construct_object(key_node), (*path, str(key_node.value))
            if key_node.tag == _MERGE:
                problem = f"merge keys are not supported (in line {line}), write the fields here"
                problems.append((here, ValueProblem(problem)))
            elif key in lines:
                where = f"in line {line}" if lines[key] == line else f"in lines {lines[key]} and {line}"
                problems.append((here, ValueProblem(f"the key is there twice ({where})")))
            lines[key] = line
        problems += _problems_of_keys(loader, value_node, here, walked)
    return problems


def _check_size(data: Any, sizes: dict[int, int]) -> int:
    """The number of values if every alias were written out; what is shared counts each time but is walked over once."""
    if not isinstance(data, dict | list):
        return 1
    if id(data) not in sizes:
        # Until it is known, an alias to what it stands in itself has no end.
        sizes[id(data)] = _MAX_VALUES + 1
        size = 1 + sum(_check_size(value, sizes) for value in (data.values() if isinstance(data, dict) else data))
        if size > _MAX_VALUES:
            raise ValueError(f"its aliases expand to more than {_MAX_VALUES} values")
        sizes[id(data)] = size
    return sizes[id(data)]


def dump_yaml(data: Any) -> str:
    """A YAML document that `load_yaml` reads as this data."""
    text = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=120)
    return str(text)
