import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { test } from "node:test";
import type { ClientOptions, MooringClient } from "../src/index.js";
import type { ApiRequest, Peer } from "./gateway.js";
import { at, Gateway, msg } from "./gateway.js";
import { Hearing } from "./hearing.js";
import { ManualClock } from "./manual-clock.js";
import { until } from "./until.js";

interface Scene {
  gateway: Gateway;
  client: MooringClient;
  hearing: Hearing;
  peer: Peer;
  request: ApiRequest;
}

/** A client that knows the keys a, b and c of `demo.room`, and has lost what came up to 10. */
async function scene(t: TestContext, options: Partial<ClientOptions> = {}): Promise<Scene> {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t, options);
  const hearing = new Hearing();
  client.subscribe("demo.room", hearing.listener);
  client.connect();
  const peer = await gateway.greeted();
  await peer.subscribed(at(0));
  peer.send(...["a", "b", "c"].map((key, i) => msg("demo.room", i + 1, { key })));
  peer.send({ op: "lost", ch: "demo.room", reason: "trimmed", pos: at(10), snapshot: true });
  await hearing.untilHeard("lost");
  const request = await gateway.requests.next();
  hearing.heard.length = 0;
  return { gateway, client, hearing, peer, request };
}

function answer({ response }: ApiRequest, body: object): void {
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify({ complete: true, full: true, ...body }));
}

function refuse({ response }: ApiRequest, status: number): void {
  response.statusCode = status;
  response.end();
}

/** Waits until the client has taken in all that the peer has sent. */
async function taken(peer: Peer): Promise<void> {
  peer.send({ op: "ping" });
  await peer.expect("pong");
}

test("After a loss the application hears exactly what is new, before what follows", async (t) => {
  const { hearing, peer, request } = await scene(t);
  peer.send(msg("demo.room", 11, { key: "d" }), msg("demo.room", 12));
  peer.send(msg("demo.room", 13, { key: "b" }), msg("demo.room", 14, { key: "e" }));
  await taken(peer);
  assert.deepEqual(hearing.heard, []);

  answer(request, {
    ...at(13),
    entries: { a: { off: 1, data: 1 }, b: { off: 13, data: 13 }, d: { off: 11, data: 11 } },
  });
  await hearing.untilHeard("message", 2);

  assert.equal(request.request.url, "/api/v1/channels/demo.room/snapshot?since=e1:3:300");
  assert.equal(request.request.headers.authorization, "Bearer secret");
  assert.deepEqual(hearing.heard, [
    [
      "reconciled",
      {
        changed: [
          { key: "b", data: 13, off: 13 },
          { key: "d", data: 11, off: 11 },
        ],
        deleted: ["c"],
      },
    ],
    ["message", 12],
    ["message", 14],
  ]);
});

test("What the snapshot has contained does not come again by the socket", async (t) => {
  const { hearing, peer, request } = await scene(t);

  answer(request, { ...at(12), entries: { a: { off: 12, data: 12 } } });
  await hearing.untilHeard("reconciled");
  peer.send(msg("demo.room", 11, { key: "a" }), msg("demo.room", 12, { key: "a" }));
  peer.send(msg("demo.room", 13, { key: "a" }));
  await hearing.untilHeard("message");

  assert.deepEqual(hearing.messages, [13]);
});

test("A snapshot that cannot be had is tried again, and nothing is held meanwhile", async (t) => {
  const clock = new ManualClock();
  const { gateway, client, hearing, peer, request } = await scene(t, { clock });
  const errors: string[] = [];
  client.on("error", ({ code }) => errors.push(code));
  peer.send(msg("demo.room", 11, { key: "a" }));
  await taken(peer);

  refuse(request, 503);
  await hearing.untilHeard("message");
  peer.send(msg("demo.room", 12, { key: "b", data: null }));
  await hearing.untilHeard("message", 2);
  clock.advance(0);
  const entries = { a: { off: 1, data: "old" }, b: { off: 2, data: "old" }, c: { off: 9, data: 9 } };
  answer(await gateway.requests.next(), { ...at(10), entries });

  assert.deepEqual(await hearing.untilHeard("reconciled"), {
    changed: [{ key: "c", data: 9, off: 9 }],
    deleted: [],
  });
  assert.deepEqual(errors, ["snapshot_failed"]);
});

test("A snapshot that is older than the loss does not do", async (t) => {
  const clock = new ManualClock();
  const { gateway, client, hearing, request } = await scene(t, { clock });
  client.on("error", () => {});

  answer(request, { ...at(9), entries: {} });
  await until(() => clock.waits(0), "another attempt to be planned");
  clock.advance(0);
  answer(await gateway.requests.next(), { ...at(10), complete: false, entries: {} });

  assert.deepEqual(await hearing.untilHeard("reconciled"), { changed: [], deleted: [] });
  assert.equal(hearing.all("reconciled").length, 1);
});

test("A second loss needs a snapshot of its own, from where the application was at first", async (t) => {
  const { gateway, hearing, peer, request } = await scene(t);
  const reason = "epoch_changed";
  peer.send(msg("demo.room", 11, { key: "a" }), msg("demo.room", 12));

  peer.send({ op: "lost", ch: "demo.room", reason, pos: at(5, "e2"), snapshot: true });
  const second = await gateway.requests.next();
  peer.send(msg("demo.room", 6, { key: "b" }));
  await taken(peer);
  answer(request, { ...at(12), entries: { a: { off: 11, data: "of the first epoch" } } });
  answer(second, { ...at(5, "e2"), entries: { a: { off: 5, data: 5 } } });
  await hearing.untilHeard("message", 3);

  assert.equal(second.request.url, "/api/v1/channels/demo.room/snapshot?since=e1:3:300");
  assert.deepEqual(hearing.heard, [
    ["message", 11],
    ["message", 12],
    ["lost", { reason, position: at(5, "e2") }],
    ["reconciled", { changed: [{ key: "a", data: 5, off: 5 }], deleted: ["b", "c"] }],
    ["message", 6],
  ]);
});

test("A snapshot that is refused for good is told, and the channel goes on without", async (t) => {
  const clock = new ManualClock();
  const { gateway, client, hearing, peer, request } = await scene(t, { clock });
  const errors: string[] = [];
  client.on("error", ({ code }) => errors.push(code));
  peer.send(msg("demo.room", 11, { key: "a" }));
  await taken(peer);

  refuse(request, 403);
  await hearing.untilHeard("message");
  clock.advance(30_000);
  peer.send(msg("demo.room", 12), { op: "lost", ch: "demo.room", reason: "trimmed", pos: at(20), snapshot: true });
  const second = await gateway.requests.next();
  answer(second, { ...at(20), entries: {} });
  await hearing.untilHeard("reconciled");

  assert.deepEqual(errors, ["snapshot_failed"]);
  assert.equal(second.request.url, "/api/v1/channels/demo.room/snapshot?since=e1:12:1200");
});

test("A token that the API refuses is not used again", async (t) => {
  let count = 0;
  const { gateway, client, hearing, request } = await scene(t, { token: () => `t${++count}` });
  client.on("error", () => {});

  refuse(request, 401);
  const again = await gateway.requests.next();
  answer(again, { ...at(10), entries: {} });
  await hearing.untilHeard("reconciled");

  assert.equal(request.request.headers.authorization, "Bearer t1");
  assert.equal(again.request.headers.authorization, "Bearer t2");
});

test("A client that was closed stops fetching, and goes on when it connects again", async (t) => {
  const { gateway, client, hearing, peer, request } = await scene(t);
  let closed = false;
  request.response.on("close", () => (closed = true));
  await client.close();
  await until(() => closed, "the request to be given up");

  client.connect();
  const young = await gateway.greeted();
  await young.resumed();
  const again = await gateway.requests.next();
  answer(again, { ...at(10), entries: {} });

  await hearing.untilHeard("reconciled");
  assert.equal(await peer.closed(), 1000);
});

test("More than a thousand messages are not held", async (t) => {
  const { hearing, peer, request } = await scene(t);

  for (let i = 0; i < 1000; i++) {
    peer.send(msg("demo.room", 11 + i));
  }
  await hearing.untilHeard("message", 1000);
  answer(request, { ...at(10), entries: {} });
  await hearing.untilHeard("reconciled");

  assert.deepEqual(hearing.messages, Array.from({ length: 1000 }, (_, i) => 11 + i));
});

test("The API may be elsewhere", async (t) => {
  const gateway = await Gateway.start(t);
  const elsewhere = await Gateway.start(t);
  const api = `${elsewhere.url.replace("ws:", "http:")}/base/`;
  const client = gateway.client(t, { api });
  client.subscribe("demo.room");
  client.connect();
  const peer = await gateway.greeted();
  await peer.subscribed(at(0));

  peer.send({ op: "lost", ch: "demo.room", reason: "trimmed", pos: at(1), snapshot: true });
  const request = await elsewhere.requests.next();
  answer(request, { ...at(1), entries: {} });

  assert.equal(request.request.url, "/ws/base/channels/demo.room/snapshot?since=e1:0:0");
});
