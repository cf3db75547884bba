import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { test } from "node:test";
import type { ClientOptions, MooringClient } from "../src/index.js";
import type { Peer } from "./gateway.js";
import { at, Gateway, msg } from "./gateway.js";
import { Hearing } from "./hearing.js";
import { ManualClock } from "./manual-clock.js";
import { until } from "./until.js";

interface Scene {
  gateway: Gateway;
  client: MooringClient;
  hearing: Hearing;
  /** The server that is left. */
  old: Peer;
}

/** A client that is subscribed to `demo.room`, where it has message 1. */
async function scene(
  t: TestContext,
  subbed: object = {},
  options: Partial<ClientOptions> = {},
): Promise<Scene> {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t, options);
  const hearing = new Hearing();
  client.subscribe("demo.room", hearing.listener);
  client.connect();
  const old = await gateway.greeted();
  await old.subscribed(at(0), subbed);
  old.send(msg("demo.room", 1));
  await hearing.untilHeard("message");
  return { gateway, client, hearing, old };
}

function untilMoved(client: MooringClient): Promise<void> {
  return until(() => client.counters.moves === 1, "the client to have moved");
}

const LEAVE = { op: "reconnect", after_ms: 0, reason: "drain" };

test("The new socket takes over before the old one is closed, and nothing comes twice", async (t) => {
  const { gateway, client, hearing, old } = await scene(t);

  old.send(LEAVE);
  const young = await gateway.greeted({ server: "app-2", url: `${gateway.url}/app-2/c1` });
  const { id, ch, pos } = await young.expect("sub");
  assert.equal(client.state, "moving");
  assert.equal(old.code, undefined);
  old.send(msg("demo.room", 2));
  await hearing.untilHeard("message", 2);
  young.send({ op: "subbed", id, ch, pos, recovered: true, replayed: 1 });
  young.send(msg("demo.room", 2), msg("demo.room", 3));
  await hearing.untilHeard("message", 3);

  assert.equal(await old.closed(), 1000);
  assert.deepEqual(pos, at(1));
  assert.deepEqual(hearing.messages, [1, 2, 3]);
  assert.equal(hearing.all("subscribed").length, 1);
  assert.equal(client.state, "open");
  assert.equal(client.connection?.server, "app-2");
  const { losses, duplicates, reconnects, moves } = client.counters;
  assert.deepEqual({ losses, duplicates, reconnects, moves }, {
    losses: 0,
    duplicates: 1,
    reconnects: 0,
    moves: 1,
  });
});

test("The new socket is opened exactly at its slot", async (t) => {
  const clock = new ManualClock();
  const { gateway, client, old } = await scene(t, {}, { clock, random: () => 0.9 });

  old.send({ op: "reconnect", after_ms: 5000, reason: "drain", url: `${gateway.url}/app-9/c1` });
  await until(() => client.state === "moving", "the client to move");
  clock.advance(4999);
  assert.equal(gateway.handshakes.length, 1);
  clock.advance(1);
  await gateway.peer();

  assert.equal(gateway.handshakes[1]!.path, "/ws/app-9/c1");
});

test("A new socket that fails is tried again, while the old one goes on", async (t) => {
  const { gateway, client, hearing, old } = await scene(t);
  gateway.refusals.push({ status: 503 }, { status: 503 });

  old.send(LEAVE);
  await until(() => gateway.handshakes.length >= 3, "two attempts that fail");
  old.send(msg("demo.room", 2));
  await hearing.untilHeard("message", 2);
  assert.equal(client.state, "moving");
  const young = await gateway.greeted();
  await young.resumed();

  await untilMoved(client);
  assert.equal(client.counters.reconnects, 0);
});

test("When the old socket goes first, the attempt under way becomes the connection", async (t) => {
  const { gateway, client, hearing, old } = await scene(t);
  old.send(LEAVE);
  const young = await gateway.peer();

  old.break();
  await until(() => client.state === "connecting", "the client to connect");
  young.hello();
  const { pos } = await young.resumed();
  young.send(msg("demo.room", 2));
  await hearing.untilHeard("message", 2);

  assert.deepEqual(pos, at(1));
  assert.equal(gateway.handshakes.length, 2);
  assert.equal(client.counters.reconnects, 1);
  assert.equal(client.counters.moves, 0);
});

test("When the old socket goes after the greeting, the new one takes over at once", async (t) => {
  const { gateway, client, hearing, old } = await scene(t);
  old.send(LEAVE);
  const young = await gateway.greeted();
  const { id, ch, pos } = await young.expect("sub");

  old.break();
  await until(() => client.state === "open", "the client to be open");
  young.send({ op: "subbed", id, ch, pos, recovered: true, replayed: 1 }, msg("demo.room", 2));
  await hearing.untilHeard("message", 2);

  assert.deepEqual(hearing.messages, [1, 2]);
  assert.equal(client.counters.losses, 0);
});

test("When the old socket goes before the slot, it backs off and comes back", async (t) => {
  const { gateway, client, hearing, old } = await scene(t);
  old.send({ ...LEAVE, after_ms: 60_000 });
  await until(() => client.state === "moving", "the client to move");

  old.break();
  await (await gateway.greeted()).resumed();

  await hearing.untilHeard("subscribed", 2);
  assert.equal(client.counters.reconnects, 1);
});

test("What the new server cannot replay the old one brings", async (t) => {
  const clock = new ManualClock();
  const { gateway, client, hearing, old } = await scene(t, {}, { clock });
  old.send(LEAVE);
  await until(() => client.state === "moving", "the client to move");
  clock.advance(0);
  const young = await gateway.greeted();

  await young.subscribed(at(3), { reason: "log_unavailable" });
  young.send(msg("demo.room", 4), msg("demo.room", 5));
  old.send(msg("demo.room", 2), msg("demo.room", 3));
  await hearing.untilHeard("message", 5);

  await untilMoved(client);
  assert.deepEqual(hearing.messages, [1, 2, 3, 4, 5]);
  assert.equal(hearing.all("lost").length, 0);
  assert.equal(client.counters.losses, 0);
});

test("What neither brings is lost, once it was waited for", async (t) => {
  const clock = new ManualClock();
  const { gateway, client, hearing, old } = await scene(t, {}, { clock });
  old.send(LEAVE);
  await until(() => client.state === "moving", "the client to move");
  clock.advance(0);
  const young = await gateway.greeted();
  await young.subscribed(at(3), { reason: "log_unavailable" });
  young.send(msg("demo.room", 4));

  await until(() => clock.waits(2000), "the time for the old socket");
  young.send({ op: "ping" });
  await young.expect("pong");
  assert.deepEqual(hearing.messages, [1]);
  clock.advance(2000);
  await hearing.untilHeard("message", 2);

  assert.deepEqual(hearing.heard.slice(1), [
    ["message", 1],
    ["lost", { reason: "log_unavailable", position: at(3) }],
    ["message", 4],
  ]);
  assert.equal(client.counters.losses, 2);
});

test("Where values are left out nothing goes back to what the old socket has passed", async (t) => {
  const { gateway, client, hearing, old } = await scene(t, { conflate: true });
  old.send(LEAVE);
  const young = await gateway.greeted();
  const { id, ch, pos } = await young.expect("sub");
  old.send(msg("demo.room", 2), msg("demo.room", 4));
  await hearing.untilHeard("message", 3);

  young.send({ op: "subbed", id, ch, pos, recovered: true, replayed: 0, conflate: true });
  young.send(msg("demo.room", 3), msg("demo.room", 5));
  await hearing.untilHeard("message", 4);

  await untilMoved(client);
  assert.deepEqual(hearing.messages, [1, 2, 4, 5]);
});

test("Publications on their way are answered on the old socket, new ones go to the new", async (t) => {
  const { gateway, client, old } = await scene(t);
  const first = client.publish("demo.room", "first");
  const pub = await old.expect("pub");
  old.send(LEAVE);
  const young = await gateway.greeted();
  const sub = await young.expect("sub");
  const second = client.publish("demo.room", "second");
  const { id, ch, data } = await young.expect("pub");
  young.send({ op: "subbed", id: sub.id, ch: sub.ch, pos: sub.pos, recovered: true });
  young.send({ op: "pubbed", id, ch, ...at(3) });

  await untilMoved(client);
  assert.deepEqual(await second, at(3));
  assert.equal(data, "second");
  assert.equal(old.code, undefined);
  old.send({ op: "pubbed", id: pub.id, ch: pub.ch, ...at(2) });

  assert.deepEqual(await first, at(2));
  assert.equal(await old.closed(), 1000);
});

test("What the old socket never answers goes to the new one", async (t) => {
  const { gateway, client, old } = await scene(t);
  const published = client.publish("demo.room", 1);
  const pub = await old.expect("pub");
  old.send(LEAVE);
  const young = await gateway.greeted();
  await young.resumed();
  await untilMoved(client);

  old.close(4200, "r=drain");
  const again = await young.expect("pub");
  young.send({ op: "pubbed", id: again.id, ch: again.ch, ...at(2) });

  assert.deepEqual(again, pub);
  assert.deepEqual(await published, at(2));
  assert.equal(client.state, "open");
});

test("A socket that is displaced by the one that follows it is not the end", async (t) => {
  const { gateway, client, hearing, old } = await scene(t);
  old.send(LEAVE);
  const young = await gateway.peer();

  old.close(4504, "r=replaced");
  await until(() => client.state === "connecting", "the old socket to be gone");
  young.hello();
  await young.resumed();
  young.send(msg("demo.room", 2));
  await hearing.untilHeard("message", 2);

  assert.deepEqual(hearing.messages, [1, 2]);
});

test("A log that is another one is told at once, and nothing more of the former one", async (t) => {
  const clock = new ManualClock();
  const { gateway, client, hearing, old } = await scene(t, {}, { clock });
  const other = client.subscribe("demo.other");
  await old.subscribed(at(0));
  await until(() => other.state === "live", "the other channel");
  old.send(LEAVE);
  await until(() => client.state === "moving", "the client to move");
  clock.advance(0);
  const young = await gateway.greeted();
  await young.subscribed(at(0, "e2"), { reason: "epoch_changed" });
  await hearing.untilHeard("lost");

  old.send(msg("demo.room", 2, { data: "stale" }), { op: "ping" });
  await old.expect("pong");
  young.send(msg("demo.room", 1, { data: "new" }));
  await hearing.untilHeard("message", 2);

  assert.deepEqual(hearing.messages, [1, "new"]);
});

test("Nothing of a socket that was replaced gets through", async (t) => {
  const { gateway, client, hearing, old } = await scene(t);
  void client.publish("demo.room", 1).catch(() => {});
  await old.expect("pub");
  old.send(LEAVE);
  const young = await gateway.greeted();
  await young.resumed();
  await untilMoved(client);

  old.send(msg("demo.room", 2, { data: "stale" }));
  old.send({ op: "lost", ch: "demo.room", reason: "trimmed", pos: at(9, "e9") });
  old.send({ op: "unsubbed", ch: "demo.room", reason: "forbidden" }, LEAVE);
  old.close(4504, "r=replaced");
  await young.expect("pub");
  young.send(msg("demo.room", 2));
  await hearing.untilHeard("message", 2);

  assert.deepEqual(hearing.messages, [1, 2]);
  assert.equal(hearing.all("lost").length, 0);
  assert.equal(hearing.all("ended").length, 0);
  assert.equal(client.state, "open");
});

test("A server that leaves in turn is left in turn", async (t) => {
  const { gateway, client, hearing, old } = await scene(t);
  old.send(LEAVE);
  const second = await gateway.greeted();
  const { id, ch, pos } = await second.expect("sub");

  second.send(LEAVE, { op: "subbed", id, ch, pos, recovered: true, replayed: 0 });
  const third = await gateway.greeted();
  await third.resumed();
  third.send(msg("demo.room", 2));
  await hearing.untilHeard("message", 2);

  await until(() => client.counters.moves === 2, "the second move");
  assert.equal(await old.closed(), 1000);
  assert.equal(await second.closed(), 1000);
});

test("A new socket that dies before it has taken over costs nothing", async (t) => {
  const { gateway, client, hearing, old } = await scene(t);
  old.send(LEAVE);
  const second = await gateway.greeted();
  await second.expect("sub");
  const other = new Hearing();
  client.subscribe("demo.other", other.listener);
  await second.expect("sub");

  second.break();
  await old.subscribed(at(0));
  old.send(msg("demo.room", 2), msg("demo.other", 1));
  await other.untilHeard("message");
  const third = await gateway.greeted();
  await third.resumed();
  await third.resumed();

  await untilMoved(client);
  assert.deepEqual(hearing.messages, [1, 2]);
  assert.equal(client.counters.losses, 0);
});

test("A subscription that ends during a move does not hold it up", async (t) => {
  const { gateway, client, old } = await scene(t);
  const other = client.subscribe("demo.other");
  await old.subscribed(at(0));
  await until(() => other.state === "live", "the other channel");
  old.send(LEAVE);
  const young = await gateway.greeted();
  await young.resumed();
  await young.expect("sub");

  other.unsubscribe();

  await untilMoved(client);
  await young.expect("unsub");
});

test("Closing during a move closes both sockets", async (t) => {
  const clock = new ManualClock();
  const { gateway, client, hearing, old } = await scene(t, {}, { clock });
  old.send(LEAVE);
  await until(() => client.state === "moving", "the client to move");
  clock.advance(0);
  const young = await gateway.greeted();
  await young.subscribed(at(3), { reason: "log_unavailable" });
  young.send({ op: "ping" });
  await young.expect("pong");

  await client.close();

  assert.equal(await old.closed(), 1000);
  assert.equal(await young.closed(), 1000);
  assert.equal(hearing.all("lost").length, 0);
});

test("A refusal of either socket ends both", async (t) => {
  const { gateway, client, old } = await scene(t);
  old.send(LEAVE);
  const young = await gateway.greeted();

  young.close(4505, "r=revoked");

  await until(() => client.state === "closed", "the client to be closed");
  await old.closed();
});
