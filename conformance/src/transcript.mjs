/** What went to and fro, for people who look for the reason of a failure. */
export class Transcript {
  #began = performance.now();
  #lines = [];

  /** @param who a socket's name, `edge` or `app` */
  add(who, what) {
    const ms = Math.round(performance.now() - this.#began);
    const text = typeof what === "string" ? what : JSON.stringify(what);
    this.#lines.push(`${String(ms).padStart(7)} ms  ${who.padEnd(5)} ${text}`);
  }

  toString() {
    return this.#lines.join("\n");
  }
}
