"""Resources: files that parameters name and that have to come along wherever a model goes.

Internal API between the packages.
"""

from __future__ import annotations

import copy
import filecmp
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs

from tfaip.params import field
from tfaip.pipeline.errors import DefinitionError
from tfaip.pipeline.loaded_later import loaded_later

if TYPE_CHECKING:
    import shutil
else:
    # Only an export copies files.
    shutil = loaded_later("shutil")

__all__ = ["RESOURCES_FOLDER", "FoundResource", "export_resources", "find_resources", "resource"]

RESOURCES_FOLDER = "resources"

_MARK = "tfaip.pipeline.resource"


class FoundResource(NamedTuple):
    """A field that names a resource.

    Attributes:
        owner: The object that has the field.
        name: The name of the field.
        path: Its value, as it stands there.
        where: The way to it from the object that was searched.
    """

    owner: Any
    name: str
    path: str
    where: str


def resource(*, default: str = "", help: str = "") -> str:  # noqa: A002 - the word that `field` uses
    """Declare a field of a params class as the path of a resource; an empty path is none.

    `DataBaseParams.resource_path` turns it into a path that can be opened.
    """
    declared: str = field(default=default, help=help, metadata={_MARK: True})
    return declared


def find_resources(params: Any, where: str = "$") -> Iterator[FoundResource]:
    """All resources of an object, its fields' objects, and the lists and dicts in between."""
    if attrs.has(type(params)):
        for attribute in attrs.fields(type(params)):
            value = getattr(params, attribute.name)
            if attribute.metadata.get(_MARK):
                if value:
                    yield FoundResource(params, attribute.name, value, f"{where}.{attribute.name}")
            else:
                yield from find_resources(value, f"{where}.{attribute.name}")
    elif isinstance(params, list | tuple):
        for index, value in enumerate(params):
            yield from find_resources(value, f"{where}[{index}]")
    elif isinstance(params, dict):
        for key, value in params.items():
            yield from find_resources(value, f"{where}[{key!r}]")


def export_resources(params: Any, folder: Path, *, base: str | None = None) -> Any:
    """Copy all resources of an object into `folder/resources`.

    Args:
        params: The object; it is not changed.
        folder: The folder of the export.
        base: The folder that relative paths start from so far.

    Returns:
        A copy of the object, whose resources are relative to the folder of the export.

    Raises:
        DefinitionError: Two different files have the same name.
        FileNotFoundError: A resource does not exist.
    """
    exported = copy.deepcopy(params)
    origins: dict[str, FoundResource] = {}
    for found in list(find_resources(exported)):
        source = Path(base or ".") / found.path
        if not source.exists():
            raise FileNotFoundError(f"{found.where}: the resource {source} does not exist")
        target = folder / RESOURCES_FOLDER / source.name
        if source.name in origins:
            if source.is_dir() or not filecmp.cmp(source, target, shallow=False):
                raise DefinitionError(
                    f"{found.where} and {origins[source.name].where} are different resources of the same name "
                    f"{source.name!r}: rename one of them"
                )
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, dirs_exist_ok=True)
            elif source.resolve() != target.resolve():
                shutil.copy2(source, target)
        origins[source.name] = found
        setattr(found.owner, found.name, f"{RESOURCES_FOLDER}/{source.name}")
    return exported
