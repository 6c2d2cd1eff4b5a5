"""What an operator does while people work: rolls nodes, fails over, migrates, restores a backup."""
import contextlib
import os
import shutil
import subprocess

import check
import faults
from crew import people
from lab import ROOT
from postgres import BIN, Postgres, other_part
from .skipped import Skipped

CACHE = ROOT / ".cache" / "faults"


def roll(trial):
    """Each node is drained and started again: all are moved, answered, and nobody is told to try again."""
    lab = trial.lab
    statuses = []

    def drain(node):
        def end():
            statuses.append(node.running.wait(timeout=30))
            node.start()
        return faults.Fault(f"drain {node.part}", 0, lambda: node.kill(faults.signal.SIGTERM), end, "nodes")
    crew = trial.under_load([(0.5 + i, drain(n)) for i, n in enumerate(lab.nodes)], again=0)
    trial.must(statuses == [0] * len(lab.nodes), f"the nodes ended with {statuses}")
    failed = [n["again"] for n in crew.noticed if "again" in n]
    trial.must(not failed, f"{len(failed)} changes were not done at once: {set(failed)}")
    trial.notes.append(f"{crew.lost()} connections moved, {sum(a['tries'] > 1 for a in crew.answers)} changes on the way were sent again")


def failover(trial):
    """The primary dies, freezes or is cut off; its synchronous standby is promoted, and has all that was acknowledged."""
    lab, rng = trial.lab, trial.rng
    old = lab.postgres
    new = Postgres(lab.network, other_part(old), f"{lab.folder}/pg-{trial.seed}").follow(old)
    url = old.url(host=f"{old.host()},{new.host()}", more=" target_session_attrs=read-write")
    way = rng.choice(["killed", "frozen", *(["cut off"] if lab.network.is_partable else [])])

    def begin():
        if way == "killed":
            old.kill_postmaster()
        elif way == "frozen":
            for pid in old.processes():
                faults.hit(pid, faults.signal.SIGSTOP)
        else:
            lab.network.unplug(old.part, True)

    def end():
        new.tool("promote")
        lab.postgres = new
    try:
        with lab.changed(lab.nodes, database=url):
            trial.under_load([(1, faults.Fault(f"primary {way}", rng.uniform(0.2, 1.5), begin, end))], seconds=4)
            trial.must(new.value("SELECT pg_is_in_recovery()") == "f", "the standby was not promoted")
    finally:
        if way == "cut off":
            lab.network.unplug(old.part, False)
        if lab.postgres is new:
            old.stop()
    trial.notes.append(f"the primary was {way}")


def backup(trial):
    """A dump that was made while people wrote is restored, and passes every check; damage to it does not."""
    lab = trial.lab
    dump = f"{lab.folder}/dump"
    fault = faults.Fault("pg_dump", 0, lambda: subprocess.run([str(BIN / "pg_dump"), "-Fc", "-f", dump, "-d", lab.postgres.local()], check=True))
    crew = trial.under_load([(1.5, fault)], seconds=3)
    restored = Postgres(lab.network, lab.postgres.part, lab.postgres.folder)
    restored.database = f"restored_{trial.seed}"
    restored.tool("newdb", restored.database)
    try:
        subprocess.run([str(BIN / "pg_restore"), "--exit-on-error", "-d", restored.local()], stdin=open(dump), check=True, capture_output=True)
        trial.complain(check.journals(restored))
        trial.complain(check.replays(restored, crew.streams()))
        trial.complain(check.pages(restored))
        kept = int(restored.value("SELECT count(*) FROM event"))
        trial.notes.append(f"{kept} events restored")
        damage(trial, restored, crew)
    finally:
        restored.lines(f"DROP DATABASE {restored.database} WITH (FORCE)", database="postgres")


def damage(trial, pg, crew):
    """Who finds nothing wrong has to be able to."""
    board = next(name for name in crew.streams() if name.startswith("board:"))
    thread = next(name for name in crew.streams() if name.startswith("thread:"))
    for what, statement, finder in (
            ("a changed card", f"UPDATE card SET x = x + 1 WHERE id = (SELECT id FROM card WHERE board_id = '{board[6:]}' AND deleted_at IS NULL LIMIT 1)",
             lambda: check.replays(pg, [board])),
            ("a changed post", f"UPDATE post SET text = 'x' WHERE thread_id = '{thread[7:]}' AND number = 1", lambda: check.replays(pg, [thread])),
            ("a head too far", f"UPDATE stream SET head = head + 1 WHERE id = '{thread[7:]}'", lambda: check.journals(pg)),
            ("a lost event", f"DELETE FROM event WHERE stream_id = '{board[6:]}' AND seq = 2", lambda: check.journals(pg)),
            ("a lost post", f"UPDATE thread SET post_count = post_count + 1 WHERE id = '{thread[7:]}'", lambda: check.journals(pg))):
        was = len(list(finder()))
        pg.lines(statement)
        trial.must(len(list(finder())) > was, f"{what} was not found out")
    crew.answers.append({"op": "00000000-0000-7000-8000-000000000bad", "method": "card.move", "outcome": "done", "seq": 1})
    trial.must(any(c.startswith("LOST") for c in crew.check_ops()), "a lost op was not found out")


# --- from one release to the next ---------------------------------------------------------------------------------------

def git(*words):
    done = subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""


def earlier_program():
    """korsdragd as it was before the newest migration, built once."""
    newest = git("log", "-1", "--format=%H", "--diff-filter=A", "--", "migrations")
    before = git("rev-parse", f"{newest}^") if newest else ""
    if not before:
        raise Skipped("there is no history here to take an earlier schema from")
    program = CACHE / before[:12] / "korsdragd"
    if not program.exists():
        source = CACHE / before[:12] / "source"
        shutil.rmtree(source.parent, ignore_errors=True)
        source.mkdir(parents=True)
        with subprocess.Popen(["git", "-C", str(ROOT), "archive", before], stdout=subprocess.PIPE) as archive:
            subprocess.run(["tar", "-x", "-C", str(source)], stdin=archive.stdout, check=True)
        with open(source.parent / "build.log", "w") as log:
            for words in (["cmake", "-S", str(source), "-B", str(source / "build"), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release"],
                          ["cmake", "--build", str(source / "build"), "--target", "korsdragd"]):
                subprocess.run(words, stdout=log, stderr=log, check=True)
        shutil.copy(source / "build" / "korsdragd", program)
        shutil.rmtree(source)
    return program


@contextlib.contextmanager
def earlier_database(lab, program):
    """Meanwhile the lab has a database with the schema of an earlier program, and nodes that run it."""
    was = lab.postgres.database
    lab.postgres.database = f"earlier_{os.urandom(4).hex()}"
    try:
        lab.postgres.tool("newdb", lab.postgres.database)
        lab.operate("migrate", role="korsdrag_owner", program=program)
        people(lab.postgres)
        with lab.changed(lab.nodes, program=program, bus=""):
            yield
    finally:
        lab.postgres.database = was
        lab.start_again(lab.nodes)


def migrate(trial):
    """The schema is brought up to date under the nodes of an earlier program, which are then replaced one by one."""
    lab = trial.lab
    program = earlier_program()

    def replace(node):
        def end():
            trial.must(node.running.wait(timeout=30) == 0, f"{node.part} ended with {node.running.returncode}")
            node.program, node.bus = lab.program, None
            node.start()
        return faults.Fault(f"replace {node.part}", 0, lambda: node.kill(faults.signal.SIGTERM), end, "nodes")
    with earlier_database(lab, program):
        versions = []
        step = faults.Fault("migrate", 0.5, lambda: versions.append(applied(lab)) or lab.operate("migrate", role="korsdrag_owner"), target="nodes")
        trial.under_load([(1, step)] + [(2 + i, replace(n)) for i, n in enumerate(lab.nodes)], seconds=4)
        versions.append(applied(lab))
    trial.must(versions[0] < versions[1], f"the schema was {versions[0]} and is {versions[1]}")
    trial.notes.append(f"schema {versions[0]} to {versions[1]}")


def applied(lab):
    return int(lab.postgres.value("SELECT max(version) FROM schema_migration"))


SCENARIOS = {"roll": roll, "failover": failover, "backup": backup, "migrate": migrate}
