import assert from "node:assert/strict";
import { test } from "node:test";
import { CLOSE, closeFrame, frame, FrameReader, PING, TEXT } from "../src/frames.mjs";

for (const length of [0, 1, 125, 126, 65_535, 65_536]) {
  test(`A frame of ${length} bytes is read as it was written`, () => {
    const payload = Buffer.alloc(length, "x");

    assert.deepEqual(new FrameReader().read(frame(TEXT, payload)), [{ opcode: TEXT, payload }]);
  });
}

test("Frames are put together, however they arrive", () => {
  const text = Buffer.alloc(200, "x");
  const bytes = Buffer.concat([frame(TEXT, text), frame(PING, Buffer.from("p"))]);
  const reader = new FrameReader();

  const read = [...bytes].flatMap((byte) => reader.read(Buffer.from([byte])));

  assert.deepEqual(read, [
    { opcode: TEXT, payload: text },
    { opcode: PING, payload: Buffer.from("p") },
  ]);
});

test("A masked frame is unmasked", () => {
  // RFC 6455 section 5.7.
  const hello = Buffer.from("818537fa213d7f9f4d5158", "hex");

  assert.deepEqual(new FrameReader().read(hello), [
    { opcode: TEXT, payload: Buffer.from("Hello") },
  ]);
});

test("Fragments are one message, and control frames may come between them", () => {
  // RFC 6455 section 5.7, with a ping between.
  const bytes = Buffer.from("010348656c" + "890568656c6c6f" + "80026c6f", "hex");

  assert.deepEqual(new FrameReader().read(bytes), [
    { opcode: PING, payload: Buffer.from("hello") },
    { opcode: TEXT, payload: Buffer.from("Hello") },
  ]);
});

test("A close frame has its code and reason", () => {
  const [{ opcode, payload }] = new FrameReader().read(closeFrame(4200, "r=drain"));

  assert.equal(opcode, CLOSE);
  assert.equal(payload.readUInt16BE(), 4200);
  assert.equal(payload.toString("utf8", 2), "r=drain");
});
