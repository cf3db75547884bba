import assert from "node:assert/strict";
import { test } from "node:test";
import { at, Gateway, msg } from "./gateway.js";
import { Hearing } from "./hearing.js";
import { ManualClock } from "./manual-clock.js";
import { until } from "./until.js";

test("Messages are delivered in order, with where they stand", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  const messages: object[] = [];
  const room = client.subscribe("demo.room", { message: (message) => messages.push(message) });
  client.connect();
  assert.equal(room.state, "pending");
  const peer = await gateway.greeted();

  const sub = await peer.subscribed(at(4));
  peer.send(msg("demo.room", 5, { from: "u17" }), msg("demo.room", 6, { key: "k", data: null }));
  await until(() => messages.length === 2, "two messages");

  assert.deepEqual(sub, { op: "sub", id: sub.id, ch: "demo.room" });
  assert.deepEqual(messages, [
    { channel: "demo.room", epoch: "e1", off: 5, tag: 500, data: 5, from: "u17" },
    { channel: "demo.room", epoch: "e1", off: 6, tag: 600, data: null, key: "k" },
  ]);
  assert.equal(room.state, "live");
  assert.deepEqual(room.position, at(6));
});

test("After a reconnect all channels are asked for in one array, each from its position", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  client.subscribe("demo.a");
  client.subscribe("demo.b");
  const hearing = new Hearing();
  client.subscribe("demo.c", hearing.listener);
  client.connect();
  const first = await gateway.greeted();
  await first.subscribed(at(1));
  await first.subscribed(at(2, "e2"));
  await first.subscribed(at(3));
  first.send(msg("demo.c", 4));
  await hearing.untilHeard("message");
  first.break();

  const second = await gateway.greeted();
  await second.resumed();
  await second.resumed();
  await second.resumed({ replayed: 1 });
  second.send(msg("demo.c", 5));
  await hearing.untilHeard("message", 2);

  const asked = second.frames[0].map(({ ch, pos }: any) => ({ ch, pos }));
  assert.deepEqual(asked, [
    { ch: "demo.a", pos: at(1) },
    { ch: "demo.b", pos: at(2, "e2") },
    { ch: "demo.c", pos: at(4) },
  ]);
  assert.deepEqual(hearing.heard, [
    ["subscribed", { position: at(3), recovered: false, replayed: 0 }],
    ["message", 4],
    ["subscribed", { position: at(4), recovered: true, replayed: 1 }],
    ["message", 5],
  ]);
});

test("What was seen is dropped and counted", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  const hearing = new Hearing();
  client.subscribe("demo.room", hearing.listener);
  client.connect();
  const peer = await gateway.greeted();
  await peer.subscribed(at(0));

  peer.send(msg("demo.room", 1), msg("demo.room", 2), msg("demo.room", 1), msg("demo.room", 2));
  peer.send(msg("demo.room", 3));
  await hearing.untilHeard("message", 3);

  assert.deepEqual(hearing.messages, [1, 2, 3]);
  assert.equal(client.counters.duplicates, 2);
});

for (const [what, wrong] of [
  ["a gap", msg("demo.room", 3)],
  ["another message at the same place", msg("demo.room", 1, { tag: 7 })],
] as const) {
  test(`After ${what} the channel is asked for from the position, and nothing is told meanwhile`, async (t) => {
    const gateway = await Gateway.start(t);
    const client = gateway.client(t);
    const hearing = new Hearing();
    client.subscribe("demo.room", hearing.listener);
    client.connect();
    const peer = await gateway.greeted();
    await peer.subscribed(at(0));

    peer.send(msg("demo.room", 1), wrong, msg("demo.room", 4));
    await peer.expect("unsub");
    const { pos } = await peer.resumed({ replayed: 3 });
    peer.send(...[2, 3, 4].map((off) => msg("demo.room", off)));
    await hearing.untilHeard("message", 4);

    assert.deepEqual(pos, at(1));
    assert.deepEqual(hearing.messages, [1, 2, 3, 4]);
    assert.equal(client.counters.gaps, 1);
    assert.deepEqual(hearing.all("subscribed"), [
      { position: at(0), recovered: false, replayed: 0 },
      { position: at(1), recovered: true, replayed: 3 },
    ]);
    assert.equal(client.counters.losses, 0);
  });
}

test("Where values are left out on purpose a greater offset is the next", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  const hearing = new Hearing();
  client.subscribe("demo.prices", hearing.listener);
  client.connect();
  const peer = await gateway.greeted();
  await peer.subscribed(at(0), { conflate: true });

  peer.send(msg("demo.prices", 1), msg("demo.prices", 5), msg("demo.prices", 6));
  await hearing.untilHeard("message", 3);

  assert.deepEqual(hearing.messages, [1, 5, 6]);
  assert.equal(client.counters.gaps, 0);
});

test("What cannot be had after a reconnect is told before what follows", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  const hearing = new Hearing();
  client.subscribe("demo.room", hearing.listener);
  client.connect();
  const first = await gateway.greeted();
  await first.subscribed(at(3));
  first.break();

  const second = await gateway.greeted();
  await second.subscribed(at(9), { reason: "trimmed" });
  second.send(msg("demo.room", 10));
  await hearing.untilHeard("message");

  assert.deepEqual(hearing.heard.slice(1), [
    ["subscribed", { position: at(9), recovered: false, replayed: 0 }],
    ["lost", { reason: "trimmed", position: at(9) }],
    ["message", 10],
  ]);
  assert.equal(client.counters.losses, 6);
});

test("A loss in the middle goes on in the epoch that it names", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  const hearing = new Hearing();
  const room = client.subscribe("demo.room", hearing.listener);
  client.connect();
  const peer = await gateway.greeted();
  await peer.subscribed(at(3));

  peer.send({ op: "lost", ch: "demo.room", reason: "epoch_changed", pos: at(1, "e2") });
  peer.send(msg("demo.room", 2));
  await hearing.untilHeard("message");

  assert.deepEqual(hearing.heard.slice(1), [
    ["lost", { reason: "epoch_changed", position: at(1, "e2") }],
    ["message", 2],
  ]);
  assert.deepEqual(room.position, at(2, "e2"));
  assert.equal(client.counters.losses, 1);
});

test("After a rollback to an earlier place in the same epoch nothing is taken for seen", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  const hearing = new Hearing();
  client.subscribe("demo.room", hearing.listener);
  client.connect();
  const first = await gateway.greeted();
  await first.subscribed(at(9));
  first.break();

  const second = await gateway.greeted();
  await second.subscribed(at(5, "e1", 55), { reason: "epoch_changed" });
  second.send(msg("demo.room", 6));
  await hearing.untilHeard("message");

  assert.equal(hearing.all("lost").length, 1);
  assert.deepEqual(hearing.messages, [6]);
});

test("A channel that is unavailable is asked for again, backing off, from the same position", async (t) => {
  const gateway = await Gateway.start(t);
  const clock = new ManualClock();
  const resubscribeBackoff = { firstMs: 100 };
  const client = gateway.client(t, { clock, random: () => 0.5, resubscribeBackoff });
  const hearing = new Hearing();
  client.subscribe("demo.room", hearing.listener);
  client.connect();
  const first = await gateway.greeted();
  await first.subscribed(at(3));
  await hearing.untilHeard("subscribed");
  first.break();
  await until(() => client.state === "waiting", "the client to wait");
  clock.advance(250);
  const peer = await gateway.greeted();

  for (const wait of [50, 100]) {
    const { id, ch, pos } = await peer.expect("sub");
    assert.deepEqual(pos, at(3));
    peer.send({ op: "sub_failed", id, ch, reason: "unavailable" });
    await until(() => clock.waits(wait), `a wait of ${wait} ms`);
    clock.advance(wait);
  }
  await peer.resumed();
  await hearing.untilHeard("subscribed", 2);

  assert.equal(hearing.all("failed").length, 0);
});

test("A channel that is refused is over", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  const hearing = new Hearing();
  const room = client.subscribe("demo.room", hearing.listener);
  client.connect();
  const peer = await gateway.greeted();
  const { id, ch } = await peer.expect("sub");

  peer.send({ op: "sub_failed", id, ch, reason: "forbidden" });

  assert.deepEqual(await hearing.untilHeard("failed"), { reason: "forbidden" });
  assert.equal(room.state, "failed");
  client.subscribe("demo.room");
  await peer.expect("sub");
});

test("A channel that the server ends is over", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  const hearing = new Hearing();
  const room = client.subscribe("demo.room", hearing.listener);
  client.connect();
  const peer = await gateway.greeted();
  await peer.subscribed(at(3));

  peer.send(msg("demo.room", 4), { op: "unsubbed", ch: "demo.room", reason: "forbidden" });

  assert.deepEqual(await hearing.untilHeard("ended"), { reason: "forbidden" });
  assert.deepEqual(hearing.messages, [4]);
  assert.equal(room.state, "ended");
});

test("After unsubscribe nothing is told, and another subscription begins anew", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  const [old, young] = [new Hearing(), new Hearing()];
  const room = client.subscribe("demo.room", old.listener);
  client.connect();
  const peer = await gateway.greeted();
  await peer.subscribed(at(3));
  await old.untilHeard("subscribed");

  room.unsubscribe();
  client.subscribe("demo.room", young.listener);
  peer.send(msg("demo.room", 4));
  const unsub = await peer.expect("unsub");
  peer.send({ op: "unsubbed", id: unsub.id, ch: "demo.room" });
  const sub = await peer.subscribed(at(4));
  peer.send(msg("demo.room", 5));
  await young.untilHeard("message");

  assert.equal(room.state, "ended");
  assert.equal(sub.pos, undefined);
  assert.deepEqual(old.messages, []);
  assert.deepEqual(young.messages, [5]);
});

test("Unsubscribe while a resume is under way ends it", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  const hearing = new Hearing();
  const room = client.subscribe("demo.room", hearing.listener);
  client.connect();
  const first = await gateway.greeted();
  await first.subscribed(at(3));
  await hearing.untilHeard("subscribed");
  first.break();
  const second = await gateway.greeted();
  const { id, ch, pos } = await second.expect("sub");

  room.unsubscribe();
  second.send({ op: "subbed", id, ch, pos, recovered: true, replayed: 1 }, msg("demo.room", 4));
  await second.expect("unsub");
  second.send({ op: "ping" });
  await second.expect("pong");

  assert.equal(hearing.heard.length, 1);
});

test("Many subscriptions made at once are one message, in frames that the server takes", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  client.connect();
  const limits = { frame_bytes: 2000 };
  const peer = await gateway.greeted({ limits });
  await until(() => client.state === "open", "the client to be open");

  for (let i = 0; i < 20; i++) {
    client.subscribe(`demo.${"x".repeat(200)}${i}`);
  }
  for (let i = 0; i < 20; i++) {
    await peer.expect("sub");
  }

  assert.equal(peer.frames.length, 3);
  peer.frames.forEach((frame) => assert.ok(JSON.stringify(frame).length <= 2000));
});

test("A name that no channel can have is refused at once, and so is a second subscription", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  client.subscribe("demo.room");

  assert.throws(() => client.subscribe("demo.room"), { code: "already_subscribed" });
  assert.throws(() => client.subscribe("demo room"), { code: "bad_channel" });
  assert.throws(() => client.subscribe(""), { code: "bad_channel" });
});

test("A subscription stays through close and another connect", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  const hearing = new Hearing();
  const room = client.subscribe("demo.room", hearing.listener);
  client.connect();
  await (await gateway.greeted()).subscribed(at(3));
  await hearing.untilHeard("subscribed");

  await client.close();
  assert.equal(room.state, "pending");
  client.connect();
  const { pos } = await (await gateway.greeted()).resumed();

  assert.deepEqual(pos, at(3));
  await hearing.untilHeard("subscribed", 2);
});
