import assert from "node:assert/strict";
import { test } from "node:test";
import { at, Gateway, msg } from "./gateway.js";
import { Hearing } from "./hearing.js";
import { ManualClock } from "./manual-clock.js";
import { until } from "./until.js";

test("A publication is answered with its place", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  client.connect();
  const peer = await gateway.greeted();

  const published = client.publish("demo.room", { hi: 1 }, { key: "k" });
  const { id, dedupe, ...pub } = await peer.expect("pub");
  peer.send({ op: "pubbed", id, ch: "demo.room", ...at(42) });

  assert.deepEqual(await published, at(42));
  assert.deepEqual(pub, { op: "pub", ch: "demo.room", key: "k", data: { hi: 1 } });
  assert.match(dedupe, /^[0-9a-f]{32}$/);
});

test("What is published before there is a connection waits for it", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);

  void client.publish("demo.room", 1, { dedupe: "mine" }).catch(() => {});
  client.connect();
  const { data, dedupe } = await (await gateway.greeted()).expect("pub");

  assert.equal(data, 1);
  assert.equal(dedupe, "mine");
});

test("What nobody answered is sent again in order, so that it can be recognised", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  client.connect();
  const first = await gateway.greeted();
  const results = [1, 2, 3].map((data) => client.publish("demo.room", data));
  const sent = [await first.expect("pub"), await first.expect("pub"), await first.expect("pub")];
  first.send({ op: "pubbed", id: sent[1].id, ch: "demo.room", ...at(2) });
  await results[1];

  first.break();
  const second = await gateway.greeted();
  const again = [await second.expect("pub"), await second.expect("pub")];
  again.forEach(({ id, ch, data }) => second.send({ op: "pubbed", id, ch, ...at(data) }));

  assert.deepEqual(again, [sent[0], sent[2]]);
  assert.deepEqual(await Promise.all(results), [at(1), at(2), at(3)]);
});

test("What was sent first more than four minutes ago is not sent again", async (t) => {
  const gateway = await Gateway.start(t);
  const clock = new ManualClock();
  const client = gateway.client(t, { clock });
  client.connect();
  const first = await gateway.greeted({ ping_ms: 1_000_000 });
  const published = client.publish("demo.room", 1, { timeoutMs: Infinity });
  const failed = assert.rejects(published, { code: "unknown_outcome" });
  await first.expect("pub");

  clock.advance(240_001);
  first.break();
  await until(() => client.state === "waiting", "the client to wait");
  clock.advance(0);
  await gateway.greeted();

  await failed;
});

test("An unavailable log is asked again when it said", async (t) => {
  const gateway = await Gateway.start(t);
  const clock = new ManualClock();
  const client = gateway.client(t, { clock, random: () => 0.5 });
  client.connect();
  const peer = await gateway.greeted();
  const published = client.publish("demo.room", 1);
  const first = await peer.expect("pub");

  const { id } = first;
  peer.send({ op: "error", id, code: "unavailable", message: "the log", retry_ms: 1000 });
  await until(() => clock.waits(1500), "a wait of a second and a half");
  clock.advance(1500);
  const second = await peer.expect("pub");
  peer.send({ op: "pubbed", id, ch: "demo.room", ...at(1) });

  assert.deepEqual(second, first);
  assert.deepEqual(await published, at(1));
});

test("What the server refuses is rejected with its code", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  client.connect();
  const peer = await gateway.greeted();
  const failed = assert.rejects(client.publish("demo.room", 1), {
    code: "forbidden",
    message: /cannot publish on demo\.room/,
  });

  const { id } = await peer.expect("pub");
  peer.send({ op: "error", id, code: "forbidden", message: "cannot publish on demo.room" });

  await failed;
});

test("Without an answer in time it is rejected, and tells whether it was sent", async (t) => {
  const gateway = await Gateway.start(t);
  const clock = new ManualClock();
  const client = gateway.client(t, { clock });
  const unsent = assert.rejects(client.publish("demo.room", 1, { timeoutMs: 500 }), {
    code: "timeout",
    message: /it was not published/,
  });
  clock.advance(500);
  await unsent;
  client.connect();
  const peer = await gateway.greeted();
  const sent = assert.rejects(client.publish("demo.room", 2), {
    code: "timeout",
    message: /is not known/,
  });
  const { id } = await peer.expect("pub");

  clock.advance(10_000);
  await sent;

  peer.send({ op: "pubbed", id, ch: "demo.room", ...at(1) }, { op: "ping" });
  await peer.expect("pong");
  assert.equal(client.state, "open");
});

test("Only so many publications wait for their answers", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t, { queue: { messages: 2 } });
  const small = gateway.client(t, { queue: { bytes: 200 } });
  const waiting = [client.publish("demo.room", 1), client.publish("demo.room", 2)];
  const settled = Promise.allSettled(waiting);

  await assert.rejects(client.publish("demo.room", 3), { code: "queue_full" });
  await assert.rejects(small.publish("demo.room", "x".repeat(200)), { code: "queue_full" });

  await client.close();
  assert.deepEqual(
    (await settled).map((result) => result.status === "rejected" && result.reason.code),
    ["closed", "closed"],
  );
});

test("What would cost the connection is refused before it is sent", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  const circle: unknown[] = [];
  circle.push(circle);
  const nested = (depth: number) => JSON.parse("[".repeat(depth) + '"]]]"' + "]".repeat(depth));

  await assert.rejects(client.publish("demo.room", "é".repeat(33_000)), { code: "too_large" });
  await assert.rejects(client.publish("demo.room", nested(32)), { code: "too_deep" });
  await assert.rejects(client.publish("demo.room", circle), { code: "bad_data" });
  await assert.rejects(client.publish("demo.room", undefined), { code: "bad_data" });
  await assert.rejects(client.publish("no room", 1), { code: "bad_channel" });

  const deepest = client.publish("demo.room", nested(31));
  client.connect();
  const { id } = await (await gateway.greeted()).expect("pub");
  assert.ok(id > 0);
  deepest.catch(() => {});
});

test("It sends no faster than the server allows, but answers pings at once", async (t) => {
  const gateway = await Gateway.start(t);
  const clock = new ManualClock();
  const client = gateway.client(t, { clock });
  client.connect();
  const peer = await gateway.greeted({ limits: { messages_per_10s: 10 } });
  await until(() => client.state === "open", "the client to be open");
  const answer = async () => {
    const { id, ch, data } = await peer.expect("pub");
    peer.send({ op: "pubbed", id, ch, ...at(data) });
  };

  // The first word was one of the eight that may leave at once.
  const results = Array.from({ length: 9 }, (_, i) => client.publish("demo.room", i + 1));
  for (let i = 0; i < 7; i++) {
    await answer();
  }
  await Promise.all(results.slice(0, 7));
  assert.equal(peer.unread, 0);
  clock.advance(1250);
  await answer();
  await results[7];
  peer.send({ op: "ping" });
  await peer.expect("pong");
  clock.advance(3750);
  await answer();

  await results[8];
});

test("Without answers only so many are on their way", async (t) => {
  const gateway = await Gateway.start(t);
  const clock = new ManualClock();
  const client = gateway.client(t, { clock });
  client.connect();
  const peer = await gateway.greeted({ limits: { messages_per_10s: 10 } });
  const results = Array.from({ length: 9 }, (_, i) =>
    client.publish("demo.room", i, { timeoutMs: Infinity }),
  );
  void Promise.allSettled(results);
  const sent = [];
  for (let i = 0; i < 8; i++) {
    sent.push(await peer.expect("pub"));
  }

  clock.advance(20_000);
  peer.send({ op: "ping" });
  await peer.expect("pong");
  peer.send({ op: "pubbed", id: sent[0].id, ch: "demo.room", ...at(1) });

  assert.equal((await peer.expect("pub")).data, 8);
});

test("What is published right after a subscription waits until that has begun", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  const hearing = new Hearing();
  client.subscribe("demo.room", hearing.listener);
  client.connect();
  const published = client.publish("demo.room", 1);
  const elsewhere = client.publish("demo.other", 2);
  const peer = await gateway.greeted();

  const sub = await peer.expect("sub");
  const other = await peer.expect("pub");
  peer.send({ op: "subbed", id: sub.id, ch: sub.ch, pos: at(0), recovered: false, replayed: 0 });
  const pub = await peer.expect("pub");
  peer.send(msg("demo.room", 1), { op: "pubbed", id: pub.id, ch: pub.ch, ...at(1) });
  peer.send({ op: "pubbed", id: other.id, ch: other.ch, ...at(9) });
  await hearing.untilHeard("message");

  assert.equal(other.ch, "demo.other");
  assert.deepEqual(await published, at(1));
  await elsewhere;
});

test("After close what was sent has an unknown outcome, and nothing more is taken", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  client.connect();
  const peer = await gateway.greeted();
  const failed = assert.rejects(client.publish("demo.room", 1), { code: "unknown_outcome" });
  await peer.expect("pub");

  await client.close();

  await failed;
  await assert.rejects(client.publish("demo.room", 2), { code: "closed" });
});
