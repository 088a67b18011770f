"""The count of stops from outside, and the progress that sets it back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tfaip.experimenter import read_plan
from tfaip.experimenter.queue.stops import count_stop, forget_stops
from tfaip.experimenter.queue.store import Store


@pytest.mark.parametrize(
    ("epochs", "counts"),
    [
        ([0, 0, 0], [1, 2, 3]),
        ([0, 1, 1, 1, 2], [1, 1, 2, 3, 1]),
        # Without a checkpoint, an attempt begins anew: only an epoch beyond all before is progress.
        ([3, 2, 3, 2, 3, 4], [1, 2, 3, 4, 5, 1]),
    ],
)
def test_only_an_epoch_that_no_attempt_has_reached_sets_the_count_back(
    epochs: list[int], counts: list[int], workbook: Callable[..., Path]
) -> None:
    names = [None, None, "trainer"], [None, None, "output_dir"]
    path = workbook(["COMMAND", "ID", "PARAMS"], *names, ["tfaip-train my", "a", "runs/a"])
    store = Store(Path("state/queue.sqlite"))
    store.take_over(read_plan(path).runs, {"a": Path("runs/a")})
    (entry,) = store.entries()
    Path("runs/a").mkdir(parents=True)
    found = []
    for reached in epochs:
        lines = [json.dumps({"epoch": epoch, "val_acc": 0.5}) for epoch in range(1, reached + 1)]
        Path("runs/a/metrics.jsonl").write_text("\n".join(lines))
        found.append(count_stop(entry, store))
    assert found == counts
    forget_stops(entry, store)
    assert count_stop(entry, store) == 1
    store.close()
