import assert from "node:assert/strict";
import { test } from "node:test";
import { Backoff, ceiling } from "../src/backoff.js";

test("The ceilings double from half a second to thirty", () => {
  const ceilings = Array.from({ length: 8 }, (_, attempt) => ceiling(attempt));

  assert.deepEqual(ceilings, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  assert.equal(ceiling(5000), 30_000);
});

/** Another one is tried by MOORING_SEED=…: of a hundred, one fails by chance. */
const SEED = Number(process.env["MOORING_SEED"] ?? 20_260_101);
const CLIENTS = 10_000;

/** The quantile of Kolmogorov's distribution at 1 %, over the root of the number of draws. */
const CRITICAL = 1.6276 / Math.sqrt(CLIENTS);

test("Each wait of 10,000 clients is drawn evenly below its ceiling", () => {
  console.log(`seed ${SEED}`);
  const random = seeded(SEED);
  const backoffs = Array.from({ length: CLIENTS }, () => new Backoff(random));

  for (let attempt = 0; attempt < 9; attempt++) {
    const waits = backoffs.map((backoff) => backoff.next());
    assert.ok(waits.every((wait) => wait >= 0 && wait < ceiling(attempt)), `attempt ${attempt}`);
    const distance = distanceFromEven(waits, ceiling(attempt));
    assert.ok(
      distance < CRITICAL,
      `attempt ${attempt}, seed ${SEED}: the distance is ${distance}, expected below ${CRITICAL}`,
    );
  }
});

/** Kolmogorov and Smirnov's, from the even distribution on 0 to `most`. */
function distanceFromEven(waits: number[], most: number): number {
  const shares = waits.map((wait) => wait / most).sort((a, b) => a - b);
  return shares.reduce(
    (distance, share, i) =>
      Math.max(distance, share - i / shares.length, (i + 1) / shares.length - share),
    0,
  );
}

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
