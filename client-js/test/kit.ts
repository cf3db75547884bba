import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** Of all SDKs; the tests run in the folder of this one. */
export const KIT = "../conformance";

/**
 * Runs a program of the kit, which says line by line what to do.
 *
 * @param does gets what it says, and what tells it of what came of that
 * @returns why it has not passed; empty if it has
 */
export async function run(
  program: string[],
  does: (command: any, tell: (event: object) => void) => void,
): Promise<string> {
  const kit = spawn(process.execPath, program.map((part, i) => (i ? part : `${KIT}/${part}`)));
  // It ends as soon as it has judged.
  kit.stdin.on("error", () => {});
  const tell = (event: object) => void kit.stdin.write(`${JSON.stringify(event)}\n`);
  createInterface({ input: kit.stdout }).on("line", (line) => does(JSON.parse(line), tell));
  let said = "";
  kit.stderr.on("data", (text) => (said += text));
  const [status] = await once(kit, "close");
  return status === 0 ? "" : `status ${status}\n${said}`;
}
