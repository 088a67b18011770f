"""Class names in any case, lists with commas, and values given to a group of arguments."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tfaip.params import field, params, to_dict


@params
class SpeedParams:
    lr: float = field(default=0.1, basic=True)
    decay: float = 0.9


@params(name="Quick")
class QuickParams(SpeedParams):
    pass


@params(name="QUICK2")
class UpperParams(SpeedParams):
    pass


@params(name="Quick2")
class MixedParams(SpeedParams):
    pass


@params
class ModelParams:
    model: Path | None = field(default=None, basic=True)


@params
class HolderParams:
    nodes: list[int] = field(factory=list)
    speed: SpeedParams = field(factory=SpeedParams)
    speeds: list[SpeedParams] = field(factory=list)
    fixed: SpeedParams = field(factory=SpeedParams, fixed_class=True)
    start: ModelParams = field(factory=ModelParams)


@pytest.mark.parametrize("word", ["quick", "QUICK", "quickparams", "Quick"])
def test_a_class_is_found_in_any_case_and_stored_by_its_tag(word: str, read: Callable[..., HolderParams]) -> None:
    found = read(HolderParams, f"--speed {word} --speeds {word}")
    assert found == HolderParams(speed=QuickParams(), speeds=[QuickParams()])
    assert to_dict(found)["speed"]["__cls__"].endswith(":QuickParams")


def test_the_exact_name_wins_and_an_ambiguous_one_is_refused(
    read: Callable[..., HolderParams], mistakes: Callable[..., str]
) -> None:
    assert type(read(HolderParams, "--speed QUICK2").speed) is UpperParams
    assert type(read(HolderParams, "--speed Quick2").speed) is MixedParams
    text = mistakes(HolderParams, "--speed quick2")
    assert "'quick2' is ambiguous" in text
    assert ":UpperParams" in text
    assert ":MixedParams" in text


@pytest.mark.parametrize(
    ("words", "instead"),
    [
        ("--nodes 8,16", "separate values by spaces: --nodes 8 16"),
        ("--nodes 8, 16", "separate values by spaces: --nodes 8 16"),
        ("--nodes (8,16)", "separate values by spaces: --nodes 8 16"),
        ("--speeds quick,Quick", "separate values by spaces: --speeds quick Quick"),
        ("--speed 0.01", "write --speed.lr 0.01"),
        ("--speed=1e-3", "write --speed.lr 1e-3"),
        ("--fixed 3", "write --fixed.lr 3"),
        ("--fixed", "--fixed has lr, decay"),
        ("--start runs/x", "write --start.model runs/x"),
    ],
)
def test_another_spelling_is_answered_by_the_right_one(words: str, instead: str, mistakes: Callable[..., str]) -> None:
    assert f"\n  {instead}\n" in mistakes(HolderParams, words) + "\n"


@pytest.mark.parametrize("words", ["--speed Qick", "--start best", "--speed true"])
def test_a_wrong_class_name_is_no_value_of_the_group(words: str, mistakes: Callable[..., str]) -> None:
    assert "write --" not in mistakes(HolderParams, words)
