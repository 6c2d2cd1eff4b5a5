"""What everything is made of runs out: disk, descriptors, memory; and the clock is not what it was."""
import contextlib
import os
import pathlib
import socket
import subprocess

import crew
import faults
from lab import until
from load import Load
from postgres import Postgres, other_part
from .skipped import Skipped

DISK = "size=192m"  # a fresh cluster takes some 40 MB, and its log of changes 16 MB a piece
CLOCK = "/usr/lib/*/faketime/libfaketimeMT.so.1"


@contextlib.contextmanager
def small_disk(lab):
    """Meanwhile the nodes have their database on a file system of its own that can be filled."""
    folder, was = f"{lab.folder}/small", lab.postgres
    os.mkdir(folder)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", DISK, "korsdrag-faults", folder], capture_output=True).returncode != 0:
        os.rmdir(folder)
        raise Skipped("a small file system wants mount, and mount wants root")
    try:
        lab.postgres = small = Postgres(lab.network, other_part(was), folder).make()
        try:
            lab.operate("migrate", role="korsdrag_owner")
            crew.people(small)
            lab.start_again(lab.nodes)
            yield small
        finally:
            lab.postgres = was
            lab.start_again(lab.nodes)
            small.stop()
    finally:
        subprocess.run(["umount", "-l", folder], capture_output=True)


def full(pg, seconds):
    """Not a block is left; and PostgreSQL wants a new piece of its log, without which it cannot go on at all."""
    ballast = f"{pg.folder}/ballast"

    def begin():
        subprocess.run(["dd", "if=/dev/zero", f"of={ballast}", "bs=64k"], capture_output=True)
        with contextlib.suppress(RuntimeError):
            pg.lines("SELECT pg_switch_wal()")

    def end():
        os.unlink(ballast)
        pg.up()
    return faults.Fault("full disk", seconds, begin, end, "pg")


def disk(trial):
    """PostgreSQL's disk is full for a while: nothing can be written, it may have to stop, and must come back with all it had."""
    with small_disk(trial.lab) as pg:
        made = trial.under_load([(0.7, full(pg, trial.rng.uniform(1.5, 2.5)))])
        # Somebody waited for an event, or was told to try again when the node had tried for too long itself.
        trial.must(any("late" in n or "again" in n for n in made.noticed), "the full disk was not noticed")
        trial.must("No space left on device" in open(f"{pg.folder}/log").read(), "the disk was not full")


def descriptors(trial):
    """A node can open nothing more: no connection of a client, none to PostgreSQL; then it can again."""
    lab, rng = trial.lab, trial.rng
    node = rng.choice(lab.nodes)
    plan = [(0.5, faults.no_descriptors(node, rng.randint(0, 3), 3))]
    plan += [(1 + rng.uniform(0, 1.5), faults.kill_backend(lab, rng.randrange(1000))), (2.2, knock(lab, node, 40))]
    trial.under_load(plan)
    trial.must(node.running is trial.began[node.part], f"{node.part} did not live through it")


def knock(lab, node, times):
    """So many people come at once, and stay a while."""
    guests = []

    def begin():
        for _ in range(times):
            with lab.network.inside("people"):
                s = socket.socket()
            s.setblocking(False)
            s.connect_ex((lab.network.address(node.part), node.port))
            guests.append(s)

    def end():
        for s in guests:
            s.close()
    return faults.Fault(f"{times} guests of {node.part}", 1, begin, end)


def crowd(lab, node, people, seconds):
    """So many come, open a board and a thread, and ask for lists: not all may get what they want."""
    load = []

    def begin():
        load.append(Load(lab, "reading", "--clients", people, "--ramp", 1, "--duration", 60, "--settle", 1, nodes=[node]))
    return faults.Fault(f"{people} readers of {node.part}", seconds, begin, lambda: load[0].end())


def memory(trial):
    """A node gets no more memory for a while: what does not fit is refused, and it lives on."""
    lab, rng = trial.lab, trial.rng
    node = rng.choice(lab.nodes)
    short = faults.no_memory(node, rng.choice([0, 64, 128]), 3)

    def is_noticed():
        answer = node.get("/metrics")
        return answer is None or answer[0] != 200 or "memory is short" in trial.said(node)

    def end(relax=short.end):
        # What was freed before may last a while.
        until(is_noticed, "memory was not short", 40, 0.2)
        relax()
    short.end = end
    trial.expected.append("answer failed")  # it was /metrics
    plan = [(0.5, short), (0.8, crowd(lab, node, 3000, 4)), (rng.uniform(1, 3), faults.kill_backend(lab, rng.randrange(1000)))]
    trial.under_load(plan, rate=20)
    trial.must(node.running is trial.began[node.part], f"{node.part} did not live through it")


def clock(trial):
    """A node's clock jumps by hours and days, forward and back."""
    library = next(iter(sorted(pathlib.Path("/").glob(CLOCK[1:]))), None)
    if not library:
        raise Skipped("libfaketime is not installed")
    lab, rng = trial.lab, trial.rng
    dial = f"{lab.folder}/clock"

    def turn(offset):
        def begin():
            with open(f"{dial}.new", "w") as f:
                f.write(offset + "\n")
            os.rename(f"{dial}.new", dial)
        return faults.Fault(f"clock {offset} s", 0, begin)
    turn("+0").begin()
    node = rng.choice(lab.nodes)
    env = {"LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": dial, "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    steps = rng.sample(["+3600", "-3600", "+86400", "-86400", "+40", "-40"], 6)
    with lab.changed([node], env=env):
        plan = [(0.5 + 0.5 * i + rng.uniform(0, 0.3), turn(step)) for i, step in enumerate([*steps, "+0"])]
        began = node.running
        trial.under_load(plan)
        trial.must(node.running is began, f"{node.part} did not live through it")
        trial.must(int(lab.postgres.value("SELECT count(*) FROM event WHERE at > now() + interval '10 min'")) > 0,
                   "the clock did not jump")


SCENARIOS = {"disk": disk, "descriptors": descriptors, "memory": memory, "clock": clock}
