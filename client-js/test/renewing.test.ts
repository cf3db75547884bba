import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { test } from "node:test";
import type { ClientOptions, MooringClient } from "../src/index.js";
import type { Peer } from "./gateway.js";
import { Gateway } from "./gateway.js";
import { ManualClock } from "./manual-clock.js";
import { until } from "./until.js";

interface Scene {
  gateway: Gateway;
  client: MooringClient;
  clock: ManualClock;
  peer: Peer;
  errors: string[];
}

/** A client whose tokens are numbered, and whose first one is about to end. */
async function scene(t: TestContext, options: Partial<ClientOptions> = {}): Promise<Scene> {
  const gateway = await Gateway.start(t);
  const clock = new ManualClock();
  let count = 0;
  const client = gateway.client(t, { clock, token: () => `token-${++count}`, ...options });
  const errors: string[] = [];
  client.on("error", ({ code }) => errors.push(code));
  client.connect();
  const peer = await gateway.greeted();
  peer.send({ op: "auth_expiring", exp: 1 });
  return { gateway, client, clock, peer, errors };
}

test("The next token is given to the open connection, and is the one to come back with", async (t) => {
  const { gateway, client, clock, peer, errors } = await scene(t);

  const { id, token } = await peer.expect("auth");
  peer.send({ op: "authed", id, exp: 2 }, { op: "ping" });
  await peer.expect("pong");
  assert.equal(client.state, "open");
  peer.break();
  await until(() => client.state === "waiting", "the client to wait");
  clock.advance(0);
  await gateway.peer();

  assert.equal(token, "token-2");
  assert.equal(gateway.handshakes[1]!.token, "token-2");
  assert.deepEqual(errors, []);
});

test("A token that is refused is followed by one more, and then by an error", async (t) => {
  const { client, clock, peer, errors } = await scene(t);
  const tokens: string[] = [];

  for (let i = 0; i < 2; i++) {
    const { id, token } = await peer.expect("auth");
    tokens.push(token);
    peer.send({ op: "error", id, code: "bad_auth", message: "expired: …" }, { op: "ping" });
    await peer.expect("pong");
    clock.advance(1000);
  }
  await until(() => errors.length > 0, "an error");

  assert.deepEqual(tokens, ["token-2", "token-3"]);
  assert.deepEqual(errors, ["renewal_failed"]);
  assert.equal(client.state, "open");
});

test("A server that is busy is given the same token again when it said", async (t) => {
  const { clock, peer, errors } = await scene(t);
  const first = await peer.expect("auth");

  peer.send({ op: "error", id: first.id, code: "unavailable", message: "busy", retry_ms: 700 });
  await until(() => clock.waits(700), "a wait of 700 ms");
  clock.advance(700);
  const second = await peer.expect("auth");

  assert.equal(second.token, first.token);
  assert.deepEqual(errors, []);
});

test("A callback that fails twice is told, and the connection goes on until its token ends", async (t) => {
  let count = 0;
  const token = async () => {
    if (++count > 1) {
      throw new Error("no network");
    }
    return "token";
  };
  const { client, clock, errors } = await scene(t, { token });

  await until(() => count === 2 && clock.waits(1000), "the first failure");
  clock.advance(1000);
  await until(() => errors.length > 0, "an error");

  assert.deepEqual(errors, ["renewal_failed"]);
  assert.equal(client.state, "open");
});

test("Tokens that end at once are not asked for in a loop", async (t) => {
  const { clock, peer } = await scene(t, { random: () => 0.5 });
  const first = await peer.expect("auth");

  peer.send({ op: "authed", id: first.id, exp: 2 }, { op: "auth_expiring", exp: 2 });
  await until(() => clock.waits(250), "a wait of 250 ms");
  clock.advance(250);
  const second = await peer.expect("auth");
  peer.send({ op: "authed", id: second.id, exp: 3 }, { op: "auth_expiring", exp: 3 });
  await until(() => clock.waits(500), "a wait of 500 ms");

  assert.deepEqual([first.token, second.token], ["token-2", "token-3"]);
});
