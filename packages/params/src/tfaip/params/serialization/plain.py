"""`to_dict` and `from_dict`: params as plain data, each object with the tag of its class."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterable
from typing import Any, TypeVar

from tfaip.params.errors import LoadError, Mistake, ParamsError, ParamsWarning
from tfaip.params.field_spec import FieldSpec
from tfaip.params.generics import ClassOf
from tfaip.params.post_init import run_post_init
from tfaip.params.registry import is_params_class, tag_of
from tfaip.params.shown_text import clean_text
from tfaip.params.structure import fields_of
from tfaip.params.tree.building import Problems, build
from tfaip.params.tree.merging import CLASS_KEY, VERSION_KEY, Merger
from tfaip.params.tree.nodes import UNSET, Origin, ParamsNode, spell_path
from tfaip.params.tree.seeding import node_of_class
from tfaip.params.values.alternatives import OptionalType
from tfaip.params.values.annotations import has_fields, kind_of
from tfaip.params.values.collections import MappingType
from tfaip.params.values.structures import ParamsDict, ParamsList, ParamsType

from .trust import TrustedImport
from .values import CattrsReader, value_converter

__all__ = ["FORMAT_VERSION", "check_version", "from_dict", "read_plain", "to_dict"]

T = TypeVar("T")

FORMAT_VERSION = 1
"""Raised whenever a file that is written could not be read by the versions before."""


def to_dict(params: Any) -> dict[str, Any]:
    """Params as dicts, lists, strings, numbers, booleans and None, with the tag of each class under `__cls__`.

    Raises:
        ParamsError: `params`, or something in it, is no params object.
    """
    cls = type(params)
    if not has_fields(cls):
        raise ParamsError(f"expects a params object, got {params!r}")
    if not is_params_class(cls) and any(is_params_class(base) for base in cls.__mro__):
        raise ParamsError(f"{tag_of(cls)} derives from params but isn't decorated with @params itself")
    data: dict[str, Any] = {CLASS_KEY: tag_of(cls)}
    for name, spec in fields_of(cls).items():
        data[name] = _encode(getattr(params, name), spec)
    return data


def _encode(value: Any, spec: FieldSpec) -> Any:
    if spec.options.encoder is not None:
        return spec.options.encoder(value)
    if value is None:
        return None
    kind = spec.kind
    if isinstance(kind, ParamsType):
        return to_dict(value)
    if isinstance(kind, ParamsList):
        return [None if item is None else to_dict(item) for item in value]
    if isinstance(kind, ParamsDict):
        return {kind.key.write(key): None if item is None else to_dict(item) for key, item in value.items()}
    inner = kind.inner if isinstance(kind, OptionalType) else kind
    if isinstance(inner, MappingType):
        return {inner.key.write(key): value_converter.unstructure(item) for key, item in value.items()}
    return value_converter.unstructure(value)


def from_dict(
    cls: ClassOf[T], data: Any, *, trust: Iterable[str] = (), strict: bool = True, complete: bool = False
) -> T:
    """Params from plain data, of the class that its tag names, which must be `cls` or derive from it.

    Args:
        cls: The expected class; it may be abstract if the data names another.
        data: What `to_dict` made, or a part of it: missing fields take their defaults.
        trust: Packages from which classes may be imported that only the data names.
            `tfaip`, the package of `cls` and whatever has been imported already are trusted anyway.
        strict: Whether unknown (and missing) keys are errors; otherwise they are warnings.
        complete: Whether missing keys are reported.

    Raises:
        LoadError: With all that is wrong, each with its path, as `$.optimizer.lr`.
    """
    return read_plain(cls, data, "", trust=trust, strict=strict, complete=complete)


def read_plain(cls: ClassOf[T], data: Any, source: str, *, trust: Iterable[str], strict: bool, complete: bool) -> T:
    """As `from_dict`, with the name of the file that holds the data for messages."""
    try:
        return _read(cls, data, source, trust, strict, complete)
    except RecursionError:
        raise LoadError([Mistake(source or "$", "nested too deeply")]) from None


def _read(cls: Any, data: Any, source: str, trust: Iterable[str], strict: bool, complete: bool) -> Any:
    kind = kind_of(cls)
    if not isinstance(kind, ParamsType):
        raise ParamsError(f"expects a params class, got {cls!r}")
    check_version(data, source)
    own = [base.__module__.partition(".")[0] for base in kind.bases]
    merger = Merger(CattrsReader(), TrustedImport([*own, *trust]), strict=strict, report_missing=complete)
    node = ParamsNode(None, kind, UNSET, Origin.DEFAULT)
    if not inspect.isabstract(kind.bases[0]) and not (isinstance(data, dict) and CLASS_KEY in data):
        node = node_of_class(None, kind, kind.annotations[0], Origin.DEFAULT)
    merger.merge(node, data, ())
    problems: Problems = list(merger.problems)
    for path, problem in merger.tolerated:
        mistake = Mistake(spell_path(path, source), problem.problem, problem.hints)
        warnings.warn(clean_text(mistake), ParamsWarning, 5)
    value = UNSET
    if not problems:
        value = build(node, problems, check_required=False)
    if problems:
        raise LoadError([Mistake(spell_path(path, source), p.problem, p.hints) for path, p in problems])
    run_post_init(value)
    return value


def check_version(data: Any, source: str) -> None:
    """Raise `LoadError` where data is of a newer format than this one."""
    version = data.get(VERSION_KEY, FORMAT_VERSION) if isinstance(data, dict) else FORMAT_VERSION
    if type(version) is not int or version < 1:
        raise LoadError([Mistake(spell_path((VERSION_KEY,), source), f"expects a whole number > 0, got {version!r}")])
    if version > FORMAT_VERSION:
        problem = f"the file is of format {version}, this version reads up to {FORMAT_VERSION}"
        raise LoadError([Mistake(spell_path((VERSION_KEY,), source), problem, ("install a newer tfaip-params",))])
