"""What lies between the parts is cut, late, or reset."""
import contextlib

import faults

REFUSED_S = 5.5  # D7: without PostgreSQL a change is refused within 5 s; the rest is the way to us
LATE_S = 3       # D7: without the bus an event is late by 2 s at most


def parts(trial):
    """Any two are parted at random, one way or both, and machines fall off the network."""
    lab, rng = trial.lab, trial.rng
    pg = lab.postgres.part
    pairs = [("n1", pg), ("n2", pg), ("n1", "nats"), ("n2", "nats")]
    if lab.network.is_partable:
        pairs += [("people", "n1"), ("people", "n2"), ("n1", "people"), (pg, "n2")]
    with partable(lab):
        plan = []
        for i in range(6):
            a, b = rng.choice(pairs)
            plan.append((0.3 + i * rng.uniform(0.4, 1), faults.part(lab, a, b, rng.uniform(0.3, 2), rng.random() < 0.6)))
        if lab.network.is_partable:
            plan.append((rng.uniform(2, 5), faults.unplug(lab, rng.choice(["n1", "n2", "nats", pg]), rng.uniform(0.3, 2))))
        trial.under_load(plan)


def partable(lab):
    """On loopback the wires are what can be frozen."""
    return contextlib.nullcontext() if lab.network.is_partable else lab.wired()


def without_database(trial):
    """Both nodes are cut off from PostgreSQL: they refuse within 5 s, keep everybody's connection, and heal by themselves."""
    lab = trial.lab
    with partable(lab):
        crew = trial.under_load([(0.5, faults.part(lab, n.part, lab.postgres.part, 6.5)) for n in lab.nodes])
    refused = crew.longest("after")
    trial.must(0 < refused <= REFUSED_S, f"a change was refused after {refused:.2f} s")
    trial.must(crew.lost() == 0, f"{crew.lost()} connections were lost")
    trial.notes.append(f"the slowest refusal came after {refused:.2f} s")


def without_bus(trial):
    """Both nodes are cut off from NATS: what happens on one is seen on the other within 2 s all the same."""
    lab = trial.lab
    with partable(lab):
        crew = trial.under_load([(0.5, faults.part(lab, n.part, "nats", 4)) for n in lab.nodes])
    late = crew.longest("late")
    trial.must(late <= LATE_S, f"an event was late by {late:.2f} s")
    trial.must(crew.lost() == 0, f"{crew.lost()} connections were lost")
    trial.notes.append(f"the latest event came after {late:.2f} s")


def delays(trial):
    """PostgreSQL and NATS are far away from a node, some connections are reset."""
    lab, rng = trial.lab, trial.rng
    with lab.wired():
        plan = [(0.3, faults.delay(lab, "n1", lab.postgres.part, rng.randint(20, 150), 4)), (0.5, faults.delay(lab, "n2", "nats", rng.randint(50, 400), 4)),
                (1.5, faults.delay(lab, "n2", lab.postgres.part, rng.randint(1, 30), 2))]
        plan += [(rng.uniform(0.5, 5), faults.cut_wire(lab, rng.choice(["n1", "n2"]), rng.choice([lab.postgres.part, lab.postgres.part, "nats"]))) for _ in range(4)]
        trial.under_load(plan)


SCENARIOS = {"parts": parts, "without-database": without_database, "without-bus": without_bus, "delays": delays}
