import sys

import pytest

from tfaip.model import ScenarioNotFoundError, find_scenario

SCENARIO = """
from tfaip.model import ScenarioBase
class {name}(ScenarioBase):
    pass
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
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield
    for name in [name for name in sys.modules if name.startswith("shop_lookup")]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("shop_lookup.single", "One"),
        ("shop_lookup/single.py", "One"),
        ("shop_lookup.several:Two", "Two"),
        ("shop_lookup.pack", "Packed"),
        ("shop_lookup/pack/", "Packed"),
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
        ("", "is no module name"),
    ],
)
def test_what_a_user_may_mistype(name, message):
    with pytest.raises(ScenarioNotFoundError, match=message):
        find_scenario(name)
