import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readSession } from "../src/session.mjs";

function read(t, text) {
  const folder = mkdtempSync(join(tmpdir(), "session-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "one.session");
  writeFileSync(file, text);
  return readSession(file);
}

test("A step is a line, and what is indented goes on with it", (t) => {
  const { shows, steps } = read(
    t,
    '# One\n# sentence.\n\na greets\nb  opens after 300..5000 {"path":\n  "/ws"}\n\n',
  );

  assert.equal(shows, "One sentence.");
  assert.deepEqual(
    steps.map(({ line, who, verb, after, json }) => ({ line, who, verb, after, json })),
    [
      { line: 4, who: "a", verb: "greets", after: undefined, json: {} },
      {
        line: 5,
        who: "b",
        verb: "opens",
        after: { least: 300, most: 5000 },
        json: { path: "/ws" },
      },
    ],
  );
});

for (const wrong of ["a", "a dances", "app opens {}", "edge says {}", "a says {", "nothing lives", "a lives after 1..2"]) {
  test(`"${wrong}" is no step, and its line is named`, (t) => {
    assert.throws(() => read(t, `# One.\n${wrong}\n`), /one\.session:2: /);
  });
}
