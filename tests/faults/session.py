"""Trials on one lab, one after the other, and what they come to."""
import time
import traceback

import crew
import scenarios
from lab import Lab, until
from trial import Trial


class Session:
    def __init__(self, build, seed, is_verbose, keeps_logs, tell):
        """tell(lines, counts) takes what is to be printed, and what is to be added up."""
        self.seed, self.is_verbose, self.keeps_logs, self.tell = seed, is_verbose, keeps_logs, tell
        self.lab = Lab(build)

    def say(self, text):
        if self.is_verbose:
            self.tell([f"    {text}"], {})

    def begin(self):
        lab = self.lab
        lab.start()
        crew.people(lab.postgres)
        # What the same work leaves behind when nothing goes wrong: twice, as what is kept for reuse is there then.
        for again in range(2):
            trial = Trial(lab, "calm", self.seed + again, self.say)
            trial.under_load([], seconds=1.5, rate=20)
            if trial.complaints:
                raise RuntimeError(f"already without faults: {trial.complaints[0]}")
        until(lambda: all(n.metrics().get("korsdrag_net_connections") == 0 for n in lab.nodes), "the people do not leave", 20)
        self.baseline = {n.part: (n.resident(), n.descriptors()) for n in lab.nodes}

    def run(self, name, seed, more):
        trial = Trial(self.lab, name, seed, self.say)
        began = time.monotonic()
        try:
            scenarios.ALL[name](trial, **more)
            trial.aftermath(self.baseline)
        except scenarios.Skipped as why:
            self.tell([f"skipped {name}: {why}"], {"skipped": 1})
            return
        except Exception as error:  # whatever it is, this one has failed and the next may go on
            trial.complaints.append("".join(traceback.format_exception(error)).strip())
        trial.notes.append(f"{time.monotonic() - began:.1f} s, seed {seed}")
        lines = list(trial.report())
        if trial.complaints or self.keeps_logs:
            lines.append(f"    logs: {self.lab.save_logs(f'{name}-{seed}')}")
        self.tell(lines, {"not ok" if trial.complaints else "ok": 1, "kills": trial.kills, "acked": trial.acked, "recoveries": trial.recoveries})

    def end(self):
        self.lab.close()
