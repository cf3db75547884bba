import assert from "node:assert/strict";
import { test } from "node:test";
import { at, Gateway, msg } from "./gateway.js";
import { until } from "./until.js";

test("A callback that throws, or rejects, is told and breaks nothing", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  const errors: string[] = [];
  const heard: number[] = [];
  client.on("error", ({ code, cause }) => errors.push(`${code} ${(cause as Error).message}`));
  client.subscribe("demo.room", {
    message({ data }) {
      heard.push(data);
      if (data === 1) {
        throw new Error("thrown");
      }
      return data === 2 ? Promise.reject(new Error("rejected")) : undefined;
    },
  });
  client.connect();
  const peer = await gateway.greeted();
  await peer.subscribed(at(0));

  peer.send(...[1, 2, 3].map((off) => msg("demo.room", off)));
  await until(() => heard.length === 3 && errors.length === 2, "all messages and errors");

  assert.deepEqual(errors, ["callback_failed thrown", "callback_failed rejected"]);
  assert.equal(client.state, "open");
});

test("A listener of states and errors may throw as well", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  const printed: unknown[] = [];
  const print = console.error;
  t.after(() => (console.error = print));
  console.error = (text) => printed.push(text);
  const stop = client.on("state", () => {
    throw new Error("of a state");
  });
  client.on("error", () => {
    throw new Error("of an error");
  });

  client.connect();
  await gateway.greeted();
  await until(() => client.state === "open", "the client to be open");

  await until(() => printed.length === 2, "both errors on the console");
  stop();
});

test("The client may be closed from inside a callback, in the middle of a frame", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  client.subscribe("demo.room", { message: () => void client.close() });
  client.connect();
  const peer = await gateway.greeted();
  await peer.subscribed(at(0));

  peer.send(msg("demo.room", 1), msg("demo.room", 2));

  assert.equal(await peer.closed(), 1000);
  assert.equal(client.state, "closed");
});

test("Whatever the client can do may be asked for from inside its callbacks", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  const other: number[] = [];
  const room = client.subscribe("demo.room", {
    message() {
      room.unsubscribe();
      client.subscribe("demo.other", { message: ({ data }) => other.push(data) });
      void client.publish("demo.other", 1);
    },
  });
  client.connect();
  const peer = await gateway.greeted();
  await peer.subscribed(at(0));

  peer.send(msg("demo.room", 1), msg("demo.room", 2));
  await peer.expect("unsub");
  await peer.subscribed(at(0));
  const { id, ch } = await peer.expect("pub");
  peer.send({ op: "pubbed", id, ch, ...at(1) }, msg("demo.other", 1));

  await until(() => other.length === 1, "the message on the other channel");
});

test("It may be connected again from inside the change to closed", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  const stop = client.on("state", ({ to }) => to === "closed" && client.connect());
  client.connect();
  (await gateway.greeted()).close(4504, "r=replaced");

  await gateway.greeted();
  await until(() => client.state === "open", "the client to be open");
  stop();
});

test("Whoever has stopped listening hears nothing", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  let heard = 0;
  const stop = client.on("state", () => heard++);

  client.connect();
  stop();
  await gateway.greeted();
  await until(() => client.state === "open", "the client to be open");

  assert.equal(heard, 0);
  assert.throws(() => client.on("stat" as never, () => {}), { code: "bad_option" });
});

test("A subscription that is refused is told as an error where the listener does not hear of it", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  const errors: string[] = [];
  client.on("error", ({ code, message }) => errors.push(`${code}: ${message}`));
  client.subscribe("nowhere.room", { message: () => {} });
  client.connect();
  const peer = await gateway.greeted();

  const { id, ch } = await peer.expect("sub");
  peer.send({ op: "sub_failed", id, ch, reason: "no_such_namespace" });
  await until(() => errors.length > 0, "an error");

  assert.match(errors[0]!, /^no_such_namespace: the subscription to nowhere\.room has failed, /);
});

test("What is misspelt, or of another kind, is no option and no listener", async (t) => {
  const gateway = await Gateway.start(t);
  const client = gateway.client(t);
  const mistakes: [() => unknown, RegExp][] = [
    [() => gateway.client(t, { tokn: 1 } as object), /^the client has no "tokn": expected token, /],
    [() => gateway.client(t, { closeTimeoutMs: "1" } as object), /^closeTimeoutMs of the client is string/],
    [() => gateway.client(t, { queue: { message: 1 } } as object), /^queue has no "message": expected messages, /],
    [() => client.subscribe("demo.room", (() => {}) as object), /^the listener is function, /],
    [() => client.subscribe("demo.room", { mesage() {} } as object), /^the listener has "mesage", /],
    [() => client.subscribe("demo.room", { message: 1 } as object), /^message of the listener is number, /],
  ];
  for (const [mistake, message] of mistakes) {
    assert.throws(mistake, { code: "bad_option", message });
  }
  await assert.rejects(client.publish("demo.room", 1, { dedup: "x" } as object), {
    code: "bad_option",
    message: 'publish() has no "dedup": expected key, dedupe, timeoutMs',
  });

  const { state } = client.subscribe("demo.room");
  client.subscribe("demo.count", { count: 0, message() {} } as object);
  assert.equal(state, "pending");
});
