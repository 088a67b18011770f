import subprocess
import sys
from pathlib import Path

import pytest

from tfaip.model import ScenarioNotFoundError, find_scenario, find_stored_scenario
from tfaip.model.testing.points.scenario import PointsScenario

SCENARIO = """
from tfaip.model import ScenarioBase
class {name}(ScenarioBase):
    pass
"""

BASES = """
from abc import ABC, abstractmethod
from typing import Generic, TypeVar
from tfaip.model import ScenarioBase
T = TypeVar("T")
P = TypeVar("P")
class Marked(ScenarioBase, ABC):
    pass
class Unfinished(ScenarioBase, metaclass=type(ABC)):
    @abstractmethod
    def rest(self): ...
class Open(ScenarioBase[T, P], Generic[T, P]):
    pass
class _Hidden(ScenarioBase):
    pass
# end of bases
class Concrete(Marked):
    class Nested(Marked):
        pass
Alias = Concrete
"""


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    """A folder with packages, as the current one."""
    files = {
        "shop_lookup/single.py": SCENARIO.format(name="One"),
        "shop_lookup/several.py": SCENARIO.format(name="One") + SCENARIO.format(name="Two"),
        "shop_lookup/none.py": "from shop_lookup.single import One\n",
        "shop_lookup/needy.py": "import a_package_that_nobody_has\n",
        "shop_lookup/pack/scenario.py": SCENARIO.format(name="Packed"),
        "shop_lookup/bases.py": BASES,
        "shop_lookup/only_base.py": BASES.partition("# end of bases")[0],
        "shop_lookup/inner_lookup/single.py": SCENARIO.format(name="InnerOne"),
        "scenarios/shop_mine/__init__.py": "",
        "scenarios/shop_mine/scenario.py": "from .data import SIZE\n" + SCENARIO.format(name="Mine"),
        "scenarios/shop_mine/data.py": "from shop_mine.sizes import SIZE\n",
        "scenarios/shop_mine/sizes.py": "SIZE = 3\n",
        "scenarios/shop_alone.py": "from shop_helper import SIZE\n" + SCENARIO.format(name="Alone"),
        "scenarios/shop_helper.py": "SIZE = 3\n",
        "elsewhere/shop_loose/scenario.py": "from shop_loose_data import SIZE\n" + SCENARIO.format(name="Loose"),
        "elsewhere/shop_loose/shop_loose_data.py": "SIZE = 3\n",
        "elsewhere/shop_package/__init__.py": "",
        "elsewhere/shop_package/inner/__init__.py": "",
        "elsewhere/shop_package/inner/scenario.py": "from ..sizes import SIZE\n" + SCENARIO.format(name="Inner"),
        "elsewhere/shop_package/sizes.py": "SIZE = 3\n",
        "elsewhere/shop_relative/scenario.py": "from .sizes import SIZE\n" + SCENARIO.format(name="Relative"),
        "elsewhere/shop_relative/sizes.py": "SIZE = 3\n",
        "elsewhere/shop_root/below/scenario.py": "import shop_root.sizes\n" + SCENARIO.format(name="Below"),
        "elsewhere/shop_root/sizes.py": "SIZE = 3\n",
        "elsewhere/shop-dashes/my-scenario.py": SCENARIO.format(name="Dashes"),
        "elsewhere/shop_bare/first.py": "",
        "elsewhere/shop_clash/json.py": SCENARIO.format(name="Clash"),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "here").mkdir()
    for name in ("shop_lookup", "scenarios"):
        (tmp_path / name).rename(tmp_path / "here" / name)
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield
    for name in [name for name in sys.modules if name.startswith(("shop_", "scenario"))]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("shop_lookup.single", "One"),
        ("shop_lookup/single.py", "One"),
        ("shop_lookup.several:Two", "Two"),
        ("shop_lookup.pack", "Packed"),
        ("shop_lookup/pack/", "Packed"),
        ("shop_lookup/pack/scenario", "Packed"),
        ("./shop_lookup/several.py:Two", "Two"),
        ("shop_lookup.bases", "Concrete"),
        ("shop_lookup.bases:Concrete.Nested", "Nested"),
        # Imported from elsewhere, but named.
        ("shop_lookup.none:One", "One"),
    ],
)
def test_what_a_user_may_type(name, found):
    assert find_scenario(name).__name__ == found


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("shop_lookup.several", "holds several scenarios, name one of them: shop_lookup.several:One, .*:Two"),
        ("shop_lookup.several:Tree", "holds no scenario 'Tree'; it holds One, Two"),
        ("shop_lookup.none", "shop_lookup.none holds no scenario: expected a subclass of"),
        ("shop_lookup.needy", "could not be loaded: it imports 'a_package_that_nobody_has', which is not installed"),
        ("shop_lookup.singel", "no module 'shop_lookup.singel', did you mean 'shop_lookup.single'?"),
        ("shop_lokup.single", "no module 'shop_lokup.single', did you mean 'shop_lookup.single'?"),
        ("tempfiles.single", "there is no module 'tempfiles.single'; searched"),
        ("", "is no module name"),
        (".shop", "is no module name"),
        ("shop_lookup.several:Twoo", "no scenario 'Twoo', did you mean 'Two'\\?"),
        ("shop_lookup.bases:Marked", "bases:Marked is a base of scenarios, not one itself; it holds Concrete"),
        ("shop_lookup.only_base", "holds no scenario.*; Marked, Unfinished, Open, _Hidden is only a base"),
        ("../elsewhere/shop_lose/scenario.py", "there is no file or folder .*did you mean .*elsewhere/shop_loose/scen"),
        ("several.py", "there is no file or folder several.py"),
        (
            "shop_lookup/singel.py",
            "no file or folder shop_lookup/singel.py, did you mean shop_lookup/single.py",
        ),
        ("../elsewhere/shop-dashes/my-scenario.py", "'my-scenario' must be letters, digits and underscores; rename it"),
        ("../elsewhere/shop_bare", "folder .*shop_bare holds no scenario.py; name one of its files: first.py"),
        ("../elsewhere/shop_clash/json.py", "would be imported as 'json', but that is .*: rename one of them"),
        ("aisle.shop_lookup", "no module 'aisle.shop_lookup'; searched"),
        ("inner_lookup.single", "no module 'inner_lookup.single', did you mean 'shop_lookup.inner_lookup.single'?"),
        ("shop_mine", "no module 'shop_mine', did you mean 'scenarios/shop_mine'?"),
    ],
)
def test_what_a_user_may_mistype(name, message):
    with pytest.raises(ScenarioNotFoundError, match=message):
        find_scenario(name)


@pytest.mark.parametrize(
    ("path", "found", "module"),
    [
        ("../elsewhere/shop_loose/scenario.py", "Loose", "scenario"),
        ("../elsewhere/shop_loose", "Loose", "scenario"),
        ("../elsewhere/shop_package/inner/scenario.py:Inner", "Inner", "shop_package.inner.scenario"),
        ("../elsewhere/shop_package/inner", "Inner", "shop_package.inner.scenario"),
        ("../elsewhere/shop_relative/scenario.py", "Relative", "shop_relative.scenario"),
        ("../elsewhere/shop_root/below/scenario.py", "Below", "shop_root.below.scenario"),
        ("scenarios/shop_mine", "Mine", "shop_mine.scenario"),
        ("scenarios/shop_mine/", "Mine", "shop_mine.scenario"),
        ("scenarios/shop_mine/scenario.py", "Mine", "shop_mine.scenario"),
        ("../here/scenarios/shop_mine/scenario.py:Mine", "Mine", "shop_mine.scenario"),
        ("scenarios/shop_alone.py", "Alone", "shop_alone"),
        ("scenarios/shop_alone", "Alone", "shop_alone"),
    ],
)
def test_a_file_elsewhere_is_loaded_under_a_name_that_other_processes_can_import(path, found, module):
    scenario = find_scenario(str(Path(path).absolute()) if ":" not in path else path)
    assert (scenario.__name__, scenario.__module__) == (found, module)
    code = f"import sys; sys.path[:] = {sys.path!r}; import {module} as m; print(m.__file__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd="/", check=True)
    assert done.stdout.strip() == sys.modules[module].__file__


@pytest.mark.parametrize("folder", ["/", "here/scenarios/shop_mine"])
def test_an_absolute_path_works_from_anywhere(tmp_path, monkeypatch, folder):
    monkeypatch.chdir(tmp_path / folder)
    assert find_scenario(f"{tmp_path}/here/scenarios/shop_mine/").tag() == "shop_mine.scenario:Mine"


def test_a_path_beside_the_current_folder_works(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert find_scenario("../here/scenarios/shop_mine").tag() == "shop_mine.scenario:Mine"


def test_a_folder_that_holds_no_code_is_no_root(tmp_path, monkeypatch):
    (tmp_path / "shop_helper").mkdir()  # a folder of data, say, by the name of a module that is missing
    (tmp_path / "here/scenarios/shop_helper.py").unlink()
    with pytest.raises(ScenarioNotFoundError, match="it imports 'shop_helper', which is not installed"):
        find_scenario("scenarios/shop_alone.py")


def test_a_path_below_an_entry_of_the_search_path_has_the_name_that_it_has_there(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path / "elsewhere"))
    scenario = find_scenario(str(tmp_path / "elsewhere/shop_root/below/scenario.py"))
    assert scenario.tag() == "shop_root.below.scenario:Below"


def test_the_current_folder_itself_may_be_the_scenario(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path / "elsewhere/shop_loose")
    assert find_scenario("./") is find_scenario(".")
    assert find_scenario(".").__name__ == "Loose"


def test_parameters_that_name_no_scenario_say_so():
    with pytest.raises(ScenarioNotFoundError, match="must name the scenario that they belong to, but name none"):
        find_stored_scenario(PointsScenario.default_params())
