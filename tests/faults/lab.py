"""A lab: nodes, NATS and PostgreSQL, each a process that can be hurt, in a folder that goes with it."""
import contextlib
import ctypes
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from network import network_for
from postgres import Postgres

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
libc = ctypes.CDLL(None)
READY_S = 60
RESTART_S = 0.1  # how long whoever supervises waits before starting again what has died


def die_with_us():
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def leave_a_core():
    die_with_us()
    most = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))


def until(condition, what, patience_s=READY_S, step_s=0.02):
    deadline = time.monotonic() + patience_s
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what}: not within {patience_s:g} s")
        time.sleep(step_s)
    return value


class Process:
    """One that is started, killed, paused, and started again with the same log."""

    def __init__(self, lab, part):
        self.lab, self.part, self.running = lab, part, None
        self.log = f"{lab.folder}/{part}.log"

    @property
    def pid(self):
        return self.running.pid if self.running and self.running.poll() is None else None

    def spawn(self, words, env=None):
        with open(self.log, "ab") as log:
            self.running = subprocess.Popen([*self.lab.network.prefix(self.part), *words], stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, env={**os.environ, **(env or {})}, cwd=self.lab.folder, preexec_fn=leave_a_core)

    def kill(self, signum=signal.SIGKILL):
        if self.pid:
            os.kill(self.pid, signum)

    def end(self):
        if self.running:
            self.running.kill()
            self.running.wait()

    def pause(self):
        self.kill(signal.SIGSTOP)

    def resume(self):
        self.kill(signal.SIGCONT)

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def resident(self):
        """Bytes."""
        return int(open(f"/proc/{self.pid}/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Nats(Process):
    def __init__(self, lab):
        super().__init__(lab, "nats")
        self.port = lab.network.port("nats")

    def start(self):
        address = self.lab.network.address("nats")
        self.spawn(["nats-server", "-a", address, "-p", str(self.port)])
        until(lambda: self.lab.answers("nats", address, self.port), "nats-server")


class Wire(Process):
    """What lies between a node and one that it speaks to, when that is to be late or frozen: see wire.py."""
    ports = {"database": 15432, "nats": 14222}

    def __init__(self, lab, node, server):
        super().__init__(lab, node)
        self.log = f"{lab.folder}/wires.log"
        self.port = self.ports[server] if lab.network.is_partable else lab.network.port(node)
        if server == "nats":
            target = f"{lab.network.address('nats')}:{lab.nats.port}"
        else:
            target = f"{lab.postgres.host()}:5432" if lab.network.is_partable else lab.postgres.socket()
        with open(self.log, "ab") as log:
            self.running = subprocess.Popen([*lab.network.prefix(node), str(ROOT / "tests/faults/wire.py"), f"127.0.0.1:{self.port}", target],
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, preexec_fn=die_with_us)
        if self.running.stdout.readline().strip() != "ready":
            raise RuntimeError(f"the wire from {node} to {server} does not begin: {tail(self.log)}")

    def tell(self, line):
        self.running.stdin.write(line + "\n")
        self.running.stdin.flush()


class Node(Process):
    def __init__(self, lab, part):
        super().__init__(lab, part)
        self.port = lab.network.port(part)
        self.program = lab.program
        self.database = None  # where it finds PostgreSQL; None: where it is
        self.bus = None       # likewise; "": none, which PostgreSQL then is
        self.env = {}
        self.settings = ""
        self.exits = []       # of those that ended by themselves

    def url(self):
        return f"ws://{self.lab.network.address(self.part)}:{self.port}/ws"

    def start(self, is_waiting=True):
        conf = f"{self.lab.folder}/{self.part}.conf"
        with open(conf, "w") as f:
            f.write(self.lab.settings(self))
        report = f"log_path={self.lab.folder}/report:detect_leaks=1:strict_string_checks=1:handle_abort=1"
        self.spawn([str(self.program), "serve"], {
            "KORSDRAG_CONFIG": conf, "ASAN_OPTIONS": report, "UBSAN_OPTIONS": f"log_path={self.lab.folder}/report:print_stacktrace=1",
            "LSAN_OPTIONS": f"suppressions={ROOT}/tests/lib/lsan.supp:print_suppressions=0", **self.env})
        if is_waiting:
            self.wait_ready()

    def wait_ready(self, patience_s=READY_S):
        def is_there():
            if self.running.poll() is not None:
                raise RuntimeError(f"{self.part} ended with {self.running.returncode}: {tail(self.log)}")
            return self.is_ready()
        until(is_there, f"{self.part} is not ready", patience_s)

    def get(self, path):
        """Status and body; None when nobody answers."""
        return self.lab.http_get(self.part, self.lab.network.address(self.part), self.port, path)

    def is_ready(self):
        answer = self.get("/ready")
        return answer is not None and answer[0] == 200

    def metrics(self):
        """name{labels}: value; {} when it does not say."""
        answer = self.get("/metrics")
        lines = answer[1].splitlines() if answer and answer[0] == 200 else []
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line and line[0] != "#")}

    def stop(self):
        """SIGTERM; how it ended."""
        self.kill(signal.SIGTERM)
        return self.running.wait(timeout=60)


def tail(path, lines=12):
    return "\n".join(open(path, errors="replace").read().splitlines()[-lines:])


class Lab:
    def __init__(self, build, nodes=2):
        self.program = ROOT / "build" / build / "korsdragd"
        self.client = ROOT / "build" / build / "korsdrag"
        libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # whom a killed one leaves behind comes to us, to be reaped
        self.cleanup = contextlib.ExitStack()
        self.folder = tempfile.mkdtemp(prefix="korsdrag-faults.", dir="/tmp")
        os.chmod(self.folder, 0o755)  # PostgreSQL is another user
        self.parts = ["pg", "pg2", "nats", *(f"n{i + 1}" for i in range(nodes)), "people"]
        self.wires = {}
        try:
            self.network, self.why_not_partable = network_for(self.parts)
            self.cleanup.callback(self.network.close)
            self.postgres = Postgres(self.network, "pg", f"{self.folder}/pg").make()
            self.cleanup.callback(lambda: self.postgres.stop())  # whichever it is by then
            self.nats = Nats(self)
            self.nodes = [Node(self, f"n{i + 1}") for i in range(nodes)]
        except Exception:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.close()

    def close(self):
        for process in self.processes():
            process.end()
        self.cleanup.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def save_logs(self, name):
        """A copy that stays: logs, settings, records."""
        there = ROOT / ".cache" / "faults" / name
        shutil.rmtree(there, ignore_errors=True)
        there.mkdir(parents=True)
        for path in pathlib.Path(self.folder).iterdir():
            if path.is_file():
                shutil.copy(path, there)
        shutil.copy(f"{self.postgres.folder}/log", there / "postgres.log")
        return there

    def processes(self):
        return [p for p in [*getattr(self, "nodes", []), getattr(self, "nats", None)] if p]

    def part(self, name):
        return next(p for p in self.processes() if p.part == name)

    # --- starting ---------------------------------------------------------------------------------------------------

    def settings(self, node):
        address = self.network.address
        bus = node.bus if node.bus is not None else f"nats://{address('nats')}:{self.nats.port}"
        return "\n".join([
            f"listen = {address(node.part)}:{node.port}", "listen_anywhere = yes", f"node = {node.part}",
            "origins = http://localhost:8080", f"mail.folder = {self.folder}", "log.level = info",
            f"database.url = {node.database or self.postgres.url()}", f"bus.servers = {bus}" if bus else "",
            "rate.read = 0", "rate.write = 0", "rate.live = 0", "rate.heavy = 0",
            "limit.connections_per_address = 20000", "limit.connections_per_member = 0",
            "drain = 20s", "drain.spread = 1s", node.settings, ""])

    def restart(self, process):
        """What has ended, as a supervisor would: without waiting until it is of use."""
        process.start(is_waiting=False) if isinstance(process, Node) else process.start()

    def supervise(self):
        """A node that finds no database at its start says so and ends: it is started again, as systemd would."""
        for node in self.nodes:
            if not node.pid:
                node.exits.append((node.running.returncode, self.last_words(node)))
                time.sleep(RESTART_S)
                self.restart(node)

    def last_words(self, node):
        """Where a node was when it crashed, if it left a core behind and there is a debugger."""
        text = ""
        for core in pathlib.Path(self.folder).glob("core*"):
            if shutil.which("gdb"):
                words = ["gdb", "-batch", "-ex", "bt 25", str(node.program), str(core)]
                text += "\n".join(line for line in subprocess.run(words, capture_output=True, text=True).stdout.splitlines() if line[:1] == "#")
            core.unlink()
        return text

    def is_ready(self):
        """Everything runs and every node has its database and its bus."""
        self.supervise()
        return all(n.pid and (a := n.get("/ready")) and a[0] == 200 and '"connected":true' in a[1] for n in self.nodes)

    @contextlib.contextmanager
    def changed(self, nodes, **values):
        """Meanwhile these nodes run with other values of what a Node has."""
        before = [(n, {key: getattr(n, key) for key in values}) for n in nodes]
        try:
            for node in nodes:
                for key, value in values.items():
                    setattr(node, key, value)
            self.start_again(nodes)
            yield
        finally:
            for node, was in before:
                for key, value in was.items():
                    setattr(node, key, value)
            self.start_again(nodes)

    def start_again(self, nodes):
        for node in nodes:
            node.end()
            node.start(is_waiting=False)
        for node in nodes:
            node.wait_ready()

    @contextlib.contextmanager
    def wired(self):
        """Meanwhile the nodes reach PostgreSQL and NATS by wires that can be made late, or frozen."""
        self.wires = {(n.part, server): Wire(self, n.part, server) for n in self.nodes for server in ("database", "nats")}
        try:
            for node in self.nodes:
                node.database = self.postgres.url(host="127.0.0.1", more=f" port={self.wires[node.part, 'database'].port}")
                node.bus = f"nats://127.0.0.1:{self.wires[node.part, 'nats'].port}"
            self.start_again(self.nodes)
            yield
        finally:
            for node in self.nodes:
                node.database = node.bus = None
            self.start_again(self.nodes)
            for wire in self.wires.values():
                wire.end()

    def wire(self, node, server):
        return self.wires[node, server if server == "nats" else "database"]

    def operate(self, *words, role="korsdrag", program=None):
        """`korsdragd WORDS` as the operator: what it printed."""
        env = {**os.environ, "KORSDRAG_DATABASE_URL": self.postgres.local(role)}
        done = subprocess.run([str(program or self.program), *words], env=env, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"korsdragd {' '.join(words)}: {done.stderr.strip()}")
        return done.stdout

    def start(self):
        self.operate("migrate", role="korsdrag_owner")
        self.nats.start()
        for node in self.nodes:
            node.start(is_waiting=False)
        for node in self.nodes:
            node.wait_ready()
        return self

    # --- looking ------------------------------------------------------------------------------------------------------

    def answers(self, part, address, port):
        with self.network.inside(part), socket.socket() as s:
            s.settimeout(1)
            return s.connect_ex((address, port)) == 0

    def http_get(self, part, address, port, path, patience_s=2):
        with self.network.inside(part):
            s = socket.socket()
        with s:
            s.settimeout(patience_s)
            try:
                s.connect((address, port))
                s.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost:8080\r\nConnection: close\r\n\r\n".encode())
                answer = b""
                while piece := s.recv(1 << 16):
                    answer += piece
            except OSError:
                return None
        head, _, body = answer.partition(b"\r\n\r\n")
        status = re.match(rb"HTTP/1.1 (\d+)", head)
        return (int(status[1]), body.decode()) if status else None

    def reports(self):
        """What the sanitizers wrote."""
        return "".join(p.read_text(errors="replace") for p in pathlib.Path(self.folder).glob("report.*"))
