import type { Listener } from "../src/index.js";
import { until } from "./until.js";

/** A listener that keeps what it is told: `["message", 1]`, with the data only; else the whole event. */
export class Hearing {
  readonly heard: [string, any][] = [];

  readonly listener: Required<Listener> = {
    message: ({ data }) => this.heard.push(["message", data]),
    subscribed: (event) => this.heard.push(["subscribed", event]),
    lost: (event) => this.heard.push(["lost", event]),
    reconciled: (event) => this.heard.push(["reconciled", event]),
    members: (event) => this.heard.push(["members", event]),
    joined: (member) => this.heard.push(["joined", member]),
    left: (member) => this.heard.push(["left", member]),
    failed: (event) => this.heard.push(["failed", event]),
    ended: (event) => this.heard.push(["ended", event]),
  };

  /** The data of the messages. */
  get messages(): any[] {
    return this.all("message");
  }

  all(name: keyof Listener): any[] {
    return this.heard.filter(([what]) => what === name).map(([, event]) => event);
  }

  async untilHeard(name: keyof Listener, count = 1): Promise<any> {
    await until(
      () => this.all(name).length >= count,
      `${name} for the ${count}. time; heard ${JSON.stringify(this.heard)}`,
    );
    return this.all(name)[count - 1];
  }
}
