#!/usr/bin/python3
"""A length of wire: passes bytes between whoever connects and a server, late if told so.

    wire.py LISTEN-ADDRESS:PORT SERVER-ADDRESS:PORT | /path/of/socket

Reads from standard input, a line each: "delay MS" (each way), "freeze" (nothing passes, nothing is closed), "thaw",
"cut" (ends all connections). Prints "ready" when it listens. Ends with its standard input.
"""
import asyncio
import sys

PIECE = 64 << 10
UNDER_WAY = 256  # pieces on the wire, beyond which the sender has to wait


class Wire:
    def __init__(self, server):
        self.server = server
        self.delay = 0.0
        self.is_open = asyncio.Event()
        self.is_open.set()
        self.writers = set()

    async def dial(self):
        if self.server.startswith("/"):
            return await asyncio.open_unix_connection(self.server)
        host, port = self.server.rsplit(":", 1)
        return await asyncio.open_connection(host, int(port))

    async def take(self, near_reader, near_writer):
        self.writers.add(near_writer)
        far_writer = None
        try:
            await asyncio.sleep(self.delay)
            await self.is_open.wait()
            far_reader, far_writer = await self.dial()
            self.writers.add(far_writer)
            await asyncio.gather(self.carry(near_reader, far_writer), self.carry(far_reader, near_writer))
        except OSError:
            pass
        finally:
            for writer in (near_writer, far_writer):
                self.writers.discard(writer)
                if writer:
                    writer.close()

    async def carry(self, reader, writer):
        """Pieces keep their order and their distance: each is due a delay after it came."""
        due = asyncio.Queue()
        clock = asyncio.get_running_loop().time

        async def deliver():
            while True:
                when, piece = await due.get()
                await asyncio.sleep(max(0, when - clock()))
                await self.is_open.wait()
                if not piece:
                    writer.close()
                    return
                writer.write(piece)
                await writer.drain()

        delivering = asyncio.create_task(deliver())
        try:
            while not delivering.done() and (piece := await reader.read(PIECE)):
                due.put_nowait((clock() + self.delay, piece))
                while due.qsize() > UNDER_WAY and not delivering.done():
                    await asyncio.sleep(0.001)
        except OSError:
            pass
        due.put_nowait((clock() + self.delay, b""))
        await delivering

    def obey(self, words):
        if words[0] == "delay":
            self.delay = float(words[1]) / 1000
        elif words[0] == "freeze":
            self.is_open.clear()
        elif words[0] == "thaw":
            self.is_open.set()
        elif words[0] == "cut":
            for writer in list(self.writers):
                writer.transport.abort()


async def main(listen, server):
    wire = Wire(server)
    host, port = listen.rsplit(":", 1)
    listener = await asyncio.start_server(wire.take, host, int(port))
    commands = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    print("ready", flush=True)
    while line := await commands.readline():
        wire.obey(line.decode().split())
    listener.close()


asyncio.run(main(*sys.argv[1:]))
