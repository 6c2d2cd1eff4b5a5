"""A client of the protocol for the tests here: JSON-RPC over one WebSocket, on asyncio."""
import asyncio
import base64
import json
import os
import struct

NO_MASK = b"\0\0\0\0"  # a mask like any other, and the payload stays as it is


def frame(opcode, payload):
    size = len(payload)
    head = bytes([0x80 | opcode])
    if size < 126:
        head += bytes([0x80 | size])
    elif size < 1 << 16:
        head += struct.pack(">BH", 0x80 | 126, size)
    else:
        head += struct.pack(">BQ", 0x80 | 127, size)
    return head + NO_MASK + payload


class Refused(Exception):
    def __init__(self, error):
        super().__init__(f"{error.get('code')} {error.get('message')}")
        self.code = error.get("code")


class Connection(asyncio.Protocol):
    """heard(notice) is called for each notice; `closed` is done when the line is gone."""

    def __init__(self, token, heard):
        self.token, self.heard = token, heard
        self.buffer, self.message = bytearray(), bytearray()
        self.waiting, self.last = {}, 0
        loop = asyncio.get_running_loop()
        self.opened, self.closed = loop.create_future(), loop.create_future()
        self.close_code = None
        self.heard_at = loop.time()

    # --- asyncio's side ----------------------------------------------------------------------------------------------

    def connection_made(self, transport):
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write((f"GET /ws HTTP/1.1\r\nHost: localhost:8080\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                         f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Protocol: korsdrag.v1\r\n"
                         f"Authorization: Bearer {self.token}\r\n\r\n").encode())

    def data_received(self, data):
        self.heard_at = asyncio.get_running_loop().time()
        self.buffer += data
        if not self.opened.done():
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            status = bytes(self.buffer[9:12])
            del self.buffer[:end + 4]
            if status != b"101":
                self.transport.abort()
                return
            self.opened.set_result(None)
        self.read_frames()

    def connection_lost(self, error):
        for future, _ in self.waiting.values():
            if not future.done():
                future.set_exception(ConnectionError("the line is gone"))
        self.waiting.clear()
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("no handshake"))
        if not self.closed.done():
            self.closed.set_result(None)

    # --- frames --------------------------------------------------------------------------------------------------------

    def read_frames(self):
        at, buffer = 0, self.buffer
        while len(buffer) - at >= 2:
            size, head = buffer[at + 1] & 0x7F, 2
            if size == 126:
                head = 4
            elif size == 127:
                head = 10
            if len(buffer) - at < head:
                break
            if head > 2:
                size = int.from_bytes(buffer[at + 2:at + head], "big")
            if len(buffer) - at < head + size:
                break
            first = buffer[at]
            payload = bytes(buffer[at + head:at + head + size])
            at += head + size
            self.take_frame(first, payload)
        del buffer[:at]

    def take_frame(self, first, payload):
        opcode = first & 0x0F
        if opcode == 9:
            self.transport.write(frame(10, payload))
        elif opcode == 8:
            self.close_code = int.from_bytes(payload[:2], "big") if len(payload) >= 2 else 0
            self.transport.write(frame(8, payload[:2]))
            self.transport.close()
        elif opcode in (0, 1):
            if first & 0x80 and not self.message:
                self.take_message(json.loads(payload))
                return
            self.message += payload
            if first & 0x80:
                whole = json.loads(self.message)
                self.message.clear()
                self.take_message(whole)

    def take_message(self, message):
        if "method" in message:
            self.heard(message)
            return
        future, at_once = self.waiting.pop(message.get("id"), (None, None))
        if future is None or future.done():
            return
        if "error" in message:
            future.set_exception(Refused(message["error"]))
        else:
            if at_once:
                at_once(message["result"])
            future.set_result(message["result"])

    # --- ours ------------------------------------------------------------------------------------------------------------

    def ask(self, method, params, at_once=None):
        """A future of the result. It ends with Refused, or ConnectionError. at_once is called with the result before any
        message is looked at that came after it."""
        self.last += 1
        future = asyncio.get_running_loop().create_future()
        if self.transport.is_closing():
            future.set_exception(ConnectionError("the line is gone"))
            return future
        self.waiting[self.last] = future, at_once
        self.transport.write(frame(1, json.dumps({"jsonrpc": "2.0", "id": self.last, "method": method, "params": params}).encode()))
        return future

    def drop(self):
        """As if the cable were cut."""
        self.transport.abort()


async def connect(address, port, token, heard, patience_s=6):
    loop = asyncio.get_running_loop()
    connection = None

    async def dial():
        nonlocal connection
        _, connection = await loop.create_connection(lambda: Connection(token, heard), address, port)
        await connection.opened

    try:
        await asyncio.wait_for(dial(), patience_s)
    except (OSError, asyncio.TimeoutError) as error:
        if connection:
            connection.drop()
        raise ConnectionError(str(error)) from error
    return connection
