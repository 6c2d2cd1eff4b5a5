"""Processes end at random moments, or stand still."""
import statistics
import time

import faults
from crew import Crew
from lab import until


def kills(trial, count=20, clients=20, rate=10):
    """kill -9 of nodes, backends, postmaster and NATS, now and then before all has healed from the one before."""
    lab, rng, times = trial.lab, trial.rng, []
    plan = [(faults.random_kill(lab, rng), rng.uniform(0.05, 0.7), rng.random() < 0.85) for _ in range(count)]
    crew = Crew(lab, trial.name, trial.seed, clients, rate)
    try:
        began = time.monotonic()
        for fault, gap, is_waiting in plan:
            time.sleep(gap)
            killed = time.monotonic()
            trial.say(f"{killed - began:7.2f} {fault.name}")
            fault.begin()
            time.sleep(fault.lasts)
            fault.end()
            if is_waiting:
                until(lab.is_ready, f"after {fault.name} the lab does not heal", 60)
                times.append((killed, time.monotonic()))
                trial.say(f"{time.monotonic() - began:7.2f} all ready, {time.monotonic() - killed:.2f} s after it")
        trial.heal(60)
        time.sleep(0.5)  # somebody has time to write after the last one
        crew.finish()
    finally:
        crew.end()
    trial.judge(crew)
    trial.kills += count
    trial.recovered(crew, times)
    trial.notes.append(f"{count} x kill -9; {recovery(trial.recoveries)}")


def recovery(seconds):
    if len(seconds) < 2:
        return "recovery not measured"
    cuts = statistics.quantiles(seconds, n=20, method="inclusive")
    return f"recovery p50 {statistics.median(seconds):.2f} s, p95 {cuts[18]:.2f} s, longest {max(seconds):.2f} s"


def pauses(trial):
    """SIGSTOP of each part, and of two at once."""
    lab, rng = trial.lab, trial.rng
    some = [faults.pause_part(lab, part, rng.uniform(0.3, 1.5)) for part in ("n1", "n2", "nats")] + [faults.pause_postgres(lab, rng.uniform(0.3, 1.5))]
    rng.shuffle(some)
    trial.under_load([(0.3 + 0.8 * i, fault) for i, fault in enumerate(some)])


def restarts(trial):
    """PostgreSQL, NATS and a node are ended in order and started again."""
    lab, rng = trial.lab, trial.rng
    some = [faults.restart_postgres(lab, rng.uniform(0.2, 1)), faults.restart_part(lab, "nats", rng.uniform(0.2, 1)),
            faults.restart_part(lab, rng.choice(lab.nodes).part, 0.1)]
    rng.shuffle(some)
    trial.under_load([(0.3 + 1.0 * i, fault) for i, fault in enumerate(some)])


SCENARIOS = {"kills": kills, "pauses": pauses, "restarts": restarts}
