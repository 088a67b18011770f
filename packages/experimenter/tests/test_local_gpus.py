import pytest

from tfaip.experimenter.errors import ExperimenterError
from tfaip.experimenter.executors.local_gpus import count_gpus, require_gpus
from tfaip.experimenter.executors.slots import read_slots


@pytest.fixture
def gpus(monkeypatch, tmp_path, programs):
    """Pretend that nvidia-smi lists so many GPUs; `None` for a driver that fails."""

    def pretend(count):
        code = "raise SystemExit(9)" if count is None else f"[print('GPU', n, 'Pretended') for n in range({count})]"
        programs("nvidia-smi", code)

    return pretend


@pytest.mark.parametrize(
    ("count", "words", "message"),
    [
        (0, ["1", "3"], "names GPU 1, but this machine has no GPU; --cpus 0 1 are slots without a GPU"),
        (None, ["0"], "names GPU 0, but this machine has no GPU"),
        (1, ["0a", "0b", "1"], "names GPU 1, but this machine has GPU 0;"),
        (2, ["0", "1", "7a"], "names GPU 7, but this machine has the GPUs 0 to 1"),
    ],
)
def test_a_gpu_that_is_not_there_is_refused(gpus, count, words, message):
    gpus(count)
    with pytest.raises(ExperimenterError, match=message):
        require_gpus(read_slots(words, []))


def test_gpus_that_are_there_and_slots_without_one_are_allowed(gpus):
    gpus(2)
    require_gpus(read_slots(["0a", "0b", "1"], []))
    gpus(0)
    require_gpus(read_slots([], ["0", "7"]))


def test_drivers_tell_the_number_where_no_program_does(gpus, tmp_path):
    gpus(None)
    for name in ("proc/driver/nvidia/gpus/0000:01:00.0", "sys/class/kfd/kfd/topology/nodes/0"):
        (tmp_path / name).mkdir(parents=True)
    assert count_gpus(tmp_path) == 1
    nodes = tmp_path / "sys/class/kfd/kfd/topology/nodes"
    for node, id_ in (("0", "0"), ("1", "5213"), ("2", "5214")):
        (nodes / node).mkdir(exist_ok=True)
        (nodes / node / "gpu_id").write_text(f"{id_}\n")
    assert count_gpus(tmp_path) == 2


@pytest.mark.parametrize(("platform", "device"), [("darwin", None), ("linux", "dev/dxg")])
def test_nothing_is_refused_where_the_number_is_not_known(monkeypatch, tmp_path, platform, device):
    monkeypatch.setattr("sys.platform", platform)
    if device:
        (tmp_path / device).mkdir(parents=True)
    assert count_gpus(tmp_path) is None


def test_the_command_ends_with_one_message_and_starts_nothing(gpus, workbook, command, programs):
    gpus(0)
    workbook(["COMMAND", "ID", "PARAMS"], [None, None, "default"], [None, None, "x"], ["true", "1", "2"])
    done = command("--xlsx", "runs.xlsx", "--gpus", "1", "3")
    assert done.returncode == 2
    assert "--gpus names GPU 1, but this machine has no GPU" in done.stderr
    assert "Traceback" not in done.stderr
