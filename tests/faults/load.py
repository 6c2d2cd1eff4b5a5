"""korsdrag-load as the lab uses it: crowds, from where people are."""
import json
import subprocess

from crew import MEMBERS, token
from lab import ROOT, die_with_us


class Load:
    """`words` are a scenario and its flags; see korsdrag-load --help."""

    def __init__(self, lab, *words, nodes=None):
        self.json, self.log = f"{lab.folder}/load.json", f"{lab.folder}/load.log"
        tokens = f"{lab.folder}/tokens"
        with open(tokens, "w") as f:
            f.writelines(f"{token(i)}\n" for i in range(MEMBERS))
        self.words = [*lab.network.prefix("people"), str(ROOT / "build/release/korsdrag-load"), *map(str, words), "--quiet", "--tokens", tokens,
                      "--json", self.json, *(n.url() for n in nodes or lab.nodes)]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=die_with_us)

    def wait(self, patience_s=120):
        """Its figures; checks/held says whether all was as it must be."""
        try:
            status = self.process.wait(timeout=patience_s)
        finally:
            self.end()
        if status not in (0, 1):
            raise RuntimeError(f"korsdrag-load ended with {status}: {open(self.log, errors='replace').read()[-1000:]}")
        return json.load(open(self.json))

    def end(self):
        self.process.kill()
        self.process.wait()


def complaints(figures):
    for what, wrong in figures["checks"]["wrong"].items():
        if wrong["count"]:
            yield f"{wrong['count']} {what}; the first: {wrong['first']}"
