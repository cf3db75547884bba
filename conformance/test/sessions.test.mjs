import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { readSession } from "../src/session.mjs";

const FOLDER = fileURLToPath(new URL("../sessions", import.meta.url));

/** The words of what awaits come to stand for something; those of the rest have to by then. */
const AWAITING = ["sees", "opens", "hears", "refuses", "answers"];
const GIVEN = ["$none", "$edge"];

const files = readdirSync(FOLDER, { recursive: true }).filter((file) => file.endsWith(".session"));

for (const file of files) {
  test(`${file} can be read, and says nothing that it has not heard`, () => {
    const { shows, steps } = readSession(join(FOLDER, file));
    const known = new Set(GIVEN);

    assert.match(shows, /\.$/);
    for (const { line, verb, json } of steps) {
      for (const [word] of JSON.stringify(json).matchAll(/\$\w+/g)) {
        assert.ok(known.has(word) || AWAITING.includes(verb), `line ${line}: ${word}`);
        known.add(word);
      }
    }
  });
}

test("There are sessions", () => {
  assert.ok(files.length > 50, `${files.length}`);
});
