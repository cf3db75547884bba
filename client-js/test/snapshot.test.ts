import assert from "node:assert/strict";
import { test } from "node:test";
import { Keys, readSnapshot } from "../src/snapshot.js";

const E1 = (off: number) => ({ epoch: "e1", off, tag: off });

function snapshot(fields: object): ReturnType<typeof readSnapshot> {
  return readSnapshot({ epoch: "e1", off: 10, tag: 10, complete: true, full: true, ...fields });
}

function told(...keys: [string, number, unknown?][]): Keys {
  const known = new Keys();
  keys.forEach(([key, off, data = "data"]) => known.told(key, E1(off), data, true));
  return known;
}

test("Only what is newer than what was told is a change", () => {
  const keys = told(["same", 3], ["newer", 4], ["live", 12]);

  const reconciled = keys.reconcile(
    snapshot({
      entries: {
        same: { off: 3, data: 1 },
        newer: { off: 9, data: 2 },
        live: { off: 8, data: 3 },
        unknown: { off: 2, data: 4 },
      },
    }),
  );

  assert.deepEqual(reconciled, {
    changed: [
      { key: "newer", data: 2, off: 9 },
      { key: "unknown", data: 4, off: 2 },
    ],
    deleted: [],
  });
});

test("A key that a whole snapshot lacks was deleted, unless it is newer", () => {
  const keys = told(["old", 3], ["live", 12]);

  assert.deepEqual(keys.reconcile(snapshot({ entries: {} })), { changed: [], deleted: ["old"] });
});

test("An incomplete snapshot deletes nothing", () => {
  const keys = told(["old", 3]);

  const reconciled = keys.reconcile(snapshot({ complete: false, entries: {} }));

  assert.deepEqual(reconciled, { changed: [], deleted: [] });
});

test("A snapshot of changes deletes what it names, and only that", () => {
  const keys = told(["gone", 3], ["kept", 4]);

  const reconciled = keys.reconcile(
    snapshot({
      full: false,
      complete: false,
      entries: { gone: { off: 9, data: null }, unknown: { off: 8, data: null } },
    }),
  );

  assert.deepEqual(reconciled, { changed: [], deleted: ["gone"] });
});

test("What was deleted live does not come back by an older snapshot", () => {
  const keys = told(["gone", 12, null]);

  const reconciled = keys.reconcile(snapshot({ entries: { gone: { off: 5, data: 1 } } }));

  assert.deepEqual(reconciled, { changed: [], deleted: [] });
});

test("After a rollback the same offset proves nothing", () => {
  const keys = told(["key", 3]);
  keys.distrust();

  const reconciled = keys.reconcile(snapshot({ entries: { key: { off: 3, data: "other" } } }));

  assert.deepEqual(reconciled.changed, [{ key: "key", data: "other", off: 3 }]);
});

test("In another epoch every entry is new, and what was told of a key afterwards counts", () => {
  const keys = told(["key", 3]);
  const entries = { key: { off: 3, data: 1 } };

  const first = keys.reconcile(snapshot({ epoch: "e2", entries }));
  const second = keys.reconcile(snapshot({ epoch: "e2", entries }));

  assert.deepEqual(first.changed, [{ key: "key", data: 1, off: 3 }]);
  assert.deepEqual(second.changed, []);
});

test("A key may be called as what every object has", () => {
  const keys = told(["constructor", 3]);
  const entries = JSON.parse('{"__proto__": {"off": 4, "data": 1}}');

  const reconciled = keys.reconcile(snapshot({ entries }));

  assert.deepEqual(reconciled.changed, [{ key: "__proto__", data: 1, off: 4 }]);
  assert.deepEqual(reconciled.deleted, ["constructor"]);
});
