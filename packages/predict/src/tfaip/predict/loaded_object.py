"""The base of objects with a loaded model: one belongs to one process, and is loaded anew in another."""

from __future__ import annotations

import os
import pickle
from typing import Any, Self

from tfaip.predict.errors import PredictionError

__all__ = ["LoadedObject", "absolute", "require_process"]


class LoadedObject:
    """Base of predictors and validations.

    It pickles by its bundles, parameters and trust, and is loaded again where it is unpickled. In a process that was
    forked after it was made it refuses to work: TensorFlow and onnxruntime would wait there for threads that only its
    own process has.
    """

    def __init__(self) -> None:
        self._process = os.getpid()
        self._loading: tuple[str, tuple[Any, ...], dict[str, Any]] | None = None

    def loaded_by(self, method: str, *args: Any, **keywords: Any) -> Self:
        """Note how this object is made again: the class method and its arguments; return the object."""
        self._loading = method, args, keywords
        return self

    def require_own_process(self) -> None:
        """Refuse to go on in a forked process.

        Raises:
            PredictionError: This process is not the one in which the object was made.
        """
        require_process(self._process, type(self).__name__)

    def __reduce__(self) -> tuple[Any, ...]:
        if self._loading is None:
            raise pickle.PicklingError(
                f"a {type(self).__name__} must come from `from_path` or `from_paths` to be pickled: a model in memory, "
                "given to its constructor or by `set_model`, stays in its process"
            )
        return _load, (type(self), *self._loading)


def absolute(path: str | os.PathLike[str]) -> str:
    """The path of a bundle from any current folder; links stay as the caller named them."""
    return os.path.abspath(path)  # noqa: PTH100 - Path.absolute keeps `..`


def require_process(process: int, name: str) -> None:
    """Refuse to go on in another process than that with this id.

    Raises:
        PredictionError: It is another one, so this one was forked.
    """
    if os.getpid() != process:
        raise PredictionError(
            f"a {name} must be used in the process that made it, {process}, but this is {os.getpid()}, forked from it, "
            "where its model would wait for ever for threads of that process. Start processes by "
            "multiprocessing.get_context('spawn'), and send them the predictor, which pickles by its path, or load it "
            "in each of them"
        )


def _load(cls: type[Any], method: str, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    return getattr(cls, method)(*args, **keywords)
