import { setImmediate } from "node:timers/promises";

/** Long, as the machine may be busy; only a test that fails waits for so long. */
const MOST_MS = 30_000;

/** Waits for a condition; fails if it does not come true. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const end = Date.now() + MOST_MS;
  while (!condition()) {
    if (Date.now() > end) {
      throw new Error(`waited ${MOST_MS} ms in vain for ${what}`);
    }
    await setImmediate();
  }
}
