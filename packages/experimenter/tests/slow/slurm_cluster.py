"""A cluster of Slurm on this machine: a controller, two nodes on loopback, and munge."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

__all__ = ["PROGRAMS", "SlurmCluster"]

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "scontrol")
CONFIGURATION = """
ClusterName=loopback
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmctldPidFile={folder}/slurmctld.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdPidFile={folder}/slurmd.%n.pid
SlurmdLogFile={folder}/slurmd.%n.log
SlurmdSpoolDir={folder}/spool.%n
SlurmdParameters=config_overrides
StateSaveLocation={folder}/state
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SwitchType=switch/none
MpiDefault=none
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
ReturnToService=2
SchedulerParameters=sched_interval=1,bf_interval=1,sched_min_interval=100000
KillWait=5
TaskProlog={folder}/task_prolog
SlurmdTimeout=10
NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port={first} CPUs=4 RealMemory=1000
NodeName=n2 NodeHostname={host} NodeAddr=127.0.0.1 Port={second} CPUs=4 RealMemory=1000
PartitionName=main Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
"""

# Both nodes have one address here, so that their tasks need ports of their own.
TASK_PROLOG = """#!/bin/sh
[ "${SLURM_STEP_NUM_TASKS:-1}" = 2 ] || exit 0
port=$((20000 + SLURM_JOB_ID % 1000 * 2))
workers="\\"127.0.0.1:$port\\", \\"127.0.0.1:$((port + 1))\\""
task="{\\"type\\": \\"worker\\", \\"index\\": $SLURM_PROCID}"
echo "export TF_CONFIG={\\"cluster\\": {\\"worker\\": [$workers]}, \\"task\\": $task}"
"""


class SlurmCluster:
    """Starts the daemons, and stops them.

    Args:
        folder: An empty folder with a short path: that of a socket must not be longer than 107 bytes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._daemons: list[subprocess.Popen[bytes]] = []
        self._nodes: dict[str, subprocess.Popen[bytes]] = {}
        self.environment = {"SLURM_CONF": str(folder / "slurm.conf")}

    def start(self) -> None:
        """Start the cluster, and wait until both nodes are idle."""
        port, first, second = _free_ports(3)
        text = CONFIGURATION.format(
            folder=self._folder,
            host=socket.gethostname(),
            user=os.environ.get("USER", "root"),
            port=port,
            first=first,
            second=second,
        )
        (self._folder / "slurm.conf").write_text(text, encoding="utf-8")
        (self._folder / "task_prolog").write_text(TASK_PROLOG, encoding="utf-8")
        (self._folder / "task_prolog").chmod(0o755)
        for name in ("munge", "state", "spool.n1", "spool.n2"):
            (self._folder / name).mkdir(mode=0o700)
        key = self._folder / "munge/key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        munge = {name: f"{self._folder}/munge/{name}" for name in ("socket", "pid", "log", "seed")}
        self._start(
            *("munged", "--force", "--foreground", f"--key-file={key}", f"--socket={munge['socket']}"),
            *(f"--pid-file={munge['pid']}", f"--log-file={munge['log']}", f"--seed-file={munge['seed']}"),
        )
        _wait(Path(munge["socket"]).exists)
        self._start("slurmctld", "-D", "-c")
        for node in ("n1", "n2"):
            self._start_node(node)
        _wait(lambda: self._idle() == 2)

    def stop(self) -> None:
        """Cancel all jobs and stop the daemons."""
        subprocess.run(["scancel", "--me"], env=self._environment(), check=False)
        for daemon in reversed(self._daemons):
            daemon.terminate()
            try:
                daemon.wait(15)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()

    def kill_node(self, node: str) -> None:
        """Let a node lose its power, and come back once the controller misses its jobs."""
        jobs = self._jobs_of(node)
        daemon = self._nodes[node]
        daemon.kill()
        daemon.wait()
        self._daemons.remove(daemon)
        while processes := _processes_of(node):
            for number in processes:
                with suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)
        self._start_node(node)
        _wait(lambda: not jobs & self._jobs_of(node), 120)
        _wait(
            lambda: (
                self._told("sinfo", "--noheader", f"--nodes={node}", "--format=%T") in ("idle", "mixed", "allocated")
            )
        )

    def _start_node(self, node: str) -> None:
        self._nodes[node] = self._start("slurmd", "-D", "-N", node)

    def _jobs_of(self, node: str) -> set[str]:
        return set(self._told("squeue", "--noheader", f"--nodelist={node}", "--states=RUNNING", "--format=%A").split())

    def _start(self, program: str, *words: str) -> subprocess.Popen[bytes]:
        path = shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
        assert path, program
        with (self._folder / f"{program}.out").open("ab") as output:
            daemon = subprocess.Popen([path, *words], stdout=output, stderr=output, env=self._environment())
        self._daemons.append(daemon)
        return daemon

    def _idle(self) -> int:
        return self._told("sinfo", "--noheader", "--Node", "--format=%T").split().count("idle")

    def _told(self, *words: str) -> str:
        done = subprocess.run(words, capture_output=True, text=True, env=self._environment())
        return done.stdout.strip()

    def _environment(self) -> dict[str, str]:
        return {**os.environ, **self.environment}


def _processes_of(node: str) -> set[int]:
    """Numbers of the processes that Slurm has started for jobs on a node, with the daemons above them."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if f"SLURMD_NODENAME={node}".encode() not in (folder / "environ").read_bytes().split(b"\0"):
                continue
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            if state in "ZX":
                continue
            found.add(int(folder.name))
            if Path(f"/proc/{parent}/comm").read_text().strip() == "slurmstepd":
                found.add(int(parent))
    return found


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [found.getsockname()[1] for found in sockets]
    for found in sockets:
        found.close()
    return ports


def _wait(condition: object, seconds: float = 60.0) -> None:
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the cluster does not come up"
        time.sleep(0.1)
