"""A PostgreSQL of the lab's own, made by tests/lib/postgres: how it is asked, killed and started again."""
import os
import pathlib
import signal
import subprocess
import time

TOOL = str(pathlib.Path(__file__).parent.parent / "lib" / "postgres")
BIN = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))


def other_part(postgres):
    """Where a second one stands."""
    return {"pg": "pg2", "pg2": "pg"}[postgres.part]


class Postgres:
    def __init__(self, network, part, folder):
        self.network, self.part, self.folder = network, part, str(folder)
        self.is_on_tcp = network.is_partable
        self.database = "korsdrag"
        self.killed = []  # ours to reap: a dead postmaster that nobody reaps passes for a living one

    def make(self):
        self.tool("start", str(os.getpid()))
        with open(f"{self.folder}/data/postgresql.conf", "a") as conf:
            conf.write("wal_level = replica\nmax_wal_senders = 8\n")  # it may get a standby
            if self.is_on_tcp:
                conf.write("listen_addresses = '*'\n")
        with open(f"{self.folder}/data/pg_hba.conf", "a") as hba:
            hba.write("host all all 10.77.0.0/24 trust\n")
        self.restart()
        self.tool("newdb", self.database)
        return self

    def follow(self, primary):
        """This one is a standby, and the primary's commits wait for it."""
        self.database = primary.database
        self.tool("standby", primary.folder, str(os.getpid()))
        primary.tool("synchronous", "standby")
        return self

    def tool(self, verb, *words, is_checked=True):
        done = subprocess.run([*self.network.prefix(self.part), TOOL, verb, self.folder, *words],
                              capture_output=True, text=True)
        if is_checked and done.returncode != 0:
            raise RuntimeError(f"tests/lib/postgres {verb}: {done.stderr.strip()}")
        return done.returncode == 0

    def socket(self):
        return f"{self.folder}/.s.PGSQL.5432"

    def host(self):
        """Over the lab's network where that can be cut, else by its socket."""
        return self.network.address(self.part) if self.is_on_tcp else self.folder

    def url(self, role="korsdrag", host=None, more=""):
        """How a program of the lab finds it."""
        host = host or self.host()
        return f"host={host} dbname={self.database} user={role}{more}"

    def local(self, role="postgres", database=None):
        """The same past all networks, for who looks from outside."""
        return f"host={self.folder} dbname={database or self.database} user={role}"

    def lines(self, statement, database=None):
        """The rows of one text column."""
        done = subprocess.run([str(BIN / "psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", self.local(database=database), "-c", statement],
                              capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{statement[:200]}: {done.stderr.strip()}")
        return done.stdout.splitlines()

    def value(self, statement, database=None):
        return self.lines(statement, database)[0]

    def run_file(self, text, role="postgres"):
        done = subprocess.run([str(BIN / "psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", self.local(role), "-f", "-"],
                              input=text, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip())

    # --- faults --------------------------------------------------------------------------------------------------

    def postmaster(self):
        """None: it does not run."""
        try:
            pid = int(open(f"{self.folder}/data/postmaster.pid").readline())
            return pid if "postgres" in open(f"/proc/{pid}/comm").read() else None
        except (OSError, ValueError):
            return None

    def is_up(self):
        return subprocess.run([str(BIN / "pg_isready"), "-q", "-h", self.folder]).returncode == 0

    def backends(self):
        """Those that serve the nodes."""
        try:
            return [int(pid) for pid in self.lines(
                "SELECT pid FROM pg_stat_activity WHERE usename = 'korsdrag' ORDER BY pid", database="postgres")]
        except RuntimeError:
            return []

    def processes(self):
        postmaster = self.postmaster()
        if not postmaster:
            return []
        try:
            children = open(f"/proc/{postmaster}/task/{postmaster}/children").read().split()
        except OSError:
            children = []
        return [postmaster, *map(int, children)]

    def kill_postmaster(self):
        self.killed += self.processes()
        pid = self.postmaster()
        if pid:
            os.kill(pid, signal.SIGKILL)

    def reap(self):
        left = []
        for pid in self.killed:
            try:
                if os.waitpid(pid, os.WNOHANG) == (0, 0):
                    left.append(pid)
            except ChildProcessError:
                pass
        self.killed = left

    def up(self, patience_s=60):
        """After a kill the last backend of the old server has to be gone first."""
        deadline = time.monotonic() + patience_s
        self.reap()
        while not self.tool("up", is_checked=False):
            if time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL does not start: see {self.folder}/log")
            time.sleep(0.1)
            self.reap()

    def down(self):
        self.tool("down")

    def restart(self):
        self.down()
        self.up()

    def stop(self):
        for pid in self.processes():
            os.kill(pid, signal.SIGCONT)
        self.reap()
        self.tool("stop", is_checked=False)
