"""People whose clients are slow, gone without a word, broken, hostile, or all there at once."""
import contextlib
import json
import subprocess
import time

import faults
from crew import Crew, token
from lab import ROOT, until
from load import Load, complaints

SLOW_BYTES = 288 << 10  # L1: for each who never reads


def again(trial):
    """Most changes are sent twice: at once to both nodes, or long after their answer; and a node dies meanwhile."""
    lab, rng = trial.lab, trial.rng
    trial.under_load([(rng.uniform(1, 3), faults.kill_part(lab, rng.choice(lab.nodes).part))], seconds=4, again=0.8)


def half_open(trial):
    """Everybody vanishes without a word: the nodes give them up, and all are served when they come again."""
    lab = trial.lab
    settings = "limit.ping = 1s\nlimit.dead = 3s"
    with lab.changed(lab.nodes, settings=settings):
        crew = Crew(lab, trial.name, trial.seed)
        try:
            time.sleep(1)
            gone = [faults.part(lab, "people", n.part, 0) for n in lab.nodes] if lab.network.is_partable else []
            for fault in gone:
                fault.begin()
            if not gone:
                faults.hit(crew.process.pid, faults.signal.SIGSTOP)  # nobody answers a ping any more
            began = time.monotonic()
            until(lambda: all(n.metrics().get("korsdrag_signed_in_connections") == 0 for n in lab.nodes), "the nodes keep who has vanished", 20, 0.1)
            trial.notes.append(f"given up after {time.monotonic() - began:.1f} s")
            for fault in gone:
                fault.end()
            if not gone:
                faults.hit(crew.process.pid, faults.signal.SIGCONT)
            time.sleep(1.5)
            crew.finish()
        finally:
            crew.end()
        trial.judge(crew)


PAIRS_MAX = 3  # of runs without and with slow readers: whoever does hold up the others does so in each of them


def slow(trial, readers=100):
    """Some never read. Those beside them feel nothing, and what waits for each has its bounds."""
    for _ in range(PAIRS_MAX):
        was, now = slow_pair(trial, readers)
        if is_unfelt(was, now):
            return
    trial.complain([f"ack p99 of the others went from {was:.0f} to {now:.0f} ms, the last of {PAIRS_MAX} times"])


def is_unfelt(was, now):
    """By the 99th percentiles in ms. The runs are short: of 360 answers the slowest three decide."""
    return now <= 1.2 * was + 60


def slow_pair(trial, readers):
    lab = trial.lab
    work = ["slow", "--clients", 2 * readers, "--boards", 1, "--writers", 10, "--rate", 6, "--mix", "edit=1", "--text", 1500,
            "--warmup", 0.5, "--duration", 6, "--seed", trial.seed]
    with small_buffers(lab):
        calm = Load(lab, *work, "--slow", 0).wait()
        before = {n.part: n.resident() for n in lab.nodes}
        behind = sum(n.metrics()["korsdrag_viewers_behind_total"] for n in lab.nodes)
        load = Load(lab, *work, "--slow", readers)
        most = dict(before)
        while load.process.poll() is None:
            for node in lab.nodes:
                most[node.part] = max(most[node.part], node.resident())
            time.sleep(0.1)
        busy = load.wait()
        behind = sum(n.metrics()["korsdrag_viewers_behind_total"] for n in lab.nodes) - behind
    trial.complain(complaints(busy))
    trial.must(behind >= readers or not lab.network.is_partable, f"only {behind:.0f} of {readers} were too slow")
    grown = sum(most[p] - before[p] for p in most)
    trial.must(grown <= readers * SLOW_BYTES + trial.tolerance, f"the nodes grew by {grown >> 20} MB for {readers} slow readers")
    was, now = (f["latency"]["ack"]["p99_ms"] for f in (calm, busy))
    trial.acked += busy["counts"]["acked"]
    trial.notes.append(f"{readers} who never read: {grown // readers >> 10} KB each, {behind:.0f} times behind, ack p99 of the others "
                       f"{was:.0f} -> {now:.0f} ms, {busy['counts']['acked']} ops acknowledged")
    return was, now


@contextlib.contextmanager
def small_buffers(lab):
    """The kernel keeps megabytes for a slow reader: here it keeps little, so that the node soon has to."""
    parts = [n.part for n in lab.nodes] + ["people"] if lab.network.is_partable else []
    sizes = {part: {} for part in parts}
    for part in parts:
        for name, value in (("tcp_wmem", "4096 16384 32768"), ("tcp_rmem", "4096 8192 16384")):
            sizes[part][name] = sysctl(lab, part, name)
            sysctl(lab, part, name, value)
    try:
        yield
    finally:
        for part in parts:
            for name, value in sizes[part].items():
                sysctl(lab, part, name, value)


def sysctl(lab, part, name, value=None):
    words = [*lab.network.prefix(part), "sysctl", "-n", f"net.ipv4.{name}" if value is None else f"net.ipv4.{name}={value}"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


def storm(trial, clients=1000):
    """All lose their connection at once and come back within a second, each to one of ten boards and threads."""
    lab = trial.lab
    load = Load(lab, "storm", "--clients", clients, "--boards", 10, "--threads", 10, "--seed", trial.seed, "--ramp", 5, "--duration", 8)
    figures = load.wait()
    trial.complain(complaints(figures))
    back = figures["latency"]["back"]
    trial.must(back["count"] >= clients, f"only {back['count']} of {clients} came back")
    trial.must(back["max_ms"] <= 10000, f"the last was back after {back['max_ms'] / 1000:.1f} s")
    trial.acked += figures["counts"]["acked"]
    trial.notes.append(f"{clients} back after p50 {back['p50_ms']:.0f} ms, p99 {back['p99_ms']:.0f} ms, the last {back['max_ms']:.0f} ms")


def mutations(trial, count=20000):
    """Connections gone wrong, to a node under sanitizers: no report, no end, and those beside them feel nothing."""
    lab = trial.lab
    node = lab.nodes[0]
    with lab.changed([node], program=ROOT / "build/debug/korsdragd", env={"UNCHECKED": "memory under sanitizers is not what it is else"}):
        crew = Crew(lab, trial.name, trial.seed, clients=6, rate=4)
        try:
            done = subprocess.run([*lab.network.prefix("people"), str(ROOT / "tests/faults/mutate.py"), "--count", str(count), "--seed", str(trial.seed),
                                   "--token", token(200), f"{lab.network.address(node.part)}:{node.port}"], capture_output=True, text=True)
            trial.must(node.pid, f"{node.part} ended")
            trial.heal(30)
            crew.finish()
        finally:
            crew.end()
        trial.judge(crew)
        trial.must(node.stop() == 0, f"{node.part} ended with {node.running.returncode}")
        node.start()
    made = json.loads(done.stdout) if done.returncode == 0 else trial.complaints.append(done.stderr) or {"made": 0}
    trial.must(made["made"] == count, f"only {made} of {count}")
    trial.must(made.get("upgraded", 0) > count // 10, f"only {made.get('upgraded')} became WebSockets")
    trial.notes.append(f"{made['made']} mutated connections, {made.get('answered')} answered, {made.get('upgraded')} became WebSockets")


SCENARIOS = {"again": again, "half-open": half_open, "slow": slow, "storm": storm, "mutations": mutations}
