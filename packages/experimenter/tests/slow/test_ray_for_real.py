"""The tests of `test_ray.py` on Ray itself: two nodes on this machine. Skipped where Ray isn't installed."""

from __future__ import annotations

import os
import shlex
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from guide import block_of_guide
from mixed_rows import MixedEngine, run_mixed_rows
from real_training import real_training
from test_ray import *  # noqa: F403 - the tests; the fixture below takes the place of theirs
from test_ray import done, on_ray, sheet
from waiting import wait_for

cluster_utils = pytest.importorskip("ray.cluster_utils")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    # A run that is stopped takes seconds at most, and so does the notice of a node that is no more.
    os.environ |= {"RAY_health_check_period_ms": "1000", "RAY_health_check_failure_threshold": "3"}
    started = cluster_utils.Cluster()
    _add_node(started, include_dashboard=False)
    _add_node(started)
    yield started
    started.shutdown()


def _add_node(cluster: Any, **more: Any) -> None:
    """Add a node; Ray gives up one that is not up within half a minute, as on a busy machine."""
    for attempt in range(4):
        try:
            cluster.add_node(num_cpus=4, **more)
        except Exception:
            if attempt == 3:
                raise
        else:
            return


@pytest.fixture
def ray(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cluster of Ray that programs find by themselves."""
    monkeypatch.setenv("RAY_ADDRESS", cluster.address)


@pytest.fixture
def mixed(cluster: Any, ray: None, monkeypatch: pytest.MonkeyPatch) -> MixedEngine:
    """The engine of the mixed rows, whose trainings are real."""

    def kill_node(_: int) -> None:
        cluster.remove_node(next(iter(cluster.worker_nodes)), allow_graceful=False)
        _add_node(cluster)

    return MixedEngine(
        ("--xlsx", "runs.xlsx", "--executor", "ray", "--executor.grace", "5s"),
        preempt=lambda runner, _: os.kill(int(runner), signal.SIGTERM),
        kill_node=kill_node,
        training=real_training(monkeypatch),
        timeout=120,
        pause=0.5,
        patience=300,
    )


def test_forty_rows_of_many_kinds_have_their_fates_though_schedulers_and_nodes_are_killed(
    mixed: MixedEngine, workbook: Callable[..., Path], command: Callable[..., Any], start: Callable[..., Any]
) -> None:
    run_mixed_rows(mixed, workbook, command, start)


@pytest.mark.usefixtures("ray")
def test_the_command_of_the_guide_runs_rows(workbook: Callable[..., Path], command: Callable[..., Any]) -> None:
    sheet(workbook, "echo $1 >> done", "a", "b")
    ran = command(*shlex.split(block_of_guide("--executor ray"))[1:])
    assert ran.returncode == 0, ran.stderr
    assert done() == ["a", "b"]


@pytest.mark.usefixtures("ray")
def test_rows_of_a_node_that_goes_down_run_on_another(
    cluster: Any, workbook: Callable[..., Path], start: Callable[..., Any]
) -> None:
    script = "echo $1 $$ >> begun; while [ ! -e go ]; do sleep 0.05; done; echo $1 >> done"
    sheet(workbook, script, *"abcdef")
    scheduler = start(*on_ray("--slots", 6, "--executor.grace", "1s"))
    begun = Path("begun")
    wait_for(lambda: begun.exists() and len(begun.read_text().splitlines()) == 6, "all rows", 300)
    node = next(iter(cluster.worker_nodes))
    cluster.remove_node(node, allow_graceful=False)
    _add_node(cluster)
    wait_for(lambda: len(begun.read_text().splitlines()) > 6, "the rows of that node", 300)
    alive = [line.split()[1] for line in begun.read_text().splitlines() if Path(f"/proc/{line.split()[1]}").exists()]
    assert len(alive) <= 6
    Path("go").touch()
    _, told = scheduler.communicate()
    assert scheduler.returncode == 0, told
    assert done() == list("abcdef")
