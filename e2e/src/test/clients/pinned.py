"""Connects to EDGE with TOKEN, then comes back COUNT times by the pinned URL.

Usage: pinned.py EDGE TOKEN CA_FILE COUNT
"""

import asyncio
import json
import ssl
import sys

from websockets.asyncio.client import connect


async def hello(url: str, token: str, tls: ssl.SSLContext) -> dict:
    async with connect(url, ssl=tls, additional_headers={"Authorization": f"Bearer {token}"}) as socket:
        frame = json.loads(await socket.recv())
        return frame[0] if isinstance(frame, list) else frame


async def main(edge: str, token: str, ca: str, count: int) -> None:
    tls = ssl.create_default_context(cafile=ca)
    first = await hello(edge, token, tls)
    same = 0
    for _ in range(count):
        again = await hello(first["url"], token, tls)
        same += again["server"] == first["server"]
    print(f"same server {same} of {count}")


asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
