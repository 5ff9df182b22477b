"""Slow clients: each sends the head of a form, then a byte of its body each second, and comes back when it is cut off.

    slow_clients.py PORT COUNT AUTHORIZATION

Prints "connected" when all of them are; goes on until it is ended. Loopback only.
"""

import asyncio
import sys


async def be_slow(port, head, connected):
    while True:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head)
        connected.release()
        try:
            while not await heard_within_a_second(reader):
                writer.write(b" ")
        except OSError:
            pass
        writer.close()


async def heard_within_a_second(reader):
    try:
        await asyncio.wait_for(reader.read(4096), 1)
        return True
    except asyncio.TimeoutError:
        return False


async def main():
    port, count, authorization = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    head = (f"POST /in/forms HTTP/1.1\r\nHost: localhost\r\nAuthorization: {authorization}\r\n"
            "Content-Type: application/json\r\nContent-Length: 4300\r\n\r\n").encode()
    connected = asyncio.Semaphore(0)
    clients = [asyncio.ensure_future(be_slow(port, head, connected)) for _ in range(count)]
    for _ in range(count):
        await connected.acquire()
    print("connected", flush=True)
    await asyncio.gather(*clients)


if __name__ == "__main__":
    asyncio.run(main())
