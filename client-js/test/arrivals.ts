import { until } from "./until.js";

/** What comes in, one by one, for a test that awaits it. */
export class Arrivals<Thing> {
  readonly #waiting: Thing[] = [];
  readonly #what: string;

  constructor(what: string) {
    this.#what = what;
  }

  add(thing: Thing): void {
    this.#waiting.push(thing);
  }

  get count(): number {
    return this.#waiting.length;
  }

  async next(): Promise<Thing> {
    await until(() => this.#waiting.length > 0, this.#what);
    return this.#waiting.shift()!;
  }
}
