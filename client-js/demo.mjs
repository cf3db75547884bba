// The demo page (cli/) serves the single file as it is. Fails when its copy is another one; makes it with --write.
import { readFileSync, writeFileSync } from "node:fs";

const built = readFileSync(new URL("dist/mooring.js", import.meta.url));
const copy = new URL("../cli/src/main/resources/io/mooring/cli/demo/mooring.js", import.meta.url);
if (process.argv.includes("--write")) {
  writeFileSync(copy, built);
} else if (!built.equals(readFileSync(copy))) {
  console.error("the demo page serves another mooring.js than this one; npm run demo -- --write copies it");
  process.exitCode = 1;
}
