"""The JSON Schema of parameter files: with it editors complete and check YAML, TOML and JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tfaip.params.defining.field_spec import FieldSpec
from tfaip.params.defining.fields import PLAIN, FieldOptions
from tfaip.params.defining.generics import origin_class
from tfaip.params.defining.structure import fields_of
from tfaip.params.registry import names_of, tag_of
from tfaip.params.selection import selectable_classes
from tfaip.params.tree.merging import BASE_KEY, CLASS_KEY, VERSION_KEY
from tfaip.params.tree.parts import has_parts
from tfaip.params.values.annotations import kind_of
from tfaip.params.values.structures import ParamsDict, ParamsList, ParamsType

__all__ = ["json_schema", "json_schema_of_roots"]

_BASES = {"type": ["string", "array"], "items": {"type": "string"}, "description": "Files that this one builds on"}

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(cls: Any) -> dict[str, Any]:
    """The JSON Schema of a file that holds params of a class.

    Raises:
        DefinitionError: A field is of a type that can't be stored.
    """
    return json_schema_of_roots({"": kind_of(cls)})


def json_schema_of_roots(roots: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON Schema of a config file for several roots, by name; with the name `""`, of its fields themselves."""
    writer = _Writer()
    schemas = {name: writer.of_params(kind, PLAIN) for name, kind in roots.items()}
    version = {VERSION_KEY: {"type": "integer", "minimum": 1}, BASE_KEY: _BASES}
    if list(schemas) == [""]:
        body: dict[str, Any] = dict(schemas[""])
    else:
        body = {"type": "object", "properties": {**version, **schemas}, "additionalProperties": False}
    return {"$schema": _DIALECT, **body, "$defs": writer.definitions}


class _Writer:
    """Writes each class once, under `$defs`, since classes may hold each other."""

    def __init__(self) -> None:
        self.definitions: dict[str, Any] = {}

    def of_params(self, kind: ParamsType, options: FieldOptions = PLAIN) -> dict[str, Any]:
        classes = selectable_classes(kind, options.choices, bool(options.enforce_choices))
        declared = {origin_class(annotation): annotation for annotation in kind.annotations}
        names = [name for cls in classes for name in names_of(cls)]
        schemas: list[dict[str, Any]] = [self._reference(declared.get(cls, cls)) for cls in classes]
        schemas.append({"enum": list(dict.fromkeys(names))} if names else {"type": "string"})
        if kind.other is not None:
            schemas.append(kind.other.json_schema(self))
        if kind.optional:
            schemas.append({"type": "null"})
        return {"anyOf": schemas}

    def _reference(self, annotation: Any) -> dict[str, Any]:
        cls = origin_class(annotation)
        assert cls is not None
        key = tag_of(cls) if annotation is cls else str(annotation)
        if key not in self.definitions:
            self.definitions[key] = {}  # a class that holds itself finds this one
            self.definitions[key] = self._of_class(cls, annotation)
        # A reference is a JSON pointer in a URI fragment.
        pointer = key.replace("~", "~0").replace("/", "~1").replace("[", "%5B").replace("]", "%5D").replace(" ", "%20")
        return {"$ref": f"#/$defs/{pointer}"}

    def _of_class(self, cls: type[Any], annotation: Any) -> dict[str, Any]:
        properties: dict[str, Any] = {
            CLASS_KEY: {"enum": list(names_of(cls))},
            VERSION_KEY: {"type": "integer", "minimum": 1},
        }
        properties[BASE_KEY] = _BASES
        fields = fields_of(annotation)
        for name, spec in fields.items():
            properties[name] = self._of_field(spec)
        schema = {"type": "object", "properties": properties, "additionalProperties": False}
        if changing := [name for name, spec in fields.items() if _has_parts(spec)]:
            # Keys that change a part: `layers+`, `layers.0`, `layers.drop`.
            schema["patternProperties"] = {f"^({'|'.join(changing)})(\\+|\\..+)$": {}}
        return schema

    def _of_field(self, spec: FieldSpec) -> dict[str, Any]:
        schema = {} if spec.options.encoder is not None else self._of_kind(spec)
        notes: dict[str, Any] = {"description": text} if (text := spec.help) else {}
        if isinstance(spec.default, str | int | float | bool) and spec.default == spec.default:
            notes["default"] = spec.default if abs(_number(spec.default)) != float("inf") else str(spec.default)
        return {**schema, **notes}

    def _of_kind(self, spec: FieldSpec) -> dict[str, Any]:
        return spec.kind.json_schema(_WithOptions(self, spec.options))


class _WithOptions:
    """Writes the params of a field, whose choices its options tell."""

    def __init__(self, writer: _Writer, options: FieldOptions) -> None:
        self._writer = writer
        self._options = options

    def of_params(self, kind: ParamsType) -> dict[str, Any]:
        return self._writer.of_params(kind, self._options)


def _number(value: Any) -> float:
    return value if isinstance(value, float) else 0.0


def _has_parts(spec: FieldSpec) -> bool:
    kind = spec.stored_kind
    return isinstance(kind, ParamsList | ParamsDict) or has_parts(kind)
