"""A stand-in for Slurm on this machine: one program that is sbatch, squeue and scancel, by the name it is called.

It behaves as Slurm 22.05 does where the executor can tell: ids, states, the environment of a job, the receiver of a
signal, words and exit codes of refusals. `slow/test_slurm_for_real.py` runs the same tests on Slurm.

The folder $STAND_IN_OF_SLURM holds `jobs/ID/` (name, state, pid of the script). A file `full` in it lets jobs wait.
Jobs alternate between two nodes; as `node_fails n1`, the program kills all that runs on one of them.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

HOME = Path(os.environ["STAND_IN_OF_SLURM"])
JOBS = HOME / "jobs"
KILL_WAIT = 5.0


def sbatch(words: list[str]) -> int:
    options = dict(word.removeprefix("--").partition("=")[::2] for word in words)
    if options.get("partition") == "nope":
        return fail(
            *("sbatch", "invalid partition specified: nope"),
            "Batch job submission failed: Invalid partition name specified",
        )
    script = sys.stdin.read()
    if not script.startswith("#!"):
        return fail("sbatch", "This does not look like a batch script.")
    number = 1 + len({path.name.partition("_")[0] for path in JOBS.iterdir()})
    tasks = [""]
    if "array" in options:
        first, _, last = options["array"].partition("-")
        tasks = [f"_{task}" for task in range(int(first), int(last) + 1)]
    for task in tasks:
        job = JOBS / f"{number}{task}"
        job.mkdir()
        (job / "name").write_text(options["job-name"])
        (job / "words").write_text("\n".join(words))
        (job / "script").write_text(script)
        (job / "script").chmod(0o755)
        (job / "node").write_text("n1" if len(list(JOBS.iterdir())) % 2 else "n2")
        tell(job, "PENDING")
        if os.fork() == 0:
            os.setsid()
            for descriptor in (0, 1, 2):
                os.dup2(os.open(os.devnull, os.O_RDWR), descriptor)
            run(job, number, options)
            os._exit(0)
    print(number)
    return 0


def run(job: Path, number: int, options: dict[str, str]) -> None:
    """Be the daemon of the node: run the script when there is room, and tell how it ends."""
    while (HOME / "full").exists():
        if state_of(job) == "CANCELLED":
            return
        time.sleep(0.01)
    log = options["output"].replace("%%", "%")
    task = {"SLURM_ARRAY_TASK_ID": job.name.partition("_")[2], "SLURM_ARRAY_JOB_ID": str(number)}
    if "_" not in job.name:
        task = {}
    cpus = {"SLURM_CPUS_PER_TASK": options["cpus-per-task"]} if "cpus-per-task" in options else {}
    with Path(log).open("ab") as output:
        script = subprocess.Popen(
            [str(job / "script")],
            cwd=options["chdir"],
            env={**os.environ, **cpus, **task, "SLURM_JOB_ID": str(number), "SLURM_JOB_NAME": options["job-name"]},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    (job / "pid").write_text(str(script.pid))
    (job / "daemon").write_text(str(os.getpid()))
    tell(job, "RUNNING")
    code = script.wait()
    if state_of(job) != "CANCELLED":
        tell(job, "COMPLETED" if code == 0 else "FAILED")


def squeue(words: list[str]) -> int:
    options = dict(word.removeprefix("--").partition("=")[::2] for word in words)
    assert {"me", "noheader", "states", "format"} <= options.keys(), words
    wanted = options["states"].split(",")
    for job in sorted(JOBS.iterdir(), key=lambda path: -int(path.name.partition("_")[0])):
        values = {"%i": job.name, "%T": state_of(job), "%j": (job / "name").read_text()}
        line = options["format"]
        if wanted != ["all"] and values["%T"] not in wanted:
            continue
        for key, value in values.items():
            line = line.replace(key, value)
        print(line)
    return 0


def scancel(words: list[str]) -> int:
    options = dict(word.removeprefix("--").partition("=")[::2] for word in words if word.startswith("--"))
    code = 0
    for number in (word for word in words if not word.startswith("--")):
        job = JOBS / number
        state = state_of(job)
        if state not in ("PENDING", "RUNNING") and options.get("state"):
            code = fail("scancel", f"Kill job error on job id {number}: Invalid job id specified")
            continue
        if state not in ("PENDING", "RUNNING") or options.get("state", state) != state:
            continue
        if "signal" in options:
            assert "batch" in options, "a signal to the whole job would reach the run beside its runner"
            send(int((job / "pid").read_text()), getattr(signal, f"SIG{options['signal']}"))
            continue
        tell(job, "CANCELLED")
        if state == "RUNNING":
            kill_session(int((job / "pid").read_text()))
    return code


def node_fails(words: list[str]) -> int:
    """Let a node lose its power: all that runs there is killed, and the queue learns it."""
    for job in JOBS.iterdir():
        if (job / "node").read_text() == words[0] and state_of(job) == "RUNNING":
            send(int((job / "daemon").read_text()), signal.SIGKILL)
            leader = int((job / "pid").read_text())
            for number in (leader, *children_of(leader)):
                send(number, signal.SIGKILL)
            if state_of(job) == "RUNNING":
                tell(job, "NODE_FAIL")
    return 0


def kill_session(leader: int) -> None:
    """End all processes of a job, as the daemon of the node does: SIGTERM, and SIGKILL after a while."""
    members = [*reversed(children_of(leader)), leader]
    for number in members:
        send(number, signal.SIGTERM)
        time.sleep(0.05)  # long enough that a process ends before the one above it hears of it
    deadline = time.monotonic() + KILL_WAIT
    while time.monotonic() < deadline and any(Path(f"/proc/{number}").exists() for number in members):
        time.sleep(0.02)
    for number in members:
        send(number, signal.SIGKILL)


def children_of(parent: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True).stdout
    children = [int(word) for word in listed.split()]
    return [*children, *(number for child in children for number in children_of(child))]


def send(number: int, what: signal.Signals) -> None:
    try:
        os.kill(number, what)
    except ProcessLookupError:
        return


def state_of(job: Path) -> str:
    return (job / "state").read_text()


def tell(job: Path, state: str) -> None:
    beside = job / f".state.{os.getpid()}"
    beside.write_text(state)
    beside.replace(job / "state")


def fail(program: str, *lines: str) -> int:
    for line in lines:
        print(f"{program}: error: {line}", file=sys.stderr)
    return 1


def main() -> int:
    program = Path(sys.argv[0]).name
    JOBS.mkdir(parents=True, exist_ok=True)
    programs = {"sbatch": sbatch, "squeue": squeue, "scancel": scancel, "node_fails": node_fails}
    return programs[program](sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
