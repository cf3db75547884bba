import { readFileSync } from "node:fs";

const STEP = /^(\S+)\s+(\S+)(?:\s+after\s+(\d+)\.\.(\d+))?(?:\s+(\S.*))?$/s;

/** Who can do what; every other name is that of a socket. */
const VERBS = {
  app: ["does", "sees"],
  edge: ["refuses", "hears", "answers"],
  nothing: ["happens"],
};
/** What waits for the client, so that its time can be judged. */
const AWAITING = ["sees", "opens", "hears", "refuses", "answers", "ends"];

const OF_A_SOCKET = [
  "opens",
  "greets",
  "says",
  "writes",
  "hears",
  "closes",
  "drops",
  "ends",
  "lives",
];

/**
 * A recorded session; README.md says how it is written.
 *
 * @returns `{shows, steps}`: what it shows, and its steps `{line, text, who, verb, after, json}`,
 *     where `after` is `{least, most}` in milliseconds, if it is there
 * @throws SyntaxError that names the line
 */
export function readSession(file) {
  const shows = [];
  const steps = [];
  readFileSync(file, "utf8")
    .split("\n")
    .forEach((text, i) => {
      if (text.startsWith("#")) {
        shows.push(text.slice(1).trim());
      } else if (/^\s+\S/.test(text) && steps.length) {
        steps.at(-1).text += `\n${text}`;
      } else if (text.trim()) {
        steps.push({ line: i + 1, text });
      }
    });
  return { shows: shows.join(" "), steps: steps.map((step) => stepOf(file, step)) };
}

function stepOf(file, { line, text }) {
  const wrong = (what) => new SyntaxError(`${file}:${line}: ${what}: ${text}`);
  const [, who, verb, least, most, rest] = STEP.exec(text.trimEnd()) ?? [];
  if (!(VERBS[who] ?? OF_A_SOCKET).includes(verb)) {
    throw wrong("expected WHO VERB JSON, with a verb of that one");
  }
  if (least !== undefined && !AWAITING.includes(verb)) {
    throw wrong(`expected "after" only where the client is waited for`);
  }
  let json;
  try {
    json = rest === undefined ? {} : JSON.parse(rest);
  } catch (failure) {
    throw wrong(failure.message);
  }
  const after = least === undefined ? undefined : { least: Number(least), most: Number(most) };
  return { line, text, who, verb, after, json };
}
