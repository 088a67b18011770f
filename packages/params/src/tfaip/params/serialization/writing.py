"""Writes params as plain data: each object with the tag of its class, each value as its type or its field says."""

from __future__ import annotations

from typing import Any

from tfaip.params.defining.field_spec import FieldSpec
from tfaip.params.defining.generics import origin_class
from tfaip.params.defining.structure import fields_of
from tfaip.params.errors import Mistake, ParamsError, SaveError
from tfaip.params.registry import tag_of
from tfaip.params.tree.merging import CLASS_KEY
from tfaip.params.values.annotations import has_fields
from tfaip.params.values.anything import plain_of
from tfaip.params.values.base import Writing
from tfaip.params.values.mappings import key_of
from tfaip.params.values.own import is_registered
from tfaip.params.values.problem import Path, Problems, ValueProblem, shown, spell_path
from tfaip.params.values.structures import ParamsDict, ParamsList, ParamsType

__all__ = ["file_writing", "plain_value", "to_dict"]


def to_dict(params: Any) -> dict[str, Any]:
    """Params as dicts, lists, strings, numbers, booleans and None, with the tag of each class under `__cls__`.

    Values are written as they are; that `from_dict` takes them is checked where files are written.

    Raises:
        ParamsError: `params`, or something in it, is no params object.
        SaveError: A value can't be written, with its path.
    """
    if not has_fields(type(params)):
        raise ParamsError(f"expects a params object, got {params!r}")
    problems: Problems = []
    try:
        data = _write_object(params, type(params), (), problems)
    except RecursionError:
        raise SaveError([Mistake("$", "can't be saved: nested too deeply, or holds itself")]) from None
    if problems:
        raise SaveError([Mistake(spell_path(path), f"can't be saved: {p.problem}", p.hints) for path, p in problems])
    return data


def _write_object(params: Any, annotation: Any, path: Path, problems: Problems) -> dict[str, Any]:
    data: dict[str, Any] = {CLASS_KEY: tag_of(type(params))}
    for name, spec in fields_of(annotation).items():
        here = (*path, name)
        try:
            data[name] = _write_field(getattr(params, name), spec, here, problems)
        except SaveError as error:
            for found in error.mistakes:
                inside = f"in {found.where.removeprefix('$.')} of an item"
                problems.append((here, ValueProblem(found.problem.partition(": ")[2], (inside, *found.hints))))
        except (ParamsError, RecursionError):
            raise
        except ValueProblem as problem:
            problems.append((here, problem))
        except Exception as error:
            got = shown(getattr(params, name, None))
            hint = f"{type(error).__name__}: {error}"
            problems.append((here, ValueProblem(f"expects {spec.stored_kind.label}, got {got}", (hint,))))
    return data


def _write_field(value: Any, spec: FieldSpec, path: Path, problems: Problems) -> Any:
    if spec.options.encoder is not None:
        return plain_value(spec.options.encoder(value))
    kind = spec.stored_kind
    if value is None:
        return None
    if isinstance(kind, ParamsType):
        return _write_params(value, kind, path, problems)
    if isinstance(kind, ParamsList):
        if not isinstance(value, list | tuple | kind.cls):
            raise kind.refused(value)
        return [_write_params(item, kind.item, (*path, index), problems) for index, item in enumerate(value)]
    if isinstance(kind, ParamsDict):
        keys = {key_of(kind.key.dump(key, file_writing())): key for key in value}
        return {name: _write_params(value[key], kind.item, (*path, name), problems) for name, key in keys.items()}
    return kind.dump(value, file_writing())


def _write_params(value: Any, kind: ParamsType, path: Path, problems: Problems) -> Any:
    if value is None:
        return None
    if not has_fields(type(value)) and kind.other is not None:
        return kind.other.dump(value, file_writing())
    if not has_fields(type(value)):
        problems.append((path, ValueProblem(f"expects {kind.label}, got {shown(value)}")))
        return None
    # The declared class may know type arguments (`Base[X]`) of which an instance tells nothing.
    annotation = next((a for a in kind.annotations if origin_class(a) is type(value)), type(value))
    return _write_object(value, annotation, path, problems)


def plain_value(value: Any) -> Any:
    """A value of any type as plain data, by its class alone; params with their tags."""
    return to_dict(value) if has_fields(type(value)) and not is_registered(type(value)) else plain_of(value, _WRITING)


def _params_in_value(kind: ParamsType, value: Any) -> Any:
    if value is None:
        return None
    if not isinstance(value, kind.bases):
        return plain_value(value) if kind.other is None else kind.other.dump(value, _WRITING)
    problems: Problems = []
    data = _write_params(value, kind, (), problems)
    if problems:
        raise SaveError([Mistake(spell_path(path), f"can't be saved: {p.problem}", p.hints) for path, p in problems])
    return data


_WRITING = Writing(plain_value, _params_in_value)


def file_writing() -> Writing:
    """Writes values as files hold them."""
    return _WRITING
