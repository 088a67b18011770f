"""SavedModels of one graph, one after the other: traced and serialized once, then written with new values.

A SavedModel is the traced function, which stays the same, and a file of the variables. TensorFlow would serialize both
each time, which takes Python longer than the values of many networks take the disk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from tfaip.model.bundle.layout import DEFAULT_LABEL, SIGNATURE, Bundle
from tfaip.model.graph import GraphBase
from tfaip.model.model import ModelBase
from tfaip.model.runtime.autograph_files import remove_autograph_files
from tfaip.model.runtime.backend import root_logger_unchanged
from tfaip.model.runtime.tensor_names import names_in_signature

__all__ = ["SavedModels"]

Specs = Mapping[str, tf.TensorSpec]

# TensorFlow's layout of a SavedModel.
_VARIABLES, _FINGERPRINT = "variables", "fingerprint.pb"
# Keys of the variables in its checkpoint, by the name of the list below and a position.
_LIST = "variables_of_graph"
_KEY = f"{_LIST}/{{}}/.ATTRIBUTES/VARIABLE_VALUE"


class SavedModels:
    """The exported functions of a graph.

    Args:
        model: Says what is exported.
        graph: The built graph.
        specs: Spec of each input, with batch axis.
    """

    def __init__(self, model: ModelBase[Any], graph: GraphBase[Any], specs: Specs) -> None:
        self._model = model
        self._graph = graph
        self._specs = specs
        self._functions: dict[str, Any] = {}
        self._written: dict[str, _Written] = {}

    def trace(self) -> None:
        """Trace the functions, unless this was done.

        Raises:
            ValueError: A graph is labelled with something that can't be a folder.
        """
        if self._functions:
            return
        labels: list[str] = []
        functions = {DEFAULT_LABEL: self._traced(DEFAULT_LABEL, labels)}
        for label in labels:
            if not label.replace("-", "_").isidentifier():
                raise ValueError(
                    f"{type(self._model).__qualname__}._export_graphs must label graphs with letters, digits, "
                    f"underscores and dashes, since each becomes a folder; got {label!r}"
                )
            if label not in functions:
                functions[label] = self._traced(label, [])
        self._functions = functions
        remove_autograph_files()

    @property
    def functions(self) -> Mapping[str, Any]:
        """The function of each graph by its label, from tensors by name to tensors by name."""
        self.trace()
        return self._functions

    def write(self, bundle: Bundle, values: Sequence[np.ndarray] | None = None) -> None:
        """Write a SavedModel for each label. With `values`, another thread may change the variables meanwhile.

        Args:
            bundle: The folders of the SavedModels are not there yet.
            values: Value of each variable of the graph; `None`: as they are now.
        """
        self.trace()
        for label, function in self._functions.items():
            path = bundle.saved_model(label)
            written = self._written.get(label)
            if written:
                written.write_graph(path)
            else:
                self._save(path, function)
                self._written[label] = written = _Written.at(path)
                if values is None:
                    continue
            written.write_variables(path, [v.numpy() for v in self._graph.variables] if values is None else values)

    def _traced(self, label: str, labels: list[str]) -> Any:
        names = {named: name for name, named in names_in_signature(self._specs).items()}

        def exported(**given: Any) -> dict[str, Any]:
            inputs = {name: given[named] for named, name in names.items()}
            graphs = self._model.export_graphs(inputs, self._graph.prediction_outputs(inputs))
            labels[:] = graphs
            return graphs[label]

        # A signature takes its tensors as keyword arguments.
        return tf.function(exported, autograph=False).get_concrete_function(
            **{named: self._specs[name] for named, name in names.items()}
        )

    def _save(self, path: Path, function: Any) -> None:
        root = tf.Module()
        setattr(root, _LIST, [variable.value for variable in self._graph.variables])
        with root_logger_unchanged():
            tf.saved_model.save(root, str(path), signatures={SIGNATURE: function})


@dataclass(frozen=True)
class _Written:
    """A SavedModel that was written, without its variables.

    Attributes:
        folders: Paths of its folders.
        files: Content of its files by path.
        others: The other content of its checkpoint, by key.
    """

    folders: list[Path]
    files: dict[Path, bytes]
    others: dict[str, Any]

    @classmethod
    def at(cls, path: Path) -> _Written:
        """Read one."""
        parts = [part for part in sorted(path.rglob("*")) if part.name != _FINGERPRINT]
        folders = [part.relative_to(path) for part in parts if part.is_dir()]
        content = {part.relative_to(path): part for part in parts if part.is_file()}
        files = {name: part.read_bytes() for name, part in content.items() if name.parts[0] != _VARIABLES}
        reader = tf.train.load_checkpoint(str(path / _VARIABLES / _VARIABLES))
        names = [name for name in reader.get_variable_to_shape_map() if not name.startswith(f"{_LIST}/")]
        return cls(folders, files, {name: reader.get_tensor(name) for name in names})

    def write_graph(self, path: Path) -> None:
        """Write all but the variables."""
        path.mkdir(parents=True)
        for folder in self.folders:
            (path / folder).mkdir()
        for name, content in self.files.items():
            (path / name).write_bytes(content)

    def write_variables(self, path: Path, values: Sequence[np.ndarray]) -> None:
        """Write the variables in place of others."""
        folder = path / _VARIABLES
        for former in folder.iterdir():
            former.unlink()
        # In TensorFlow's order, so that the files are the same byte by byte.
        content = {**{_KEY.format(position): value for position, value in enumerate(values)}, **self.others}
        names = list(content)
        with tf.device("cpu:0"):
            tf.raw_ops.SaveV2(
                prefix=str(folder / _VARIABLES),
                tensor_names=names,
                shape_and_slices=[""] * len(names),
                tensors=[tf.constant(content[name]) for name in names],
            )
        _write_fingerprint(path)


def _write_fingerprint(path: Path) -> None:
    """Write the checksums of graph and variables anew. No loader needs them; TensorFlow keeps the way private."""
    (path / _FINGERPRINT).unlink(missing_ok=True)
    with suppress(ImportError, AttributeError), root_logger_unchanged():
        from tensorflow.python.saved_model.fingerprinting_utils import write_fingerprint

        write_fingerprint(str(path))
