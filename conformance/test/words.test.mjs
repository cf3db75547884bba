import assert from "node:assert/strict";
import { test } from "node:test";
import { Words } from "../src/words.mjs";

test("A pattern names what counts, and the rest is free", () => {
  const words = new Words();

  assert.ok(words.match({ op: "sub", pos: { off: 1 } }, { op: "sub", id: 3, pos: { off: 1, tag: 5 } }));
  assert.ok(!words.match({ op: "sub", pos: { off: 1 } }, { op: "sub", pos: { off: 2 } }));
  assert.ok(!words.match({ op: "sub", pos: {} }, { op: "sub" }));
  assert.ok(words.match({ data: null }, { data: null }));
  assert.ok(!words.match({ data: null }, {}));
  assert.ok(!words.match({ data: 1 }, { data: "1" }));
  assert.ok(!words.match({ deleted: [] }, { deleted: ["k"] }));
});

test("A field may have to be missing", () => {
  const words = new Words();

  assert.ok(words.match({ op: "sub", pos: "$none" }, { op: "sub" }));
  assert.ok(!words.match({ op: "sub", pos: "$none" }, { op: "sub", pos: { off: 1 } }));
});

test("A word stands for what was found in its place first", () => {
  const words = new Words();
  assert.ok(words.match({ id: "$id", pos: "$pos" }, { id: 7, pos: { off: 1 } }));

  assert.ok(words.match({ id: "$id" }, { id: 7 }));
  assert.ok(!words.match({ id: "$id" }, { id: 8 }));
  assert.deepEqual(words.fill([{ id: "$id", pos: "$pos" }, "$id"]), [{ id: 7, pos: { off: 1 } }, 7]);
});

test("What did not fit leaves no word behind", () => {
  const words = new Words();
  assert.ok(!words.match({ id: "$id", op: "sub" }, { id: 7, op: "pub" }));

  assert.throws(() => words.fill("$id"), /\$id/);
  assert.ok(words.match({ id: "$id" }, { id: 8 }));
});

test("A word may be a part of a text", () => {
  const words = new Words();
  words.set("edge", "ws://127.0.0.1:1");

  assert.equal(words.fill("$edge/ws/app-1/c1"), "ws://127.0.0.1:1/ws/app-1/c1");
});
