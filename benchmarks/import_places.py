"""The place of each import: the top of the file, unless it has one of the reasons of docs/contributing.md."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from functools import cached_property
from importlib.metadata import packages_distributions
from pathlib import Path

from import_graph import Import, ImportGraph, circles

__all__ = ["NOT_WAITED_FOR", "PLACES", "UPPER_FLOOR", "ImportPlaces", "edges_between"]

PLACES = ("top", "typing", "function")
# The one module that may reach up a floor: `ScenarioBase.create_trainer` and its sisters.
UPPER_FLOOR = "tfaip.model.scenario.upper_floor"
TENSORFLOW = {"tensorflow", "keras", "keras_hub", "tf2onnx"}
# Foreign modules whose import takes over 10 ms: `python benchmarks/startup.py --imports` measures them.
SLOW = {
    *("cattrs", "filelock", "h5py", "importlib.metadata", "numpy", "openpyxl", "platformdirs", "rich"),
    *("optuna", "ray", "typing_extensions", "yaml"),
}
# They take 1 to 5 ms each: together a tenth of a help, or of a first prediction by onnxruntime, which use none of them.
NOT_WAITED_FOR = {
    *("ctypes", "difflib", "hashlib", "secrets", "shutil", "socket", "subprocess", "sysconfig", "tempfile", "uuid"),
}
# Some systems lack them.
NOT_EVERYWHERE = {"fcntl", "msvcrt", "resource", "pwd"}
# The process above each run imports these, and next to nothing else: `typing` would be half of its start-up.
RUNNER = {
    "tfaip.experimenter.executors.process_identity",
    "tfaip.experimenter.executors.process_tree",
    "tfaip.experimenter.executors.runner",
}
# Help is waited for, and so is the first prediction of a service.
WAITED_FOR = {"tfaip.params.commandline.answering.drawing", "tfaip.predict.predictor"}
# They run before all else: the current folder isn't in its place yet, and each process pays for them.
FIRST = {"tfaip.params.moved_modules", "tfaip.params.public_names", "tfaip.params.trust.current_folder"}
# Parameters alone load none of them: `packages/params/tests/test_start_up.py`.
NOT_FOR_PARAMETERS = {"argparse", "dataclasses", "difflib", "json", "tomllib"}


def edges_between(graph: ImportGraph, *places: str) -> dict[str, set[str]]:
    """Return the imports at some places that count for circles: all but those of the module that reaches up a floor."""
    return {name: set() if name == UPPER_FLOOR else targets for name, targets in graph.edges(places).items()}


class ImportPlaces:
    """Finds imports that stand in a function or below `if TYPE_CHECKING` without a reason.

    Args:
        graph: The imports of the project.
        root: The project's folder.
    """

    def __init__(self, graph: ImportGraph, root: Path) -> None:
        self._graph = graph
        self._root = root
        self._circle_of = {
            name: number for number, circle in enumerate(circles(edges_between(graph, *PLACES))) for name in circle
        }

    def without_reason(self) -> Iterator[Import]:
        """Yield the imports that belong at the top."""
        for found in self._graph.imports:
            if found.place != "top" and not self._graph.modules[found.module].is_package and not self.reason(found):
                yield found

    def reason(self, found: Import) -> str:
        """Return why an import needn't stand at the top; `""` if nothing speaks against the top."""
        foreign = found.target not in self._graph.modules
        if UPPER_FLOOR in (found.module, found.target) and found.place == "typing":
            return "a type of an upper floor"
        if foreign and found.target.partition(".")[0] in NOT_EVERYWHERE:
            return "some systems lack it"
        if foreign and not self._declared(found.module, found.target):
            return "optional extra"
        if (foreign and found.module in RUNNER) or found.module in FIRST:
            return "start-up of a run"
        mine, its = self._graph.loads(found.module), self._graph.loads(found.target)
        new = {name for name in its - mine if name not in self._graph.modules}
        if _among(new, TENSORFLOW):
            return "TensorFlow"
        if not all(self._declared(found.module, name) for name in new):
            return "optional extra"
        if found.module in self.waited_for and _among(new, SLOW):
            return "over 10 ms that somebody waits for"
        if found.target in NOT_WAITED_FOR and found.module in self.waited_for:
            return "help and a first prediction do without"
        if found.module.startswith("tfaip.params.") and _among({found.target, *new}, NOT_FOR_PARAMETERS):
            return "parameters alone do without"
        circle = self._circle_of.get(found.module)
        if circle is not None and circle == self._circle_of.get(found.target):
            return "circle"
        return ""

    @cached_property
    def waited_for(self) -> set[str]:
        """The modules before --help or a first prediction: commands, parameters, predictor, and what these import."""
        reached: set[str] = set()
        for name in {*self._commands(), *self._with_params(), *(WAITED_FOR & self._graph.modules.keys())}:
            reached |= self._graph.loads(name)
        return reached & self._graph.modules.keys()

    def _commands(self) -> set[str]:
        found = set()
        for file in (self._root / "pyproject.toml", *(self._root / "packages").glob("*/pyproject.toml")):
            scripts = tomllib.loads(file.read_text(encoding="utf-8"))["project"].get("scripts", {})
            found |= {script.partition(":")[0] for script in scripts.values()}
        return found & self._graph.modules.keys()

    def _with_params(self) -> Iterator[str]:
        for module in self._graph.modules.values():
            text = module.path.read_text(encoding="utf-8")
            if "@params" in text and any(_is_params(node) for node in ast.walk(ast.parse(text))):
                yield module.name

    def _declared(self, module: str, foreign: str) -> bool:
        """Whether the module's distribution needs a foreign one, so that it is there."""
        root = foreign.partition(".")[0]
        owners = self._distributions.get(root)
        if owners is None:
            return root in sys.stdlib_module_names  # else an extra that isn't installed here
        return bool(owners & self._dependencies[module.split(".")[1]])

    @cached_property
    def _distributions(self) -> dict[str, set[str]]:
        return {name: {_normal(owner) for owner in owners} for name, owners in packages_distributions().items()}

    @cached_property
    def _dependencies(self) -> dict[str, set[str]]:
        """The distributions that each package needs, and those that they need within the project."""
        direct = {}
        files = {path.parent.name: path for path in (self._root / "packages").glob("*/pyproject.toml")}
        for name, file in {**files, "cli": self._root / "pyproject.toml"}.items():
            words = tomllib.loads(file.read_text(encoding="utf-8"))["project"]["dependencies"]
            direct[name] = {_normal(re.split(r"[^\w.-]", word)[0]) for word in words}

        def needed(name: str) -> set[str]:
            below = [word.removeprefix("tfaip-") for word in direct[name] if word.startswith("tfaip-")]
            return direct[name].union(*(needed(other) for other in below))

        return {name: needed(name) for name in direct}


def _is_params(node: ast.AST) -> bool:
    if not isinstance(node, ast.ClassDef):
        return False
    return any(ast.unparse(word).partition("(")[0].endswith("params") for word in node.decorator_list)


def _among(names: Iterable[str], heavy: set[str]) -> bool:
    return any(name == root or name.startswith(f"{root}.") for name in names for root in heavy)


def _normal(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()
