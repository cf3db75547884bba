import assert from "node:assert/strict";
import { test } from "node:test";
import type { StateChange } from "../src/index.js";
import { MooringClient } from "../src/index.js";
import { BrowserLike } from "./browser-like.js";
import { Gateway } from "./gateway.js";
import { ManualClock } from "./manual-clock.js";
import { until } from "./until.js";

/** The changes of the state as `from>to reason`. */
function changesOf(client: MooringClient): string[] {
  const changes: string[] = [];
  client.on("state", ({ from, to, reason, delayMs }: StateChange) =>
    changes.push(`${from}>${to} ${reason}${delayMs === undefined ? "" : ` ${delayMs}`}`),
  );
  return changes;
}

function untilState(client: MooringClient, state: string): Promise<void> {
  return until(() => client.state === state, `the client to be ${state}`);
}

test("With ws the token is a header", async (t) => {
  const gateway = await Gateway.start(t);
  gateway.client(t).connect();

  const peer = await gateway.peer();

  assert.equal(peer.protocol, "mooring.v1.json");
  assert.deepEqual(gateway.handshakes, [{ path: "/ws", token: "secret" }]);
});

test("Elsewhere the token is a subprotocol", async (t) => {
  const gateway = await Gateway.start(t);
  gateway.client(t, { WebSocket: BrowserLike, token: () => "  a.b.c\n" }).connect();

  const peer = await gateway.peer();

  assert.match(peer.protocol, /^mooring\.v1\.json, ?bearer\.a\.b\.c$/);
});

test("It is open from the greeting on, and tells where", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  const changes = changesOf(client);
  assert.equal(client.state, "idle");
  client.connect();
  client.connect();
  assert.equal(client.state, "connecting");

  await gateway.greeted();
  await untilState(client, "open");

  assert.deepEqual(client.connection, {
    conn: "c1",
    server: "app-1",
    url: `${gateway.url}/app-1/c1`,
  });
  assert.deepEqual(changes, ["idle>connecting connect", "connecting>open hello"]);
});

test("A client that has nothing to say says something all the same", async (t) => {
  const gateway = await Gateway.start(t);
  gateway.client(t).connect();

  await (await gateway.greeted()).expect("pong");
});

test("It answers pings", async (t) => {
  const gateway = await Gateway.start(t);
  gateway.client(t).connect();
  const peer = await gateway.greeted();
  await peer.expect("pong");

  peer.send({ op: "ping" });

  await peer.expect("pong");
});

test("A connection that broke comes back by the URL of the greeting", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  client.connect();
  (await gateway.greeted()).break();

  await gateway.greeted();
  await until(() => client.counters.reconnects === 1, "a reconnect");

  assert.deepEqual(
    gateway.handshakes.map(({ path }) => path),
    ["/ws", "/ws/app-1/c1"],
  );
});

test("A handshake that fails is heard of with the WebSocket of Node.js, which may say no more", async (t) => {
  const gateway = await Gateway.start(t);
  gateway.refusals.push({ status: 503 });
  const { WebSocket } = globalThis;
  const client = gateway.client(t, { WebSocket, clock: new ManualClock() });
  const changes = changesOf(client);

  client.connect();
  await untilState(client, "waiting");

  assert.match(changes.at(-1)!, /^connecting>waiting 1006/);
});

test("Three failures on the URL of the greeting lead to the generic one", async (t) => {
  const gateway = await Gateway.start(t);
  gateway.client(t).connect();
  const peer = await gateway.greeted();
  gateway.refusals.push({ status: 503 }, { status: 503 }, { status: 503 });

  peer.break();
  await gateway.greeted();

  const paths = gateway.handshakes.map(({ path }) => path);
  assert.deepEqual(paths, ["/ws", "/ws/app-1/c1", "/ws/app-1/c1", "/ws/app-1/c1", "/ws"]);
});

test("A server without TLS is not come back to from one with it", async (t) => {
  const gateway = await Gateway.start(t);
  const url = gateway.url.replace("ws:", "wss:");
  // Only the address has TLS: the test's server has none.
  class Plain extends BrowserLike {
    constructor(address: string, protocols?: string[]) {
      super(address.replace("wss:", "ws:"), protocols);
    }
  }
  const client = new MooringClient(url, { token: () => "t", WebSocket: Plain, random: () => 0 });
  t.after(() => void client.close());
  const errors: string[] = [];
  client.on("error", ({ code }) => errors.push(code));
  client.connect();

  const peer = await gateway.greeted({ url: `${gateway.url}/app-1/c1` });
  await until(() => errors.length > 0, "an error");
  peer.break();
  await gateway.peer();

  assert.deepEqual(errors, ["insecure_url"]);
  assert.equal(gateway.handshakes[1]!.path, "/ws");
});

test("A close in 42xx comes back exactly when it says", async (t) => {
  const gateway = await Gateway.start(t);
  const clock = new ManualClock();
  const client = gateway.client(t, { clock, random: () => 0.9 });
  const changes = changesOf(client);
  client.connect();
  (await gateway.greeted()).close(4200, "r=drain;ra=7000");
  await untilState(client, "waiting");

  clock.advance(6999);
  assert.equal(client.state, "waiting");
  clock.advance(1);

  assert.equal(client.state, "connecting");
  await gateway.peer();
  assert.ok(changes.includes("open>waiting drain 7000"), changes.join());
});

test("A close in 41xx waits as long as it says, and backs off in addition", async (t) => {
  const gateway = await Gateway.start(t);
  const clock = new ManualClock();
  const client = gateway.client(t, { clock, random: () => 0.5 });
  const changes = changesOf(client);
  client.connect();

  (await gateway.greeted()).close(4100, "r=overloaded;ra=1500");
  await untilState(client, "waiting");
  clock.advance(1750);
  (await gateway.greeted()).close(4100, "r=overloaded;ra=1500");
  await until(() => changes.length === 6, "the second wait");

  assert.equal(changes[2], "open>waiting overloaded 1750");
  assert.equal(changes[5], "open>waiting overloaded 2000");
});

test("Only ten seconds of health make the next failure the first", async (t) => {
  const gateway = await Gateway.start(t);
  const clock = new ManualClock();
  const client = gateway.client(t, { clock, random: () => 0.5 });
  const changes = changesOf(client);
  client.connect();
  (await gateway.greeted()).break();
  await untilState(client, "waiting");
  clock.advance(250);
  const peer = await gateway.greeted();
  await untilState(client, "open");

  clock.advance(10_000);
  peer.break();
  await untilState(client, "waiting");

  await until(() => changes.length === 6, "the last change");
  assert.match(changes[5]!, /^open>waiting 1006.* 250$/);
});

for (const code of [4500, 4504, 1008]) {
  test(`Code ${code} ends it for good`, async (t) => {
    const gateway = await Gateway.start(t);
    const client = gateway.client(t);
    const changes = changesOf(client);
    client.connect();
    (await gateway.greeted()).close(code, "r=because");

    await untilState(client, "closed");

    await until(() => changes.at(-1) === "open>closed because", "the change");
    assert.equal(gateway.handshakes.length, 1);
  });
}

test("Code 4105 comes back with another token", async (t) => {
  const gateway = await Gateway.start(t);
  let count = 0;
  gateway.client(t, { token: () => `token-${++count}` }).connect();
  (await gateway.greeted()).close(4105, "r=token_expired");

  await gateway.peer();

  assert.deepEqual(
    gateway.handshakes.map(({ token }) => token),
    ["token-1", "token-2"],
  );
});

test("A token that lasts is not asked for again", async (t) => {
  const gateway = await Gateway.start(t);
  let count = 0;
  gateway.client(t, { token: () => `token-${++count}` }).connect();
  (await gateway.greeted()).break();

  await gateway.peer();

  assert.equal(count, 1);
});

test("A token that is about to end is asked for again", async (t) => {
  const gateway = await Gateway.start(t);
  let count = 0;
  const payload = btoa(JSON.stringify({ exp: Math.floor(Date.now() / 1000) + 5 }));
  gateway.client(t, { token: () => `${++count}.${payload}.x` }).connect();
  (await gateway.greeted()).break();

  await gateway.peer();

  assert.equal(count, 2);
});

test("The second 401 in a row ends it", async (t) => {
  const gateway = await Gateway.start(t);
  let count = 0;
  const client = gateway.client(t, { token: () => `token-${++count}` });
  const changes = changesOf(client);
  gateway.refusals.push({ status: 401 }, { status: 401 });

  client.connect();
  await untilState(client, "closed");

  await until(() => changes.at(-1) === "connecting>closed bad_auth", "the change");
  assert.deepEqual(
    gateway.handshakes.map(({ token }) => token),
    ["token-1", "token-2"],
  );
});

for (const [status, reason] of [
  [403, "forbidden"],
  [404, "not_found"],
] as const) {
  test(`Status ${status} ends it`, async (t) => {
    const gateway = await Gateway.start(t);
    const client = gateway.client(t);
    const changes = changesOf(client);
    const errors: string[] = [];
    client.on("error", ({ code, message }) => errors.push(`${code}: ${message}`));
    gateway.refusals.push({ status });

    client.connect();
    await untilState(client, "closed");

    await until(() => changes.at(-1) === `connecting>closed ${reason}`, "the change");
    await until(() => errors.length > 0, "the error");
    assert.match(errors[0]!, new RegExp(`^${reason}: the server said ${reason}, after which `));
  });
}

test("Retry-After is waited for", async (t) => {
  const gateway = await Gateway.start(t);
  const clock = new ManualClock();
  const client = gateway.client(t, { clock });
  const changes = changesOf(client);
  gateway.refusals.push({ status: 503, headers: { "Retry-After": "3" } });

  client.connect();
  await untilState(client, "waiting");

  await until(() => changes.at(-1) === "connecting>waiting http_503 3000", "the change");
});

test("A browser, which is not told why, tries once with another token", async (t) => {
  const gateway = await Gateway.start(t);
  let count = 0;
  const client = gateway.client(t, { WebSocket: BrowserLike, token: () => `token-${++count}` });
  gateway.refusals.push({ status: 401 }, { status: 503 }, { status: 503 });

  client.connect();
  await gateway.peer();

  const tokens = gateway.handshakes.map(({ token }) => token);
  assert.deepEqual(tokens, ["token-1", "token-2", "token-2", "token-2"]);
});

test("A token callback that fails is told, and tried again", async (t) => {
  const gateway = await Gateway.start(t);
  const errors: string[] = [];
  let count = 0;
  const client = gateway.client(t, {
    token: async () => {
      if (++count === 1) {
        throw new Error("no network");
      }
      return "token";
    },
  });
  client.on("error", ({ code, message }) => errors.push(`${code}: ${message}`));

  client.connect();
  await gateway.greeted();

  assert.equal(errors.length, 1);
  assert.match(errors[0]!, /^token_failed: .*no network/);
});

test("A token callback that never settles is given up after ten seconds", async (t) => {
  const gateway = await Gateway.start(t);
  const clock = new ManualClock();
  let count = 0;
  const client = gateway.client(t, {
    clock,
    token: () => (++count === 1 ? new Promise<string>(() => {}) : "token"),
  });
  client.on("error", () => {});
  client.connect();
  await until(() => count === 1, "the callback to be called");

  clock.advance(9999);
  assert.equal(client.state, "connecting");
  clock.advance(1);
  await untilState(client, "waiting");
  clock.advance(0);

  await gateway.greeted();
});

test("A server that does not greet is given up after ten seconds", async (t) => {
  const gateway = await Gateway.start(t);
  const clock = new ManualClock();
  const client = gateway.client(t, { clock, random: () => 0.5 });
  client.connect();
  const peer = await gateway.peer();

  clock.advance(10_000);

  assert.equal(client.state, "waiting");
  await peer.closed();
});

test("A socket that is silent for longer than promised is given up", async (t) => {
  const gateway = await Gateway.start(t);
  const clock = new ManualClock();
  const client = gateway.client(t, { clock, random: () => 0.5 });
  client.connect();
  const peer = await gateway.greeted({ ping_ms: 1000, pong_ms: 500 });
  await peer.expect("pong");
  await untilState(client, "open");
  clock.advance(1000);
  peer.send({ op: "ping" });
  await peer.expect("pong");

  clock.advance(1499);
  assert.equal(client.state, "open");
  clock.advance(1);

  assert.equal(client.state, "waiting");
});

test("A server that cannot be understood is left", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  const errors: string[] = [];
  client.on("error", ({ code }) => errors.push(code));
  client.connect();

  for (const text of ["{", "[null]", '{"op":"hello"}']) {
    (await gateway.peer()).sendText(text);
  }
  await gateway.greeted();

  assert.deepEqual(errors, ["bad_message", "bad_message", "bad_message"]);
});

test("While offline it does not try, and once online at once", async (t) => {
  const gateway = await Gateway.start(t);
  const clock = new ManualClock();
  const client = gateway.client(t, { clock, random: () => 0.5 });
  client.connect();
  const peer = await gateway.greeted();
  await untilState(client, "open");
  client.offline();
  assert.equal(client.state, "open");
  peer.break();
  await untilState(client, "waiting");

  clock.advance(3_600_000);
  assert.equal(client.state, "waiting");
  client.online();

  assert.equal(client.state, "connecting");
  await gateway.greeted();
});

test("An attempt ends when the device goes offline", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  client.connect();
  const peer = await gateway.peer();

  client.offline();

  assert.equal(client.state, "waiting");
  await peer.closed();
});

test("When the network is back a socket that does not answer is given up soon", async (t) => {
  const gateway = await Gateway.start(t);
  const clock = new ManualClock();
  const client = gateway.client(t, { clock, random: () => 0.5 });
  client.connect();
  const peer = await gateway.greeted();
  await untilState(client, "open");

  client.offline();
  client.online();
  const { id } = await peer.expect("ping");
  peer.send({ op: "error", id, code: "unknown_op", message: "no op is called ping" });
  peer.send({ op: "ping" });
  await peer.expect("pong");
  clock.advance(10_000);
  assert.equal(client.state, "open");

  client.offline();
  client.online();
  await peer.expect("ping");
  clock.advance(10_000);
  assert.equal(client.state, "waiting");
});

test("It can be closed while it connects", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  client.connect();
  const peer = await gateway.peer();

  await client.close();
  peer.hello();

  assert.equal(client.state, "closed");
  await peer.closed();
  assert.equal(client.state, "closed");
});

test("It can be closed while a token is got, and connects anew with another", async (t) => {
  const gateway = await Gateway.start(t);
  let give = (_token: string) => {};
  let count = 0;
  const client = gateway.client(t, {
    token: () => (++count === 1 ? new Promise<string>((resolve) => (give = resolve)) : "second"),
  });
  client.connect();
  await until(() => count === 1, "the callback to be called");

  await client.close();
  client.connect();
  give("first");
  await gateway.greeted();

  assert.deepEqual(gateway.handshakes, [{ path: "/ws", token: "second" }]);
});

test("Closing is told to the server, and settles when it is over", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  client.connect();
  const peer = await gateway.greeted();
  await untilState(client, "open");

  await client.close();

  assert.equal(await peer.closed(), 1000);
});

test("Options that cannot be are refused at once", () => {
  const token = () => "t";

  assert.throws(() => new MooringClient("https://host/ws", { token }), { code: "bad_url" });
  assert.throws(() => new MooringClient("host", { token }), { code: "bad_url" });
  assert.throws(() => new MooringClient("ws://host", {} as never), { code: "bad_option" });
});
