import { createInterface } from "node:readline";
import { Mistake } from "./mistake.mjs";

/** What a session may await, and otherwise passes over: SDKs differ in how often they say it. */
const FREE = ["state", "subscribed"];

const EVENTS = [
  ...FREE,
  "message",
  "lost",
  "reconciled",
  "failed",
  "ended",
  "published",
  "refused",
];

/**
 * The application that uses the SDK, played by the SDK's driver: it is told what to do, and tells
 * what it was told, a JSON line each.
 */
export class Application {
  #input;
  #output;
  #watch;
  #transcript;
  /** What no step has awaited yet, as `{at, event}`. */
  #events = [];
  #commands = 0;
  #done = 0;
  #problem;

  constructor(input, output, watch, transcript) {
    this.#input = input;
    this.#output = output;
    this.#watch = watch;
    this.#transcript = transcript;
  }

  listen() {
    const lines = createInterface({ input: this.#input });
    lines.on("line", (line) => this.#read(line));
    lines.on("close", () => {
      this.#problem ??= "the driver has closed its end";
      this.#watch.changed();
    });
  }

  /** Settles when the driver has done it. */
  async does(command) {
    this.#transcript.add("app", `does ${JSON.stringify(command)}`);
    this.#output.write(`${JSON.stringify(command)}\n`);
    const number = ++this.#commands;
    await this.#watch.until(() => {
      this.#expectDriver();
      return this.#done >= number ? true : undefined;
    }, `the driver to say that it has done ${JSON.stringify(command)}`);
  }

  /**
   * Takes the next event of that channel or publication, or of the state, if it is such a one.
   *
   * @returns `{at}`, when it was told; undefined if there is none yet
   * @throws Mistake if it is another one
   */
  sees(pattern, words) {
    this.#expectDriver();
    const stream = streamOf(pattern);
    const isOther = ({ event }) => streamOf(event) !== stream;
    for (const told of this.#events.filter((one) => !isOther(one))) {
      if (words.match(pattern, told.event)) {
        const end = this.#events.indexOf(told);
        this.#events = this.#events.filter((one, i) => i > end || isOther(one));
        return { at: told.at };
      }
      if (!FREE.includes(told.event.saw)) {
        throw new Mistake(`the application was told ${JSON.stringify(told.event)}`);
      }
    }
    return undefined;
  }

  /** What it was told and no step has awaited, and should not have been told. */
  unseen() {
    this.#expectDriver();
    return this.#events
      .map(({ event }) => event)
      .filter(({ saw, state }) => !FREE.includes(saw) || (saw === "state" && state === "closed"));
  }

  #read(line) {
    this.#transcript.add("app", line);
    try {
      const event = JSON.parse(line);
      if (event.did !== undefined) {
        this.#done++;
      } else if (EVENTS.includes(event.saw)) {
        this.#events.push({ at: performance.now(), event });
      } else {
        this.#problem ??= `the driver says what is no event: ${line}`;
      }
    } catch (failure) {
      this.#problem ??= `the driver says what is no JSON: ${line}: ${failure.message}`;
    }
    this.#watch.changed();
  }

  #expectDriver() {
    if (this.#problem !== undefined) {
      throw new Mistake(this.#problem);
    }
  }
}

/** Within one of these the order counts; that of one among the others is left to the SDK. */
function streamOf({ saw, ch, as }) {
  return saw === "state" ? "state" : as === undefined ? `channel ${ch}` : `publication ${as}`;
}
