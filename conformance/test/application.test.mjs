import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { Application } from "../src/application.mjs";
import { Transcript } from "../src/transcript.mjs";
import { Watch } from "../src/watch.mjs";
import { Words } from "../src/words.mjs";

/** An application whose driver has said that, in this order. */
async function told(...events) {
  const input = new PassThrough();
  const watch = new Watch();
  const application = new Application(input, new PassThrough(), watch, new Transcript());
  application.listen();
  const done = application.does({ do: "connect" });
  [...events, { did: "connect" }].forEach((event) => input.write(`${JSON.stringify(event)}\n`));
  await done;
  return { sees: (pattern) => application.sees(pattern, new Words()), application };
}

const [A, B] = ["demo.a", "demo.b"];
const message = (ch, data) => ({ saw: "message", ch, data });

test("Of one channel the order counts", async () => {
  const { sees } = await told(message(A, 1), message(A, 2));

  assert.throws(() => sees(message(A, 2)), /the application was told .*"data":1/);
});

test("Among channels, publications and states it does not", async () => {
  const { sees } = await told(
    { saw: "published", as: "p" },
    message(A, 1),
    message(B, 1),
    { saw: "state", state: "open" },
  );

  assert.ok(sees({ saw: "state", state: "open" }));
  assert.ok(sees(message(B, 1)));
  assert.ok(sees(message(A, 1)));
  assert.ok(sees({ saw: "published", as: "p" }));
});

test("States and subscribed are passed over, and what was passed over does not come again", async () => {
  const { sees, application } = await told(
    { saw: "state", state: "connecting" },
    { saw: "subscribed", ch: A },
    { saw: "state", state: "open" },
    message(A, 1),
  );

  assert.ok(sees(message(A, 1)));
  assert.ok(sees({ saw: "state", state: "open" }));
  assert.equal(sees({ saw: "state", state: "connecting" }), undefined);
  assert.equal(sees({ saw: "subscribed", ch: A }), undefined);
  assert.deepEqual(application.unseen(), []);
});

test("What nobody has awaited is left, an end of the client too", async () => {
  const { application } = await told(
    { saw: "state", state: "waiting" },
    message(A, 1),
    { saw: "state", state: "closed" },
  );

  assert.deepEqual(application.unseen(), [message(A, 1), { saw: "state", state: "closed" }]);
});

test("A driver that says what is no event has not passed", async () => {
  await assert.rejects(told({ saw: "massage", ch: A }), /no event: .*massage/);
});
