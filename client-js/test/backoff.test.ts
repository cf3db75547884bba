import assert from "node:assert/strict";
import { test } from "node:test";
import { Backoff, ceiling } from "../src/backoff.js";

test("The ceilings double from half a second to thirty", () => {
  const ceilings = Array.from({ length: 8 }, (_, attempt) => ceiling(attempt));

  assert.deepEqual(ceilings, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  assert.equal(ceiling(5000), 30_000);
});

test("Each wait is drawn evenly below its ceiling", () => {
  const sums = new Array<number>(8).fill(0);
  const draws = 2000;
  const random = seeded(42);

  for (let i = 0; i < draws; i++) {
    const backoff = new Backoff(random);
    for (let attempt = 0; attempt < sums.length; attempt++) {
      const wait = backoff.next();
      assert.ok(wait >= 0 && wait < ceiling(attempt), `attempt ${attempt} waits ${wait} ms`);
      sums[attempt]! += wait;
    }
  }

  sums.forEach((sum, attempt) => {
    const mean = sum / draws / ceiling(attempt);
    assert.ok(Math.abs(mean - 0.5) < 0.03, `attempt ${attempt} waits ${mean} of its ceiling`);
  });
});

test("After a reset the next attempt is the first", () => {
  const backoff = new Backoff(() => 0.5);
  backoff.next();
  backoff.next();

  backoff.reset();

  assert.equal(backoff.next(), 250);
});

test("The server's terms hold from when it has told them", () => {
  const backoff = new Backoff(() => 0.5);
  backoff.next();

  backoff.terms = { firstMs: 100, maxMs: 150 };

  assert.equal(backoff.next(), 75);
});

/** Mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
