import assert from "node:assert/strict";
import { test } from "node:test";
import { WebSocket } from "ws";
import { run } from "./kit.js";

test("No case of Autobahn's fails, or ends uncleanly, with the WebSocket of ws", async () => {
  const failure = await run(["autobahn.mjs", "build/autobahn"], ({ url }, tell) => {
    const socket = new WebSocket(url);
    socket.on("message", (data, binary) => socket.send(data, { binary }));
    // What fails ends as well.
    socket.on("error", () => {});
    socket.on("close", () => tell({ did: "echo" }));
  });

  assert.equal(failure, "");
});
