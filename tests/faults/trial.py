"""One scenario being tried on a lab: its seed, its faults, and what was found wrong."""
import bisect
import random
import re
import signal
import time

import check
from crew import Crew, token
from lab import until
from plan import play

GROWTH_BYTES = 16 << 20  # what a node may have grown over what the same work without faults leaves
COMPLAINTS = 12          # printed of each scenario

# Lines that a node may not write whatever happens to it; what is away is an error, and rightly said to be.
SUSPICIOUS = re.compile(r" error (?!database is away|call |cannot start.*database cannot be (?:reached|checked))|AddressSanitizer|runtime error|Assertion|LeakSanitizer")
# Gauges that tell of somebody being here.
PEOPLE = ("korsdrag_signed_in_connections", "korsdrag_subscriptions", "korsdrag_net_connections", "korsdrag_net_queue_bytes",
          "korsdrag_db_queue", "korsdrag_db_in_transaction")


class Trial:
    tolerance = GROWTH_BYTES

    def __init__(self, lab, name, seed, say):
        self.lab, self.name, self.seed, self.say = lab, name, seed, say
        self.rng = random.Random(f"{name} {seed}")
        self.complaints, self.notes = [], []
        self.expected = []  # words of a line that may be in a node's log for once
        self.acked = self.kills = 0
        self.recoveries = []  # seconds
        self.began = {n.part: n.running for n in lab.nodes}
        self.log_sizes = {n.part: len(open(n.log, errors="replace").read()) for n in lab.nodes}

    def complain(self, complaints):
        self.complaints += complaints

    def must(self, condition, text):
        if not condition:
            self.complaints.append(text)

    # --- load and faults ------------------------------------------------------------------------------------------

    def under_load(self, faults, seconds=0, patience_s=60, **load):
        """Plays the plan while people write, then asks whether all is as it should be. Gives the crew."""
        crew = Crew(self.lab, self.name, self.seed, **load)
        try:
            play(faults, self.say, seconds)
            self.heal(patience_s)
            crew.finish()
        finally:
            crew.end()
        self.judge(crew)
        return crew

    def heal(self, patience_s):
        began = time.monotonic()
        until(self.lab.is_ready, "the lab does not heal", patience_s)
        self.say(f"        healed {time.monotonic() - began:.2f} s after the last fault was over")

    def judge(self, crew):
        count = crew.count()
        self.acked += count["done"]
        self.notes.append(f"{count['done']} ops acknowledged, {count['refused']} refused")
        self.must(count["done"] > 0, "nothing was acknowledged")
        self.complain(crew.check())
        self.complain(check.journals(self.lab.postgres))
        self.complain(check.replays(self.lab.postgres, crew.streams()))
        self.complain(check.fresh_views(self.lab, token(0), crew.streams()))

    def recovered(self, crew, kills):
        """From each kill until all nodes are ready and somebody's change, begun after it, is acknowledged."""
        acked = sorted(crew.acked_at())
        begun = [b for b, _ in acked]
        for killed, ready in kills:
            after = acked[bisect.bisect_left(begun, killed):]
            answered = min((answer for _, answer in after), default=float("inf"))
            self.recoveries.append(max(ready, answered) - killed)

    def said(self, node):
        """Its log since the trial began."""
        return open(node.log, errors="replace").read()[self.log_sizes[node.part]:]

    # --- the nodes afterwards ---------------------------------------------------------------------------------------

    def aftermath(self, baseline):
        """Nobody is left, nothing is held on to, nothing strange was said."""
        for node in self.lab.nodes:
            self.must(node.pid, f"{node.part} is not running: {node.running.returncode}")
            if not node.pid:
                continue
            self.complain(f"{node.part} ended by itself with {status}\n{where}" for status, where in node.exits if status not in (1, -signal.SIGKILL))
            node.exits.clear()
            left = {}

            def nobody(node=node):
                metrics = node.metrics()
                left.clear()
                left.update({name: metrics[name] for name in PEOPLE if metrics.get(name, 0) > 0})
                return metrics and not left
            try:
                until(nobody, "", 20, 0.1)
            except RuntimeError:
                self.complaints.append(f"{node.part} still holds {left}")
            self.residue(node, baseline)
            self.complain(f"{node.part} logs: {line}" for line in self.said(node).splitlines()
                          if SUSPICIOUS.search(line) and not any(words in line for words in self.expected))
        if reports := self.lab.reports():
            self.complaints.append(f"a sanitizer reports: {reports[:3000]}")

    def residue(self, node, baseline):
        resident, descriptors = baseline[node.part]
        try:
            until(lambda: node.descriptors() <= descriptors, "", 15, 0.1)
        except RuntimeError:
            self.complaints.append(f"{node.part} has {node.descriptors()} descriptors, and had {descriptors}")
        grown = node.resident() - resident
        self.must(node.env or grown <= GROWTH_BYTES, f"{node.part} has grown by {grown >> 10} KB to {node.resident() >> 10} KB")

    def report(self):
        """Lines to print."""
        word = "not ok" if self.complaints else "ok"
        yield f"{word} {self.name}: {'; '.join(self.notes)}"
        for complaint in self.complaints[:COMPLAINTS]:
            yield f"    {complaint[-1500:]}"
        if len(self.complaints) > COMPLAINTS:
            yield f"    and {len(self.complaints) - COMPLAINTS} more"
        if self.complaints:
            yield f"    again: tests/faults/run --seed {self.seed} {self.name}"
