"""The package stands on openpyxl, rich and tfaip-params alone."""

from __future__ import annotations

import subprocess
import sys

# The modules that need an extra.
EXTRA = [f"tfaip.experimenter.search.{name}" for name in ("running_search", "searches", "storage", "study")]
HEAVY = ("tensorflow", "keras", "numpy", "pandas")


def test_no_module_needs_what_trains() -> None:
    program = f"""if True:
        import importlib, pkgutil, sys
        class Refuse:
            def find_spec(self, name, path=None, target=None):
                # openpyxl takes numpy along where there is one, and does without it where there is none.
                if name.partition(".")[0] in {HEAVY!r}:
                    raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
        sys.meta_path.insert(0, Refuse())
        import tfaip.experimenter
        for module in pkgutil.walk_packages(tfaip.experimenter.__path__, "tfaip.experimenter."):
            if not module.name.endswith("__main__") and module.name not in {EXTRA!r}:
                importlib.import_module(module.name)
        print(len([name for name in sys.modules if name.startswith("tfaip.experimenter.")]))
    """
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 30


def test_the_public_names_are_there_and_loaded_on_demand() -> None:
    program = """if True:
        import sys, tfaip.experimenter as package
        assert "openpyxl" not in sys.modules
        assert all(getattr(package, name) is not None for name in package.__all__)
        assert set(package.__all__) <= set(dir(package))
        try:
            package.nothing
        except AttributeError as error:
            print(error)
    """
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("module 'tfaip.experimenter' has no attribute 'nothing'\n", "")
