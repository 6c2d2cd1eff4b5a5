"""What can be done to a lab. A fault begins, lasts a while and ends; one that is made from a random generator is the same each
time that the generator begins with the same seed."""
import os
import signal
import subprocess

from lab import RESTART_S


class Fault:
    """`name` is what the plan says of it; `lasts` is in seconds."""

    def __init__(self, name, lasts, begin, end=lambda: None, target=None):
        self.name, self.lasts, self.begin, self.end, self.target = name, lasts, begin, end, target or name

    def __str__(self):
        return f"{self.name} for {self.lasts:.2f} s"


def hit(pid, signum):
    try:
        os.kill(pid, signum)
    except ProcessLookupError:
        pass


# --- the end of a process ------------------------------------------------------------------------------------------

def kill_part(lab, part):
    """A node or NATS, started again as by a supervisor."""
    process = lab.part(part)

    def begin():
        process.kill()
        process.running.wait()

    def end():
        if not process.pid:
            lab.restart(process)
    return Fault(f"kill -9 {part}", RESTART_S, begin, end, part)


def kill_backend(lab, index):
    """One of the processes that serve the nodes: PostgreSQL ends all others and recovers by itself."""
    def begin():
        backends = lab.postgres.backends()
        if backends:
            hit(backends[index % len(backends)], signal.SIGKILL)
    return Fault(f"kill -9 backend {index}", 0, begin, target="pg")


def kill_postmaster(lab):
    return Fault("kill -9 postmaster", RESTART_S, lab.postgres.kill_postmaster, lab.postgres.up, "pg")


def random_kill(lab, rng):
    what = rng.choices(["node", "backend", "postmaster", "nats"], [45, 30, 12, 13])[0]
    if what == "node":
        return kill_part(lab, rng.choice(lab.nodes).part)
    if what == "backend":
        return kill_backend(lab, rng.randrange(1000))
    return kill_postmaster(lab) if what == "postmaster" else kill_part(lab, "nats")


# --- time stands still ----------------------------------------------------------------------------------------------

def pause_part(lab, part, seconds):
    process = lab.part(part)
    return Fault(f"SIGSTOP {part}", seconds, process.pause, process.resume, part)


def pause_postgres(lab, seconds):
    """All its processes: the machine stands still."""
    stopped = []

    def begin():
        stopped[:] = lab.postgres.processes()
        for pid in stopped:
            hit(pid, signal.SIGSTOP)

    def end():
        for pid in stopped:
            hit(pid, signal.SIGCONT)
    return Fault("SIGSTOP PostgreSQL", seconds, begin, end, "pg")


# --- orderly ends ---------------------------------------------------------------------------------------------------

def restart_postgres(lab, seconds):
    return Fault("restart PostgreSQL", seconds, lab.postgres.down, lab.postgres.up, "pg")


def restart_part(lab, part, seconds):
    process = lab.part(part)

    def begin():
        process.kill(signal.SIGTERM)

    def end():
        process.running.wait(timeout=60)
        lab.restart(process)
    return Fault(f"restart {part}", seconds, begin, end, part)


# --- the network ------------------------------------------------------------------------------------------------------

def part(lab, a, b, seconds, to_and_fro=True):
    """Nothing passes between two, and nobody is told; or from a to b only."""
    if lab.network.is_partable:
        return Fault(f"cut {a} {'-' if to_and_fro else '>'} {b}", seconds, lambda: lab.network.cut(a, b, to_and_fro),
                     lambda: lab.network.heal(a, b, to_and_fro), f"{a}-{b}")
    wire = lab.wire(a, b)
    return Fault(f"freeze {a} - {b}", seconds, lambda: wire.tell("freeze"), lambda: wire.tell("thaw"), f"{a}-{b}")


def unplug(lab, part, seconds):
    """A machine falls off the network."""
    return Fault(f"unplug {part}", seconds, lambda: lab.network.unplug(part, True), lambda: lab.network.unplug(part, False), part)


def delay(lab, a, b, ms, seconds):
    wire = lab.wire(a, b)
    return Fault(f"delay {a} - {b} by {ms} ms", seconds, lambda: wire.tell(f"delay {ms}"), lambda: wire.tell("delay 0"), f"{a}-{b}")


def cut_wire(lab, a, b):
    """All its connections end, at both sides."""
    wire = lab.wire(a, b)
    return Fault(f"reset {a} - {b}", 0, lambda: wire.tell("cut"), target=f"{a}-{b}")


# --- resources --------------------------------------------------------------------------------------------------------

def limit(node, what, value):
    """A soft limit of a running process: it can be raised again."""
    subprocess.run(["prlimit", "--pid", str(node.pid), f"--{what}={value}:"], check=True)


def no_descriptors(node, left, seconds):
    """As if all were taken: but for a few, nothing more can be opened."""
    before = []

    def begin():
        before[:] = [open(f"/proc/{node.pid}/limits").read().split("Max open files")[1].split()[0]]
        limit(node, "nofile", node.descriptors() + left)
    return Fault(f"no descriptors but {left} on {node.part}", seconds, begin, lambda: limit(node, "nofile", before[0]), node.part)


def no_memory(node, left_kb, seconds):
    """As if all were taken: the process's address space may hardly grow."""
    def begin():
        size = int(open(f"/proc/{node.pid}/statm").read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        limit(node, "as", size + (left_kb << 10))
    return Fault(f"no memory but {left_kb} KB on {node.part}", seconds, begin, lambda: limit(node, "as", "unlimited"), node.part)
