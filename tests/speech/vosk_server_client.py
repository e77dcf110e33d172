"""A client as people wrote them for vosk-server, with the library that its own examples use. It knows nothing of us.

`python vosk_server_client.py URL FILE.wav CONFIG` prints every answer, one a line.
"""

import asyncio
import sys
import wave

import websockets


async def run(uri: str, file: str, config: str) -> None:
    async with websockets.connect(uri) as websocket:
        with wave.open(file, "rb") as sound:
            await websocket.send(config % sound.getframerate())
            while data := sound.readframes(int(sound.getframerate() * 0.2)):
                await websocket.send(data)
                print(await websocket.recv())
        await websocket.send('{"eof" : 1}')
        print(await websocket.recv())


if __name__ == "__main__":
    asyncio.run(run(*sys.argv[1:]))
