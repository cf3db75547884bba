import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { describe, test } from "node:test";
import { WebSocket } from "ws";
import type { WebSocketConstructor } from "../src/index.js";
import { BrowserLike } from "./browser-like.js";
import type { Command } from "./driver.js";
import { Driver } from "./driver.js";
import { KIT, run } from "./kit.js";

const SESSIONS = readdirSync(`${KIT}/sessions`, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".session"))
  .sort();

async function play(session: string, Constructor: WebSocketConstructor): Promise<string> {
  let driver: Driver | undefined;
  const failure = await run(
    ["play.mjs", `${KIT}/sessions/${session}`],
    (command: Command, tell) => {
      driver ??= new Driver(Constructor, tell);
      driver.do(command);
    },
  );
  await driver?.end();
  return failure;
}

// They wait most of their time.
describe("With the WebSocket of ws it passes", { concurrency: 4 }, () => {
  for (const session of SESSIONS) {
    test(session, async () => assert.equal(await play(session, WebSocket), ""));
  }
});

describe("With a WebSocket as in a browser it passes", { concurrency: 4 }, () => {
  for (const session of SESSIONS.filter((file) => !file.startsWith("status/"))) {
    test(session, async () => assert.equal(await play(session, BrowserLike), ""));
  }
});
