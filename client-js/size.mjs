// Fails when the single file is heavier than what the package promises.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const MOST_BYTES = 12 * 1024;
const plain = readFileSync(new URL("dist/mooring.js", import.meta.url));
const zipped = gzipSync(plain, { level: 9 }).length;
console.log(`dist/mooring.js: ${plain.length} bytes, ${zipped} gzipped, at most ${MOST_BYTES}`);
process.exitCode = zipped > MOST_BYTES ? 1 : 0;
