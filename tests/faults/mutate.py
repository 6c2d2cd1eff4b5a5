#!/usr/bin/python3
"""Connections that begin like any other and go wrong somewhere: octets changed, left out, doubled, put in, cut off.

    mutate.py --count N --seed N --token TOKEN ADDRESS:PORT

Prints how many connections were made, how many were answered at all, and how many became WebSockets, as JSON.
"""
import argparse
import asyncio
import json
import os
import random
import socket
import struct

from wsclient import frame

AT_ONCE = 100
PATIENCE_S = 0.5
BOARD = "board:00000000-0000-7000-8000-00000000f002"
CALLS = [("me.get", {}), ("thread.list", {"filter": "mine"}), ("stream.open", {"stream": BOARD, "since": 3}), ("board.list", {}),
         ("card.move", {"board": BOARD[6:], "card": BOARD[6:], "x": 1, "y": -1, "order": "a1", "op": BOARD[6:]}),
         ("post.preview", {"text": "*a* [b](http://c.d) | e\n-|-\n1. f"}), ("presence.set", {"stream": BOARD, "cursor": {"x": 1.5, "y": 2}}),
         ("feed.watch", {"topics": ["threads", "boards"]}), ("member.list", {"query": "å"})]
PATHS = ["/ws", "/ready", "/metrics", "/", "/sign-in", "/auth/sign-in", "/board/x", "/../etc/passwd"]
BITS = [b"\0", b"\r\n", b"\r\n\r\n", b"\n", b" ", b"\x80", b"\xff" * 8, b"%00", b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n",
        b"Upgrade: h2c\r\n", b"\x88\x80\0\0\0\0", b"\x89\xfe\xff\xff", b"\x81\xff\x7f" + b"\xff" * 7, b"\xed\xa0\x80", b"[" * 40, b"1e999", b"\\u0000", b'"op":']


def handshake(rng, token):
    head = ["GET /ws HTTP/1.1", "Host: localhost:8080", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Protocol: korsdrag.v1"]
    if rng.random() < 0.9:
        head.append(f"Authorization: Bearer {token}")
    else:
        head += ["Origin: http://localhost:8080", f"Cookie: __Host-korsdrag={token}"]
    return "\r\n".join(head).encode() + b"\r\n\r\n"


def talk(rng):
    """What would be said after the handshake."""
    said = b""
    for _ in range(rng.randint(0, 4)):
        method, params = rng.choice(CALLS)
        text = json.dumps({"jsonrpc": "2.0", "id": rng.randint(1, 9), "method": method, "params": params}).encode()
        if rng.random() < 0.3:
            text = mutated(rng, text)
        if rng.random() < 0.2:  # in fragments
            cut = rng.randint(0, len(text))
            said += b"\x01" + frame(1, text[:cut])[1:] + frame(0, text[cut:])
        else:
            said += frame(rng.choice([1, 1, 1, 1, 2, 9]), text)
    return said + (frame(8, struct.pack(">H", rng.choice([1000, 1001, 999, 5000]))) if rng.random() < 0.3 else b"")


def request(rng):
    return (f"{rng.choice(['GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'CONNECT'])} {rng.choice(PATHS)} HTTP/1.{rng.choice('1110')}\r\n"
            f"Host: localhost:8080\r\nContent-Length: {rng.choice([0, 2, 7])}\r\nSec-Fetch-Site: same-origin\r\n\r\n{{}}").encode()


def mutated(rng, data):
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 4, 8])):
        at = rng.randrange(len(data) + 1)
        what = rng.randrange(6)
        if what == 0 and at < len(data):
            data[at] ^= 1 << rng.randrange(8)
        elif what == 1 and at < len(data):
            data[at] = rng.randrange(256)
        elif what == 2:
            del data[at:at + rng.randint(1, 8)]
        elif what == 3:
            data[at:at] = rng.choice(BITS)
        elif what == 4:
            data[at:at] = data[at:at + rng.randint(1, 40)]
        elif rng.random() < 0.5:
            del data[at:]
    return bytes(data)


def cut(rng, data):
    cuts = sorted(rng.randrange(len(data) + 1) for _ in range(rng.choice([0, 0, 0, 1, 2])))
    return [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)])]


async def say(writer, rng, data):
    for piece in cut(rng, data):
        writer.write(piece)
        await asyncio.sleep(0)


async def one(address, port, rng, token, count):
    hello = handshake(rng, token) if rng.random() < 0.8 else request(rng)
    if rng.random() < 0.4:
        hello = mutated(rng, hello)
    said = talk(rng)
    if said and rng.random() < 0.8:
        said = mutated(rng, said)
    try:
        reader, writer = await asyncio.open_connection(address, port)
    except OSError:
        count["refused"] += 1
        return
    # No TIME_WAIT is left behind: there are more connections than ports.
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    count["made"] += 1
    try:
        await say(writer, rng, hello)
        if rng.random() < 0.9:  # who talks at once is refused, but may try
            answer = await asyncio.wait_for(reader.read(4096), PATIENCE_S)
            count["answered"] += bool(answer)
            count["upgraded"] += answer.startswith(b"HTTP/1.1 101")
        await say(writer, rng, said)
        if rng.random() < 0.7:
            await asyncio.wait_for(reader.read(4096), PATIENCE_S * rng.random())
    except (OSError, asyncio.TimeoutError):
        pass
    writer.transport.abort()


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("address")
    options = parser.parse_args()
    address, port = options.address.rsplit(":", 1)
    count = {"made": 0, "answered": 0, "upgraded": 0, "refused": 0}
    rng = random.Random(options.seed)
    seeds = iter([rng.getrandbits(64) for _ in range(options.count)])

    async def some():
        for seed in seeds:
            await one(address, int(port), random.Random(seed), options.token, count)

    await asyncio.gather(*(some() for _ in range(AT_ONCE)))
    print(json.dumps(count), flush=True)
    os._exit(0)


asyncio.run(main())
