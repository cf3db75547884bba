#!/usr/bin/env node
// Autobahn's cases of groups 1 to 7 and 10 against the WebSocket of the SDK whose driver is at the
// other end of standard input and output. Its status: 0 passed, 1 did not, and FOLDER/report says
// where; 2 it could not be run. kosoku, which has the cases, is kept in FOLDER.
// Usage: autobahn.mjs FOLDER [--exclude CASE]..., as '1.2.*' where binary messages are not echoed
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { FrameReader, TEXT } from "./src/frames.mjs";

/** Sizes, and compression: of no concern to a client whose messages are short. */
const LEFT_OUT = ["9.*", "12.*", "13.*"];

/** So many cases are under way at once, as some of them take seconds in which nothing happens. */
const AT_ONCE = 8;

const KOSOKU = fileURLToPath(new URL("kosoku", import.meta.url));

async function run(folder, exclude) {
  const without = [...LEFT_OUT, ...exclude].flatMap((one) => ["-x", one]);
  const report = join(folder, "report");
  mkdirSync(folder, { recursive: true });
  const kosoku = spawn(
    "python3",
    [KOSOKU, folder, "-m", "fuzzingserver", ...without, "-o", report, "127.0.0.1:0"],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let said = "";
  const hear = (text) => (said += text);
  kosoku.stdout.on("data", hear);
  kosoku.stderr.on("data", hear);
  const ended = once(kosoku, "close");

  const port = await portOf(kosoku);
  if (port === undefined) {
    console.error(`kosoku did not begin:\n${said}`);
    return 2;
  }
  const host = `127.0.0.1:${port}`;
  const count = Number(await told(`http://${host}/getCaseCount`));
  const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  for (let i = 1; i < count + AT_ONCE; i++) {
    if (i <= count) {
      const url = `ws://${host}/runCase?case=${i}&agent=sdk`;
      console.log(JSON.stringify({ do: "echo", url }));
    }
    if (i >= AT_ONCE && (await answers.next()).done) {
      kosoku.kill();
      console.error(`the driver has closed its end after ${i - AT_ONCE} of ${count} cases`);
      return 2;
    }
  }
  await told(`http://${host}/updateReports`);
  const [status] = await ended;
  if (status !== 0 || !count) {
    console.error(`${said}\nof ${count} cases; ${report} says more`);
    return 1;
  }
  return 0;
}

/** The port on which it listens; undefined if it ends before it does. */
function portOf(kosoku) {
  return new Promise((resolve) => {
    let text = "";
    kosoku.stderr.on("data", (more) => {
      text += more;
      const port = /listening on ws:\/\/\S+:(\d+)\s/.exec(text)?.[1];
      if (port !== undefined) {
        resolve(port);
      }
    });
    kosoku.on("close", () => resolve(undefined));
  });
}

/** The message, if any, with which it answers a socket there. */
async function told(url) {
  const upgrade = request(url, {
    headers: {
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Version": "13",
    },
  });
  upgrade.end();
  const [, socket, head] = await once(upgrade, "upgrade");
  const reader = new FrameReader();
  const messages = reader.read(head);
  socket.on("data", (bytes) => messages.push(...reader.read(bytes)));
  socket.on("end", () => socket.end());
  await once(socket, "close");
  return messages.find(({ opcode }) => opcode === TEXT)?.payload.toString();
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { exclude: { type: "string", multiple: true, default: [] } },
});
const [folder] = positionals;
if (folder === undefined) {
  console.error("Usage: autobahn.mjs FOLDER [--exclude CASE]...");
  process.exit(2);
}
process.exit(await run(folder, values.exclude));
