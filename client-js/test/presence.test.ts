import assert from "node:assert/strict";
import { test } from "node:test";
import { digestOf } from "../src/digest.js";
import { BrowserLike } from "./browser-like.js";
import { at, Gateway, msg } from "./gateway.js";
import { Hearing } from "./hearing.js";
import { ManualClock } from "./manual-clock.js";

const ann = { user: "ann" };
const bob = { user: "bob", info: { name: "Bob" } };
const eve = { user: "eve" };

test("Who is there is told once, and then who joins and leaves", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  const hearing = new Hearing();
  const room = client.subscribe("demo.room", hearing.listener, { presence: true });
  client.connect();
  const peer = await gateway.greeted();

  const sub = await peer.subscribed(at(0), { count: 1, members: [bob] });
  peer.send({ op: "join", ch: "demo.room", ...ann }, { op: "join", ch: "demo.room", ...ann });
  peer.send({ op: "leave", ch: "demo.room", ...bob }, { op: "leave", ch: "demo.room", ...eve });
  await hearing.untilHeard("left");

  assert.equal(sub.presence, true);
  assert.deepEqual(hearing.heard.slice(1), [
    ["members", { members: [bob] }],
    ["joined", ann],
    ["left", bob],
  ]);
  assert.deepEqual([...room.members.values()], [ann]);
});

test("A large room is read page by page before it is told", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  const hearing = new Hearing();
  client.subscribe("demo.room", hearing.listener, { presence: true });
  client.connect();
  const peer = await gateway.greeted();
  await peer.subscribed(at(0), { count: 3, members: [ann], next: "ann" });

  const second = await peer.expect("presence");
  peer.send({ op: "leave", ch: "demo.room", ...ann });
  peer.send({ op: "presence", id: second.id, ch: "demo.room", count: 2, members: [bob], next: "bob" });
  const third = await peer.expect("presence");
  peer.send({ op: "presence", id: third.id, ch: "demo.room", count: 2, members: [eve] });
  const { members } = await hearing.untilHeard("members");

  assert.deepEqual([second.after, third.after], ["ann", "bob"]);
  assert.deepEqual(members, [bob, eve]);
  assert.deepEqual(hearing.all("left"), []);
});

test("After a reconnect only what has changed is told", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  const hearing = new Hearing();
  client.subscribe("demo.room", hearing.listener, { presence: true });
  client.connect();
  const first = await gateway.greeted();
  await first.subscribed(at(0), { count: 2, members: [ann, bob] });
  await hearing.untilHeard("members");
  first.break();

  const second = await gateway.greeted();
  await second.resumed({ count: 2, members: [bob], next: "bob" });
  const page = await second.expect("presence");
  assert.deepEqual(hearing.all("left"), []);
  second.send({ op: "presence", id: page.id, ch: "demo.room", count: 2, members: [eve] });
  await hearing.untilHeard("left");

  assert.deepEqual(hearing.all("joined"), [eve]);
  assert.deepEqual(hearing.all("left"), [ann]);
  assert.equal(hearing.all("members").length, 1);
});

test("Where there is no presence nobody is told of", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  const hearing = new Hearing();
  const room = client.subscribe("demo.room", hearing.listener, { presence: true });
  client.connect();
  const peer = await gateway.greeted();
  await peer.subscribed(at(0));
  peer.send(msg("demo.room", 1));
  await hearing.untilHeard("message");

  assert.deepEqual(hearing.all("members"), []);
  assert.equal(room.members.size, 0);
});

test("A large room that has not changed is not read again", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  const hearing = new Hearing();
  const room = client.subscribe("demo.room", hearing.listener, { presence: true });
  client.connect();
  const first = await gateway.greeted();
  const digest = digestOf(["ann", "bob", "eve"]);
  await first.subscribed(at(0), { count: 3, members: [ann], digest, next: "ann" });
  const page = await first.expect("presence");
  first.send({ op: "presence", id: page.id, ch: "demo.room", count: 3, members: [bob, eve] });
  await hearing.untilHeard("members");
  first.break();

  const second = await gateway.greeted();
  await second.resumed({ count: 3, members: [ann], digest, next: "ann" });
  second.send({ op: "leave", ch: "demo.room", ...bob }, { op: "ping" });
  await hearing.untilHeard("left");
  await second.expect("pong");

  assert.equal(second.unread, 0);
  assert.deepEqual(hearing.all("joined"), []);
  assert.deepEqual(hearing.all("left"), [bob]);
  assert.deepEqual([...room.members.values()], [ann, eve]);
});

test("A large room with as many others is read again", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  const hearing = new Hearing();
  client.subscribe("demo.room", hearing.listener, { presence: true });
  client.connect();
  const first = await gateway.greeted();
  await first.subscribed(at(0), { count: 2, members: [ann, bob] });
  await hearing.untilHeard("members");
  first.break();

  const second = await gateway.greeted();
  const digest = digestOf(["ann", "eve"]);
  await second.resumed({ count: 2, members: [ann], digest, next: "ann" });
  const page = await second.expect("presence");
  second.send({ op: "presence", id: page.id, ch: "demo.room", count: 2, members: [eve] });
  await hearing.untilHeard("left");

  assert.deepEqual(hearing.all("joined"), [eve]);
  assert.deepEqual(hearing.all("left"), [bob]);
});

test("The digest of a set of users is that of docs/protocol.md", () => {
  assert.equal(digestOf([]), 0);
  assert.equal(digestOf(["ann"]), 2_778_018_533);
  assert.equal(digestOf(["acme/bob", "ann"]), 4_259_666_680);
  assert.equal(digestOf(["ann", "acme/bob"]), 4_259_666_680);
  assert.notEqual(digestOf(["u11", "u22"]), digestOf(["u12", "u21"]));
});

test("Healing a hole is not leaving", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  const room = client.subscribe("demo.room", {}, { presence: true });
  client.connect();
  const peer = await gateway.greeted();
  await peer.subscribed(at(0), { count: 1, members: [ann] });
  peer.send(msg("demo.room", 1), msg("demo.room", 3));

  const healing = await peer.expect("unsub");
  await peer.resumed({ count: 1, members: [ann] });
  room.unsubscribe();
  const leaving = await peer.expect("unsub");

  assert.equal(healing.again, true);
  assert.equal(leaving.again, undefined);
});

test("A socket that a browser gives up is not closed as by one who leaves", async (t) => {
  const gateway = await Gateway.start(t);
  const clock = new ManualClock();
  const client = gateway.client(t, { clock, WebSocket: BrowserLike });
  client.connect();
  const peer = await gateway.greeted({ ping_ms: 1000, pong_ms: 500 });
  await peer.expect("pong");

  clock.advance(1500);

  assert.equal(await peer.closed(), 3000);
});

test("A page that is left says goodbye, and comes back if it is shown again", async (t) => {
  const page = new EventTarget();
  const names = ["addEventListener", "removeEventListener"] as const;
  for (const name of names) {
    Object.defineProperty(globalThis, name, { value: page[name].bind(page), configurable: true });
  }
  t.after(() => names.forEach((name) => Reflect.deleteProperty(globalThis, name)));
  const gateway = await Gateway.start(t);
  const client = gateway.client(t, { WebSocket: BrowserLike });
  client.connect();
  const first = await gateway.greeted();
  await first.expect("pong");

  page.dispatchEvent(new Event("pagehide"));

  assert.equal(await first.closed(), 1000);
  await gateway.greeted();
});
