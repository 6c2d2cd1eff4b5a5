"""The writers as the lab sees them: started, told to stop, and then held against the database."""
import collections
import json
import os
import subprocess
import threading

import check
import replay
from lab import ROOT, die_with_us

SPACE = "00000000-0000-7000-8000-00000000f001"
MEMBERS = 250
MORE = {"thread.create": 1}  # events of one command after its first, which has the op; the answer names the last


def token(member):
    return f"{member:04d}".rjust(43, "f")


def people(pg):
    """Members who are signed in by tokens, and a space open to all."""
    pg.run_file(f"""
        INSERT INTO organisation (id, kind, short, name) VALUES
            ('00000000-0000-7000-8000-00000000f000', 'administration', 'SLK', 'Stadsledningskontoret');
        INSERT INTO stream (id, kind) SELECT ('00000000-0000-7000-8000-0000000e' || lpad(n::text, 4, '0'))::uuid, 'member'
            FROM generate_series(0, {MEMBERS - 1}) AS n;
        INSERT INTO member (id, mail, name, organisation_id, signed_in_at)
            SELECT id, right(id::text, 4) || '@test.example', 'Medlem ' || right(id::text, 4), '00000000-0000-7000-8000-00000000f000', now()
            FROM stream WHERE kind = 'member' AND id::text LIKE '%-0000000e____';
        INSERT INTO session (id, member_id, hash, kind, name, expires_at)
            SELECT gen_random_uuid(), id, encode(sha256(convert_to(lpad(right(id::text, 4), 43, 'f'), 'UTF8')), 'hex'),
                   'token', 'test', now() + interval '1 year'
            FROM stream WHERE kind = 'member' AND id::text LIKE '%-0000000e____';
        INSERT INTO stream (id, kind) VALUES ('{SPACE}', 'space');
        INSERT INTO space (id, name, openness) VALUES ('{SPACE}', 'Alla', 'network');
        """)


class Crew:
    def __init__(self, lab, name, seed, clients=20, rate=10, again=0.1):
        self.lab, self.clients = lab, clients
        self.record, self.views = f"{lab.folder}/{name}.record", f"{lab.folder}/{name}.views"
        self.log = f"{lab.folder}/{name}.log"
        words = [*lab.network.prefix("people"), str(ROOT / "tests/faults/writers.py"), "--clients", str(clients), "--rate", str(rate),
                 "--again", str(again), "--seed", str(seed), "--record", self.record, "--views", self.views,
                 *(f"{lab.network.address(n.part)}:{n.port}" for n in lab.nodes)]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, preexec_fn=die_with_us)
        self.expect("writing", 60)

    def expect(self, word, patience_s):
        """The next line that they print."""
        watchdog = threading.Timer(patience_s, self.process.kill)
        watchdog.start()
        line = self.process.stdout.readline().strip()
        watchdog.cancel()
        if line != word:
            raise RuntimeError(f"the writers do not say \"{word}\" within {patience_s} s: {open(self.log).read()[-2000:]}")

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def finish(self):
        """All is answered and heard."""
        self.tell("stop")
        self.expect("quiet", 120)
        heads = dict(line.split("|") for line in self.lab.postgres.lines("SELECT id || '|' || head FROM stream"))
        self.tell(json.dumps({stream: int(head) for stream, head in heads.items()}))
        self.process.wait(timeout=60)
        self.answers, self.wrongs, self.noticed = [], [], []
        with open(self.record) as record:
            for line in record:
                one = json.loads(line)
                if "wrong" in one:
                    self.wrongs.append(one["wrong"])
                elif "op" in one:
                    self.answers.append(one)
                else:
                    self.noticed.append(one)

    def end(self):
        self.process.kill()
        self.process.wait()

    # --- what they know against what there is ----------------------------------------------------------------------

    def count(self):
        return collections.Counter(a["outcome"] for a in self.answers)

    def check(self):
        """Complaints: what the writers heard, each op once or not at all, each view the tables."""
        yield from self.wrongs
        yield from self.check_ops()
        yield from self.check_views()

    def check_ops(self):
        pg = self.lab.postgres
        stands = collections.defaultdict(list)
        for line in pg.lines("SELECT op || '|' || seq FROM event WHERE op IS NOT NULL"):
            op, seq = line.split("|")
            stands[op].append(int(seq))
        for a in self.answers:
            found = stands.get(a["op"], [])
            if a["outcome"] == "done" and not found:
                yield f"LOST: {a['method']} {a['op']} was acknowledged and is not there"
            elif a["outcome"] == "done" and found != [a["seq"] - MORE.get(a["method"], 0)]:
                yield f"{a['method']} {a['op']} was acknowledged as {a['seq']} and stands as {found}"
            elif a["outcome"] == "refused" and found:
                yield f"{a['method']} {a['op']} was refused and stands as {found}"
            if len(found) > 1:
                yield f"DOUBLED: {a['method']} {a['op']} stands as {found}"

    def check_views(self):
        tables, seen = {}, 0
        with open(self.views) as views:
            for line in views:
                writer, name, seq, view = json.loads(line)
                kind, stream = name.split(":")
                if name not in tables:
                    head = int(self.lab.postgres.value(f"SELECT head FROM stream WHERE id = '{stream}'"))
                    tables[name] = head, check.tables(self.lab.postgres, kind, stream)
                head, expected = tables[name]
                if kind == "thread":  # of long ones a writer knows what it has seen
                    view["posts"] = {**expected["posts"], **view["posts"]}
                if seq != head:
                    yield f"writer {writer} has heard {seq} of {head} of {name}"
                elif wrong := replay.difference(view, expected):
                    yield f"what writer {writer} sees of {name} and the tables differ: {wrong}"
                seen += 1
        if seen < 2 * self.clients:
            yield f"only {seen} views of {2 * self.clients} are known"

    def longest(self, what):
        """Of the seconds that were noticed: "late" of events, "after" of answers that said to ask again."""
        return max((n[what] for n in self.noticed if what in n), default=0)

    def lost(self):
        """Connections, once they followed their streams."""
        return sum("lost" in n for n in self.noticed)

    def acked_at(self):
        """When each acknowledged op was begun and answered, by the monotonic clock."""
        return [(a["begun"], a["answered"]) for a in self.answers if a["outcome"] == "done"]

    def streams(self):
        """"kind:id" of those they wrote to."""
        names = set()
        with open(self.views) as views:
            for line in views:
                names.add(json.loads(line)[1])
        return sorted(names)
