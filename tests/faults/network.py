"""Where the parts of a lab stand, and what lies between them.

Namespaces: each part has a network namespace of its own; a bridge in another one joins them, so that any two can be parted
and any one taken off the wire, and the host's own network sees nothing of it. Wants root, iproute2 and nftables.

Loopback: all parts on 127.0.0.1. Nothing can be parted; who can say so is is_partable.
"""
import collections
import contextlib
import ctypes
import os
import re
import shutil
import socket
import subprocess

CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def do(*words, text=None):
    done = subprocess.run(words, input=text, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


class Loopback:
    is_partable = False

    def address(self, part):
        return "127.0.0.1"

    def prefix(self, part):
        return []

    @contextlib.contextmanager
    def inside(self, part):
        yield

    def port(self, part):
        """One that nobody listens on: with SO_REUSEPORT two nodes would share it without a word."""
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            return s.getsockname()[1]

    def close(self):
        pass


class Namespaces:
    is_partable = True

    def __init__(self, parts):
        self.sweep()
        self.parts = list(parts)
        self.name = f"kdf{os.getpid()}"
        self.hub = f"{self.name}-hub"
        self.home = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        do("ip", "netns", "add", self.hub)
        self.cuts = collections.Counter()  # by way: two faults may cut the same
        try:
            self.build()
        except Exception:
            self.close()
            raise

    @staticmethod
    def why_not():
        """None: namespaces can be had here. Else the reason in words."""
        if os.geteuid() != 0:
            return "network namespaces want root"
        for program in ("ip", "nft"):
            if not shutil.which(program):
                return f"{program} is not installed"
        probe = f"kdf{os.getpid()}-try"
        try:
            do("ip", "netns", "add", probe)
            try:
                do("ip", "-n", probe, "link", "add", "br0", "type", "bridge")
                do("ip", "-n", probe, "link", "add", "v0", "type", "veth", "peer", "name", "v1")
                do("ip", "netns", "exec", probe, "nft", "add table bridge faults")
            finally:
                do("ip", "netns", "del", probe)
        except RuntimeError as error:
            return str(error)
        return None

    @staticmethod
    def sweep():
        """What one of us left behind that was killed."""
        for name in os.listdir("/run/netns") if os.path.isdir("/run/netns") else []:
            ours = re.match(r"kdf(\d+)-", name)
            if ours and not os.path.exists(f"/proc/{ours[1]}"):
                subprocess.run(["ip", "netns", "del", name], capture_output=True)

    def build(self):
        lines = ["link add br0 type bridge", "link set br0 up"]
        for i, part in enumerate(self.parts):
            name = self.namespace(part)
            do("ip", "netns", "add", name)
            lines += [f"link add v{i} type veth peer name eth0 netns {name}", f"link set v{i} master br0 up"]
        do("ip", "-n", self.hub, "-batch", "-", text="\n".join(lines) + "\n")
        for part in self.parts:
            do("ip", "-n", self.namespace(part), "-batch", "-",
               text=f"link set lo up\nlink set eth0 up\naddr add {self.address(part)}/24 dev eth0\n")
        self.nft("""table bridge faults {
            set cut { type ipv4_addr . ipv4_addr; }
            chain forward { type filter hook forward priority 0; ip saddr . ip daddr @cut drop; }
        }""")

    def nft(self, text):
        do("ip", "netns", "exec", self.hub, "nft", "-f", "-", text=text)

    def namespace(self, part):
        return f"{self.name}-{part}"

    def address(self, part):
        return f"10.77.0.{self.parts.index(part) + 1}"

    def prefix(self, part):
        return ["ip", "netns", "exec", self.namespace(part)]

    def port(self, part):
        return 8080

    @contextlib.contextmanager
    def inside(self, part):
        """Sockets made meanwhile by this thread are the part's for good."""
        with open(f"/run/netns/{self.namespace(part)}") as there:
            if libc.setns(there.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")
        try:
            yield
        finally:
            if libc.setns(self.home, CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")

    def ways(self, a, b, to_and_fro):
        pairs = [(a, b), (b, a)] if to_and_fro else [(a, b)]
        return [f"{self.address(x)} . {self.address(y)}" for x, y in pairs]

    def cut(self, a, b, to_and_fro=True):
        """Nothing passes from a to b any more (and back), and nobody is told."""
        self.cuts.update(self.ways(a, b, to_and_fro))
        self.nft(f"add element bridge faults cut {{ {', '.join(self.ways(a, b, to_and_fro))} }}")

    def heal(self, a, b, to_and_fro=True):
        self.cuts.subtract(self.ways(a, b, to_and_fro))
        if whole := [way for way in self.ways(a, b, to_and_fro) if self.cuts[way] == 0]:
            self.nft(f"delete element bridge faults cut {{ {', '.join(whole)} }}")

    def unplug(self, part, is_out):
        do("ip", "-n", self.hub, "link", "set", f"v{self.parts.index(part)}", "down" if is_out else "up")

    def close(self):
        for part in self.parts:
            subprocess.run(["ip", "netns", "del", self.namespace(part)], capture_output=True)
        subprocess.run(["ip", "netns", "del", self.hub], capture_output=True)
        os.close(self.home)


def network_for(parts):
    """Namespaces where they can be had; the reason why not otherwise."""
    why_not = Namespaces.why_not()
    return (Loopback(), why_not) if why_not else (Namespaces(parts), None)
