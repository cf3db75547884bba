import type { Position, Subscription, WebSocketConstructor } from "../src/index.js";
import { MooringClient } from "../src/index.js";

/** What a recorded session says (conformance/README.md). */
export interface Command {
  readonly do: string;
  readonly url: string;
  readonly ch: string;
  readonly as: string;
  readonly data: unknown;
  readonly key?: string;
  readonly dedupe?: string;
}

/** An application that does what a recorded session says, and tells what it is told. */
export class Driver {
  readonly #WebSocket: WebSocketConstructor;
  readonly #tell: (event: object) => void;
  readonly #rooms = new Map<string, Subscription>();
  #client: MooringClient | undefined;

  constructor(WebSocket: WebSocketConstructor, tell: (event: object) => void) {
    this.#WebSocket = WebSocket;
    this.#tell = tell;
  }

  do(command: Command): void {
    switch (command.do) {
      case "begin":
        this.#client = this.#begin(command.url);
        break;
      case "connect":
        this.#client?.connect();
        break;
      case "close":
        void this.#client?.close();
        break;
      case "offline":
        this.#client?.offline();
        break;
      case "online":
        this.#client?.online();
        break;
      case "subscribe":
        this.#subscribe(command.ch);
        break;
      case "unsubscribe":
        this.#rooms.get(command.ch)?.unsubscribe();
        break;
      case "publish":
        this.#publish(command);
        break;
      default:
        throw new Error(`no application can ${command.do}`);
    }
    this.#tell({ did: command.do });
  }

  async end(): Promise<void> {
    await this.#client?.close();
  }

  #begin(url: string): MooringClient {
    let tokens = 0;
    const client = new MooringClient(url, {
      token: () => `token-${++tokens}`,
      WebSocket: this.#WebSocket,
    });
    client.on("state", ({ to }) => this.#tell({ saw: "state", state: to }));
    // Whatever it is, the session goes on.
    client.on("error", () => {});
    return client;
  }

  #subscribe(ch: string): void {
    const room = this.#client?.subscribe(ch, {
      subscribed: ({ position, ...event }) =>
        this.#tell({ saw: "subscribed", ch, pos: position, ...event }),
      message: ({ epoch, off, tag, data, key, from }) =>
        this.#tell({ saw: "message", ch, pos: { epoch, off, tag }, data, key, from }),
      lost: ({ reason, position }) => this.#tell({ saw: "lost", ch, reason, pos: position }),
      reconciled: ({ changed, deleted }) =>
        this.#tell({
          saw: "reconciled",
          ch,
          changed: [...changed].sort((one, other) => (one.key < other.key ? -1 : 1)),
          deleted: [...deleted].sort(),
        }),
      failed: ({ reason }) => this.#tell({ saw: "failed", ch, reason }),
      ended: ({ reason }) => this.#tell({ saw: "ended", ch, reason }),
    });
    if (room) {
      this.#rooms.set(ch, room);
    }
  }

  #publish({ as, ch, data, key, dedupe }: Command): void {
    this.#client
      ?.publish(ch, data, { ...(key && { key }), ...(dedupe && { dedupe }) })
      .then(
        (pos: Position) => this.#tell({ saw: "published", as, pos }),
        ({ code }) => this.#tell({ saw: "refused", as, code }),
      );
  }
}
