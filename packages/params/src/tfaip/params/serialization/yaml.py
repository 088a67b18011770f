"""YAML as of version 1.2: `on` and `no` are words, `1e-3` is a number."""

from __future__ import annotations

import re
from typing import Any

import yaml  # type: ignore[import-untyped]  # its stubs are a package of their own

from tfaip.params.serialization.limits import MAX_DEPTH, MAX_KEYS, MAX_MAPPINGS, MAX_VALUES, LimitProblem, too_many
from tfaip.params.values.problem import DocumentProblem, Path, ValueProblem

__all__ = ["dump_yaml", "load_yaml"]

_TAG = "tag:yaml.org,2002:"
_SCALARS = [
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
    # Known so that it is refused as a key, and quoted where it is text.
    ("merge", r"<<", ["<"]),
]
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def _read_int(text: str) -> int:
    return int(text, 0) if text.startswith(("0o", "0x")) else int(text)


def _read_float(text: str) -> float:
    return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))


_READ: dict[str, Any] = {
    "null": lambda _: None,
    "bool": lambda text: text.lower() == "true",
    "int": _read_int,
    "float": _read_float,
    "merge": str,
}


def _scalar_constructor(name: str, pattern: str) -> Any:
    """A constructor that checks a scalar whose tag is written out, `!!bool abc`."""
    expected = re.compile(pattern)

    def construct(loader: Any, node: Any) -> Any:
        text = loader.construct_scalar(node)
        try:
            if expected.fullmatch(text):
                return _READ[name](text)
        except ValueError:  # more digits than Python reads
            pass
        raise yaml.constructor.ConstructorError(None, None, f"expected !!{name}, got {text[:40]!r}", node.start_mark)

    return construct


def _as_of_version_1_2(cls: Any) -> Any:
    """Give a loader or dumper of PyYAML the plain scalars of YAML 1.2, without sexagesimal numbers and dates."""
    # A table of its own: PyYAML keeps it on the class, and copies it from the base only when it is first added to.
    cls.yaml_implicit_resolvers = {}
    for name, pattern, first in _SCALARS:
        cls.add_implicit_resolver(_TAG + name, re.compile(f"^(?:{pattern})$"), first)
    if hasattr(cls, "yaml_constructors"):
        known = {kind: cls.yaml_constructors[_TAG + kind] for kind in ("str", "seq", "map")}
        undefined = cls.yaml_constructors[None]
        cls.yaml_constructors = {None: undefined}
        for kind, constructor in known.items():
            cls.add_constructor(_TAG + kind, constructor)
        for name, pattern, _ in _SCALARS:
            cls.add_constructor(_TAG + name, _scalar_constructor(name, pattern))
    else:
        cls.add_representer(str, _represent_text)
        # Values that occur twice are written twice: anchors are for people.
        cls.ignore_aliases = lambda self, data: True
    return cls


def _represent_text(dumper: Any, text: str) -> Any:
    # The other styles lose line breaks of other kinds (U+0085, U+2028, a carriage return); this one escapes them.
    return dumper.represent_scalar(f"{_TAG}str", text, style=None if text.isprintable() else '"')


# libyaml is ten times as fast. PyYAML's wheels hold it, a build of its own may not; and it knows no half of a surrogate
# pair, which names of files in other encodings have.
_Loader = _as_of_version_1_2(type("_Loader", (yaml.SafeLoader,), {}))
_Dumper = _as_of_version_1_2(type("_Dumper", (yaml.SafeDumper,), {}))
_FastLoader = _as_of_version_1_2(type("_FastLoader", (yaml.CSafeLoader,), {})) if yaml.__with_libyaml__ else _Loader
_FastDumper = _as_of_version_1_2(type("_FastDumper", (yaml.CSafeDumper,), {})) if yaml.__with_libyaml__ else _Dumper


def load_yaml(text: str) -> Any:
    """The data of a YAML document, an empty dict for one that is empty; raises `ValueError` with line and column.

    Raises:
        DocumentProblem: A key stands twice in one mapping, or is a merge key.
    """
    try:
        loader = _Loader if _SURROGATE.search(text) else _FastLoader
        _check_events(text, loader)
        return _load(loader(text))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise ValueError(f"{error.problem or error.context}{where}") from None
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None


def _load(loader: Any) -> Any:
    try:
        node = loader.get_single_node()
        if node is None or (node.tag == f"{_TAG}null" and not node.value):
            return {}
        if problems := _problems_of_keys(loader, node, (), set()):
            raise DocumentProblem(problems)
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _problems_of_keys(loader: Any, node: yaml.Node, path: Path, walked: set[int]) -> list[tuple[Path, ValueProblem]]:
    """The merge keys and the keys that stand twice; a mapping keeps only the last of them."""
    if id(node) in walked or not isinstance(node, yaml.CollectionNode):
        return []
    walked.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        inner = [(i, item) for i, item in enumerate(node.value) if isinstance(item, yaml.CollectionNode)]
        return [p for i, item in inner for p in _problems_of_keys(loader, item, (*path, i), walked)]
    problems: list[tuple[Path, ValueProblem]] = []
    lines: dict[Any, int] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        here = path
        if isinstance(key_node, yaml.ScalarNode):
            # 1 and true are one key of a dict, "1" is another.
            key, here = loader.construct_object(key_node), (*path, str(key_node.value))
            if key_node.tag == f"{_TAG}merge":
                problem = f"merge keys are not supported (in line {line}), write the fields here"
                problems.append((here, ValueProblem(problem)))
            elif key in lines:
                where = f"in line {line}" if lines[key] == line else f"in lines {lines[key]} and {line}"
                problems.append((here, ValueProblem(f"the key is there twice ({where})")))
            lines[key] = line
        problems += _problems_of_keys(loader, value_node, here, walked)
    return problems


def _check_events(text: str, loader: Any) -> None:
    """Refuse a document of too many nodes while it is read, before a tree is made of it."""
    values = mappings = 0
    # Of each open collection, how many nodes it holds, and whether it is a mapping.
    open_ones: list[list[int]] = []
    for event in yaml.parse(text, loader):
        kind = type(event)
        if kind in (yaml.SequenceEndEvent, yaml.MappingEndEvent):
            open_ones.pop()
            continue
        if not isinstance(event, yaml.NodeEvent):
            continue
        values += 1
        if open_ones:
            open_ones[-1][0] += 1
            if open_ones[-1][1] and open_ones[-1][0] > 2 * MAX_KEYS:
                raise too_many("keys in one object", MAX_KEYS)
        if kind in (yaml.SequenceStartEvent, yaml.MappingStartEvent):
            open_ones.append([0, kind is yaml.MappingStartEvent])
            mappings += kind is yaml.MappingStartEvent
            if len(open_ones) > MAX_DEPTH:
                raise LimitProblem(f"is nested too deeply, more than {MAX_DEPTH} levels")
        if mappings > MAX_MAPPINGS:
            raise too_many("objects", MAX_MAPPINGS)
        if values > MAX_VALUES:
            raise too_many("values", MAX_VALUES)


def dump_yaml(data: Any) -> str:
    """A YAML document that `load_yaml` reads as this data."""
    try:
        return _dumped(data, _FastDumper)
    except UnicodeEncodeError:
        return _dumped(data, _Dumper)


def _dumped(data: Any, dumper: Any) -> str:
    text = yaml.dump(data, Dumper=dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=120)
    return str(text)
