import type { BackoffTerms } from "./backoff.js";
import { BACKOFF } from "./backoff.js";
import type { Clock } from "./clock.js";
import { systemClock } from "./clock.js";
import type { Greeted } from "./connection.js";
import { Connection } from "./connection.js";
import type { Counters, Environment, WebSocketConstructor } from "./environment.js";
import { MooringError } from "./errors.js";
import type { ClientEvents } from "./events.js";
import { Events } from "./events.js";
import type { Listener, SubscribeOptions } from "./listener.js";
import { checkOptions } from "./options.js";
import type { Position } from "./position.js";
import type { PublishOptions, QueueLimits } from "./publishing.js";
import type { State } from "./state.js";
import type { Subscription } from "./subscription.js";
import { Tokens } from "./token.js";

export interface ClientOptions {
  /**
   * Gives the token. Asked by `connect()`, before a reconnect when the known token has ended, is
   * about to, or was refused, and when that of an open connection is about to end. May take 10 s.
   */
  readonly token: () => string | PromiseLike<string>;
  /** Where the HTTP API is; by default `/api/v1` on the host of the socket. */
  readonly api?: string;
  /** The platform's by default. Node.js before 22 has none: give that of the package `ws`. */
  readonly WebSocket?: WebSocketConstructor;
  /** How many publications may wait for their answers; 1,000 and 1 MiB by default. */
  readonly queue?: Partial<QueueLimits>;
  /** Between requests for a channel that the server cannot serve now; from 0.5 s to 30 s by default. */
  readonly resubscribeBackoff?: Partial<BackoffTerms>;
  /** How long the closing of a socket may take; 2 s by default. */
  readonly closeTimeoutMs?: number;
  /** For tests: evenly from 0 up to, but not including, 1. */
  readonly random?: () => number;
  /** For tests: a time that they drive. */
  readonly clock?: Clock;
}

const QUEUE: QueueLimits = { messages: 1000, bytes: 1024 * 1024 };
const CLOSE_TIMEOUT_MS = 2000;

const KINDS: Record<keyof ClientOptions, string> = {
  token: "function",
  api: "string",
  WebSocket: "function",
  queue: "object",
  resubscribeBackoff: "object",
  closeTimeoutMs: "number",
  random: "function",
  clock: "object",
};

/** One connection to a Mooring edge that comes back by itself, and the channels on it. */
export class MooringClient {
  readonly #events = new Events();
  readonly #counters: Counters = { losses: 0, duplicates: 0, gaps: 0, reconnects: 0, moves: 0 };
  readonly #connection: Connection;

  /**
   * Connects to nothing yet.
   *
   * @param url as `wss://host/ws`
   * @throws MooringError `bad_url`, `bad_option`, or `no_websocket`
   */
  constructor(url: string | URL, options: ClientOptions) {
    const { token, clock = systemClock(), random = Math.random } = options ?? {};
    if (typeof token !== "function") {
      throw new MooringError("bad_option", `token is ${typeof token}, expected a function`);
    }
    checkOptions("the client", options, KINDS);
    checkOptions("queue", options.queue ?? {}, { messages: "number", bytes: "number" });
    checkOptions("resubscribeBackoff", options.resubscribeBackoff ?? {}, {
      firstMs: "number",
      maxMs: "number",
    });
    const socketUrl = checked(url);
    const WebSocket = options.WebSocket ?? (globalThis.WebSocket as WebSocketConstructor);
    if (typeof WebSocket !== "function") {
      throw new MooringError(
        "no_websocket",
        "this platform has no WebSocket: give one by the option WebSocket, as that of the package ws",
      );
    }
    let lastId = 0;
    const environment: Environment = {
      clock,
      random,
      events: this.#events,
      counters: this.#counters,
      tokens: new Tokens(token, clock),
      WebSocket,
      takesHeaders: typeof WebSocket.prototype?.terminate === "function",
      api: (options.api ?? apiOf(socketUrl)).replace(/\/+$/, ""),
      closeTimeoutMs: options.closeTimeoutMs ?? CLOSE_TIMEOUT_MS,
      resubscribeBackoff: { ...BACKOFF, ...options.resubscribeBackoff },
      id: () => ++lastId,
    };
    this.#connection = new Connection(environment, socketUrl.href, { ...QUEUE, ...options.queue });
  }

  get state(): State {
    return this.#connection.state;
  }

  /** What the server said in its last greeting; undefined before the first one. */
  get connection(): Greeted | undefined {
    return this.#connection.greeting;
  }

  /** As they are now. */
  get counters(): Readonly<Counters> {
    return { ...this.#counters };
  }

  /**
   * Listens to changes of the state, or to errors that nothing else tells.
   *
   * @returns ends the listening
   */
  on<Name extends keyof ClientEvents>(
    name: Name,
    listener: (event: ClientEvents[Name]) => unknown,
  ): () => void {
    return this.#events.on(name, listener);
  }

  /**
   * Subscribes to a channel, now or as soon as there is a connection, until it is unsubscribed. It
   * stays through reconnects, `close()` and another `connect()`.
   *
   * @throws MooringError `bad_channel`, `bad_option`, or `already_subscribed` if there is one on the
   *     channel
   */
  subscribe(
    channel: string,
    listener: Listener = {},
    options: SubscribeOptions = {},
  ): Subscription {
    const subscription = this.#connection.subscriptions.add(channel, listener, options);
    const socket = this.#connection.target();
    if (socket) {
      subscription.ask(socket);
    }
    return subscription;
  }

  /**
   * Publishes, now or as soon as there is a connection.
   *
   * @returns where the message stands in the channel's log. Rejected with a MooringError: `timeout`,
   *     `unknown_outcome`, `closed`, `queue_full`, `too_large`, `too_deep`, `bad_data`, `bad_channel`,
   *     `bad_option`, or what the server says, as `forbidden`
   */
  publish(channel: string, data: unknown, options: PublishOptions = {}): Promise<Position> {
    if (this.state === "closed") {
      return Promise.reject(
        new MooringError("closed", "the client is closed, so nothing was published: connect first"),
      );
    }
    return this.#connection.publishing.publish(channel, data, options);
  }

  /** Connects, and stays connected until it is closed. Nothing if it does already. */
  connect(): void {
    this.#connection.connect();
  }

  /**
   * Ends the connection; publications that were not answered are rejected.
   *
   * @returns settles when the socket is closed
   */
  async close(): Promise<void> {
    await this.#connection.close();
  }

  /** The device has no network: no attempts until it has. Browsers say so by themselves. */
  offline(): void {
    this.#connection.offline();
  }

  /** The device has a network again: connects at once. Browsers say so by themselves. */
  online(): void {
    this.#connection.online();
  }
}

function checked(url: string | URL): URL {
  let parsed: URL | undefined;
  try {
    parsed = new URL(url);
  } catch {
    // The same error as for another kind of URL.
  }
  if (parsed?.protocol !== "ws:" && parsed?.protocol !== "wss:") {
    throw new MooringError("bad_url", `the URL is "${url}", expected one as wss://host/ws`);
  }
  return parsed;
}

function apiOf({ protocol, host }: URL): string {
  return `${protocol.replace("ws", "http")}//${host}/api/v1`;
}
