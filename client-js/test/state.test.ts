import assert from "node:assert/strict";
import { test } from "node:test";
import type { Event, State } from "../src/state.js";
import { next } from "../src/state.js";

const EVENTS =
  "connect opened failed refused told moved due offline online close".split(" ") as Event[];

/** A dot is what means nothing, a dash what cannot happen. */
const TABLE = `
idle        connecting  -     -                   -       -       -       -           .        .           closed
connecting  .           open  waiting             closed  -       -       -           waiting  .           closed
open        .           -     waiting             closed  moving  -       -           .        .           closed
moving      .           -     waiting/connecting  closed  moving  open    moving      .        .           closed
waiting     .           -     -                   -       -       -       connecting  waiting  connecting  closed
closed      connecting  -     -                   -       -       -       -           .        .           .
`;

for (const row of TABLE.trim().split("\n")) {
  const [state, ...targets] = row.split(/ +/) as [State, ...string[]];
  EVENTS.forEach((event, column) => {
    const target = targets[column]!;
    if (target === "-") {
      test(`${event} cannot happen while ${state}`, () => {
        assert.throws(() => next(state, event), { code: "bug" });
      });
      return;
    }
    const [otherwise, underWay = otherwise] = target.split("/");
    test(`${event} while ${state} leads to ${target}`, () => {
      assert.equal(next(state, event, false) ?? ".", otherwise);
      assert.equal(next(state, event, true) ?? ".", underWay);
    });
  });
}
