#!/usr/bin/python3
"""People who write to boards and threads, whatever happens to the servers, and who remember every answer.

    writers.py --clients N --rate OPS --seed N --record FILE --views FILE ADDRESS:PORT …

Each change has an op; one whose outcome is not known is sent again with it, wherever the writer is connected by then. Two
writers are one member, on two connections: now and then a change goes to both nodes at once, or is sent again long after
its answer; the answer must be the first one. Each writer keeps its board and thread as it hears of them.

Prints "writing" once all have begun. Standard input says "stop": then all is answered, and "quiet" is printed; then the heads
of the streams as a line of JSON: once every writer has heard that far, what each sees goes to the file of views. The
file of the record has a line of JSON for each op, and for each thing that must not be.
"""
import argparse
import asyncio
import json
import os
import random
import sys
import time

import replay
import wsclient

SILENCE_S = 8        # an answer that takes longer will not come: within 5 s even a node without its database says so
LATE_S = 0.5         # after its change was begun, an event that is heard so much later is written down
UNDER_WAY = 4        # changes of one writer that wait for their answer
ANSWERED_S = 90      # in the end, for all
HEARD_S = 30
CARDS = 120          # on a board, then no more are made
AGAIN = {-32020, -32021, -32029}  # busy, unavailable, rate limited: the same op again
NO = {-32003, -32004, -32009, -32013}  # forbidden, not found, conflict, too large
COLOURS = ["kalk", "ockra", "puts", "gronjord", "arg", "himmel", "skymning"]
ORDER = "123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def token(member):
    return f"{member:04d}".rjust(43, "f")


def new_id(rng):
    """A UUIDv7."""
    h = f"{time.time_ns() // 1000000:012x}7{rng.getrandbits(12):03x}{0x8000 | rng.getrandbits(14):04x}{rng.getrandbits(48):012x}"
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


class Change:
    def __init__(self, op, method, params):
        self.op, self.method, self.params = op, method, {**params, "op": op}
        self.begun, self.tries, self.answer = time.monotonic(), 0, None


class Crew:
    def __init__(self, options):
        self.options = options
        self.rng = random.Random(options.seed)
        self.record = open(options.record, "w")
        self.addresses = [a.rsplit(":", 1) for a in options.addresses]
        self.is_writing = self.is_open = True
        self.space = "00000000-0000-7000-8000-00000000f001"
        self.boards = [new_id(self.rng) for _ in range(max(1, options.clients // 5))]
        self.threads = [new_id(self.rng) for _ in range(max(1, options.clients // 10))]
        self.deleted = {board: [] for board in self.boards}
        self.begun = {}  # op: when
        self.writers = [Writer(self, i) for i in range(options.clients)]

    def write(self, **what):
        self.record.write(json.dumps(what) + "\n")

    def notice(self, **what):
        self.write(at=time.monotonic(), **what)

    def wrong(self, text):
        self.write(wrong=text)

    async def make_places(self):
        """Whatever happens meanwhile."""
        first = self.writers[0]
        changes = [Change(new_id(self.rng), "board.create", {"board": b, "space": self.space, "title": "Tavla"}) for b in self.boards]
        changes += [Change(new_id(self.rng), "thread.create",
                           {"thread": t, "post": new_id(self.rng), "space": self.space, "title": "Tråd", "text": "Hej"}) for t in self.threads]
        for change in changes:
            first.send(change)
        while first.pending:
            await asyncio.sleep(0.05)

    async def run(self, commands):
        self.writers[0].follows = []
        first = asyncio.create_task(self.writers[0].stay_connected())
        await self.make_places()
        self.writers[0].follows = self.writers[0].streams
        self.writers[0].connection.drop()
        tasks = [first] + [asyncio.create_task(w.stay_connected()) for w in self.writers[1:]]
        while not all(w.is_following for w in self.writers):
            await asyncio.sleep(0.02)
        print("writing", flush=True)
        tasks += [asyncio.create_task(w.keep_writing()) for w in self.writers]
        for task in tasks:
            task.add_done_callback(self.task_ended)
        assert (await commands.readline()).strip() == b"stop"
        self.is_writing = False
        await self.until(lambda: not any(w.pending for w in self.writers), ANSWERED_S)
        for writer in self.writers:
            for change in list(writer.pending.values()):
                self.wrong(f"{change.method} got no answer in {ANSWERED_S} s: {change.op}")
                writer.settle(change, "unknown")
        print("quiet", flush=True)
        heads = json.loads(await commands.readline())
        await self.until(lambda: all(w.has_heard(heads) for w in self.writers), HEARD_S)
        with open(self.options.views, "w") as views:
            for w in self.writers:
                for stream, view in w.views.items():
                    views.write(json.dumps([w.index, stream, w.seqs[stream], view]) + "\n")
        self.is_open = False
        self.record.close()

    def task_ended(self, task):
        if not task.cancelled() and task.exception():
            self.wrong(f"a writer fell over: {task.exception()!r}")
            print(repr(task.exception()), file=sys.stderr)

    @staticmethod
    async def until(condition, patience_s):
        deadline = time.monotonic() + patience_s
        while not condition() and time.monotonic() < deadline:
            await asyncio.sleep(0.05)


class Writer:
    def __init__(self, crew, index):
        self.crew, self.index = crew, index
        self.rng = random.Random(crew.options.seed * 1000 + index)
        self.member = index // 2
        self.board = crew.boards[self.member % len(crew.boards)]
        self.thread = crew.threads[self.member % len(crew.threads)]
        self.streams = self.follows = [f"board:{self.board}", f"thread:{self.thread}"]
        self.views, self.seqs = {}, {}
        self.pending = {}
        self.sections, self.posts = [], {}  # own ones
        self.connection, self.is_following = None, False

    @property
    def twin(self):
        other = self.index ^ 1
        return self.crew.writers[other] if other < len(self.crew.writers) else self

    def has_heard(self, heads):
        return all(self.seqs.get(stream) == heads[stream.split(":")[1]] for stream in self.streams)

    # --- hearing ----------------------------------------------------------------------------------------------------

    def apply(self, stream, events):
        for event in events:
            if event["seq"] != self.seqs[stream] + 1:
                self.crew.wrong(f"writer {self.index} heard {event['seq']} after {self.seqs[stream]} on {stream}")
            self.seqs[stream] = event["seq"]
            late = time.monotonic() - self.crew.begun.get(event.get("op"), float("inf"))
            if late > LATE_S:
                self.crew.notice(late=late, writer=self.index)
            try:
                replay.apply(self.views[stream], event["type"], event["body"])
            except (KeyError, ValueError) as error:
                # Of a long thread only the latest posts are known.
                if not event["type"].startswith("post."):
                    self.crew.wrong(f"writer {self.index} cannot apply {event['type']} {event['seq']} of {stream}: {error!r}")

    def heard(self, notice):
        params = notice["params"]
        if notice["method"] == "stream.events":
            if params["stream"] in self.seqs:
                self.apply(params["stream"], params["events"])
        elif notice["method"] == "stream.closed":
            self.crew.wrong(f"writer {self.index} was closed out of {params['stream']}: {params['reason']}")

    async def follow(self, stream):
        params = {"stream": stream}
        if stream in self.seqs:
            params["since"] = self.seqs[stream]
        while True:
            try:
                await asyncio.wait_for(self.connection.ask("stream.open", params, lambda answer: self.opened(stream, answer)), SILENCE_S)
                return
            except wsclient.Refused as no:
                if no.code not in AGAIN:
                    raise
                await asyncio.sleep(0.2)

    def opened(self, stream, answer):
        if "snapshot" in answer:
            self.views[stream] = replay.of_snapshot(answer["snapshot"])
            if answer["seq"] < self.seqs.get(stream, 0):
                self.crew.wrong(f"writer {self.index} had {self.seqs[stream]} of {stream}, and is told {answer['seq']}: events were lost")
            self.seqs[stream] = answer["seq"]
        else:
            self.apply(stream, answer["events"])
            if self.seqs[stream] != answer["seq"]:
                self.crew.wrong(f"writer {self.index} was told of {stream} up to {answer['seq']} and got {self.seqs[stream]}")

    async def stay_connected(self):
        turn, wait = self.index, 0.1
        while self.crew.is_open:
            address, port = self.crew.addresses[turn % len(self.crew.addresses)]
            turn += 1
            try:
                self.connection = await wsclient.connect(address, int(port), token(self.member), self.heard)
                for stream in self.follows:
                    await self.follow(stream)
                wait = 0.1
                self.is_following = bool(self.follows)
                for change in list(self.pending.values()):
                    self.send(change)
                await self.watch()
            except (ConnectionError, asyncio.TimeoutError, wsclient.Refused):
                pass
            if self.is_following and self.crew.is_open:
                self.crew.notice(lost=self.index, code=self.connection.close_code)
            self.is_following = False
            if self.connection:
                self.connection.drop()
            await asyncio.sleep(wait * self.rng.random())
            wait = min(wait * 2, 2)

    async def watch(self):
        while self.crew.is_open and not self.connection.closed.done():
            await asyncio.wait([self.connection.closed], timeout=0.5)
            oldest = min((c.sent for c in self.pending.values() if c.tries), default=None)
            if oldest is not None and time.monotonic() - max(oldest, self.connection.heard_at) > SILENCE_S:
                return

    # --- writing ------------------------------------------------------------------------------------------------------

    def settle(self, change, outcome, answer=None):
        if self.pending.pop(change.op, None):
            change.answer = (outcome, answer)
            self.crew.write(op=change.op, member=self.member, method=change.method, outcome=outcome, tries=change.tries,
                            begun=change.begun, answered=time.monotonic(),
                            seq=answer.get("seq") if isinstance(answer, dict) else None)
        elif change.answer and change.answer != (outcome, answer) and change.answer[0] != "unknown":
            self.crew.wrong(f"{change.method} {change.op} was answered {change.answer}, and then {(outcome, answer)}")

    def answered(self, change, future):
        if future.cancelled():
            return
        error = future.exception()
        if error is None:
            self.settle(change, "done", future.result())
        elif isinstance(error, wsclient.Refused):
            if error.code in NO:
                self.settle(change, "refused", error.code)
            elif error.code in AGAIN:
                self.crew.notice(again=error.code, after=time.monotonic() - change.sent)
                if change.op in self.pending:
                    asyncio.get_running_loop().call_later(0.1 + 0.4 * self.rng.random(), self.send_again, change)
            else:
                self.crew.wrong(f"{change.method} {change.op} was answered {error}")
                self.settle(change, "unknown")

    def send_again(self, change):
        if change.op in self.pending and self.connection and not self.connection.closed.done():
            self.send(change)

    def send(self, change, by=None):
        if not change.answer:
            self.pending[change.op] = change
            self.crew.begun.setdefault(change.op, change.begun)
        connection = (by or self).connection
        change.sent = time.monotonic()
        if connection and connection.opened.done() and not connection.closed.done():
            change.tries += 1
            connection.ask(change.method, change.params).add_done_callback(lambda future: self.answered(change, future))

    async def keep_writing(self):
        while self.crew.is_writing:
            await asyncio.sleep(self.rng.expovariate(self.crew.options.rate))
            if not self.crew.is_writing or len(self.pending) >= UNDER_WAY or not self.is_following:
                continue
            change = Change(new_id(self.rng), *self.choose())
            self.send(change)
            luck, again = self.rng.random(), self.crew.options.again
            if luck < again / 2:
                self.send(change, by=self.twin)
            elif luck < again:
                asyncio.get_running_loop().call_later(4 * self.rng.random(), self.send, change, self.rng.choice([self, self.twin]))

    # --- what to write --------------------------------------------------------------------------------------------------

    def choose(self):
        pick = self.rng.choices([self.post, self.make_card, self.change_card, self.remove_card, self.section], [20, 15, 50, 8, 7])
        return pick[0]()

    def place(self):
        return {"x": self.rng.randint(-5000, 5000), "y": self.rng.randint(-5000, 5000),
                "order": "a" + self.rng.choice(ORDER) + "".join(self.rng.choices(ORDER, k=4))}

    def some_section(self):
        sections = list(self.views[self.streams[0]]["sections"])
        return {"section": self.rng.choice(sections)} if sections and self.rng.random() < 0.7 else {}

    def make_card(self):
        if len(self.views[self.streams[0]]["cards"]) >= CARDS:
            return self.change_card()
        return "card.create", {"board": self.board, "card": new_id(self.rng), "text": f"Kort av {self.index}",
                               "colour": self.rng.choice(COLOURS), **self.place(), **self.some_section()}

    def change_card(self):
        cards = self.views[self.streams[0]]["cards"]
        if not cards:
            return "card.create", {"board": self.board, "card": new_id(self.rng), "text": "", "colour": "kalk", **self.place()}
        card = self.rng.choice(list(cards))
        which = {"board": self.board, "card": card}
        luck = self.rng.random()
        if luck < 0.6:
            return "card.move", {**which, **self.place(), **self.some_section()}
        if luck < 0.8:
            return "card.edit", {**which, "text": f"Ändrat av {self.index} {self.rng.random():.4f}", "revision": cards[card]["revision"]}
        if luck < 0.9:
            return "card.recolour", {**which, "colour": self.rng.choice(COLOURS)}
        return "card.resize", {**which, "width": self.rng.randint(80, 2000), "height": self.rng.randint(60, 2000)}

    def remove_card(self):
        gone, cards = self.crew.deleted[self.board], self.views[self.streams[0]]["cards"]
        if gone and self.rng.random() < 0.5:
            return "card.restore", {"board": self.board, "card": gone.pop(self.rng.randrange(len(gone)))}
        if not cards:
            return self.make_card()
        card = self.rng.choice(list(cards))
        gone.append(card)
        return "card.delete", {"board": self.board, "card": card}

    def section(self):
        luck, board = self.rng.random(), {"board": self.board}
        if self.sections and luck < 0.2:
            return "section.delete", {**board, "section": self.sections.pop(self.rng.randrange(len(self.sections)))}
        if self.sections and luck < 0.6:
            return "section.change", {**board, "section": self.rng.choice(self.sections), **self.place()}
        section = new_id(self.rng)
        self.sections.append(section)
        return "section.create", {**board, "section": section, "title": "Ruta", "width": 300, "height": 200, **self.place()}

    def post(self):
        luck, thread = self.rng.random(), {"thread": self.thread}
        if self.posts and luck < 0.15:
            post = self.rng.choice(list(self.posts))
            self.posts[post] += 1
            return "post.edit", {**thread, "post": post, "text": f"Bättre {self.rng.random():.4f}", "revision": self.posts[post] - 1}
        if self.posts and luck < 0.22:
            post = self.rng.choice(list(self.posts))
            del self.posts[post]
            return "post.delete", {**thread, "post": post}
        post = new_id(self.rng)
        self.posts[post] = 1
        return "post.create", {**thread, "post": post, "text": f"Inlägg av *{self.index}* {self.rng.random():.4f}"}


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--rate", type=float, default=10)
    parser.add_argument("--again", type=float, default=0.1, help="share of the changes that are sent twice")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--record", required=True)
    parser.add_argument("--views", required=True)
    parser.add_argument("addresses", nargs="+")
    commands = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    await Crew(parser.parse_args()).run(commands)
    os._exit(0)  # connections need no goodbye


asyncio.run(main())
