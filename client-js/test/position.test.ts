import assert from "node:assert/strict";
import { test } from "node:test";
import type { Verdict } from "../src/position.js";
import { judge, missing, positionOf } from "../src/position.js";

const LAST = { epoch: "e1", off: 7, tag: 700 };

const VERDICTS: [number, number, boolean, Verdict][] = [
  [8, 800, false, "next"],
  [8, 800, true, "next"],
  [9, 900, false, "gap"],
  [9, 900, true, "next"],
  [7, 700, false, "seen"],
  [7, 700, true, "seen"],
  [7, 701, false, "contradiction"],
  [7, 701, true, "contradiction"],
  [6, 600, false, "seen"],
  [1, 1, true, "seen"],
];

for (const [off, tag, conflate, verdict] of VERDICTS) {
  test(`After 7:700, ${off}:${tag} is ${verdict}${conflate ? " where values are left out" : ""}`, () =>
    assert.equal(judge(LAST, off, tag, conflate), verdict));
}

test("What is missing is counted within an epoch, and is one loss across", () => {
  assert.equal(missing(LAST, { epoch: "e1", off: 12, tag: 1 }), 5);
  assert.equal(missing(LAST, { epoch: "e1", off: 3, tag: 1 }), 1);
  assert.equal(missing(LAST, { epoch: "e2", off: 12, tag: 1 }), 1);
});

test("What is no position is not taken for one", () => {
  for (const json of [undefined, {}, { epoch: "e1", off: 1 }, { epoch: 1, off: 1, tag: 1 }]) {
    assert.throws(() => positionOf(json as never), TypeError);
  }
});
