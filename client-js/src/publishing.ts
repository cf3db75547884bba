import type { Cancel } from "./clock.js";
import type { Environment } from "./environment.js";
import { MooringError } from "./errors.js";
import type { Limits, WireMessage } from "./messages.js";
import { expectChannel, LIMITS } from "./messages.js";
import { checkOptions } from "./options.js";
import type { Position } from "./position.js";
import { positionOf } from "./position.js";
import type { Socket } from "./socket.js";

export interface PublishOptions {
  /** What the message is the newest state of. `data: null` deletes it from the channel's snapshot. */
  readonly key?: string;
  /**
   * The server publishes once what comes again with the same word within five minutes; at most 64
   * bytes. A random one by default.
   */
  readonly dedupe?: string;
  /** How long it may take until the promise is rejected, in milliseconds; 10 000 by default. */
  readonly timeoutMs?: number;
}

/** How many publications may wait for their answers. */
export interface QueueLimits {
  readonly messages: number;
  readonly bytes: number;
}

export const TIMEOUT_MS = 10_000;

/** The server knows a dedupe for five minutes; the rest is for the way there. */
export const RESEND_MS = 240_000;

/** If the server asks to come again and does not say when. */
const RETRY_MS = 1000;

interface Publication {
  readonly channel: string;
  readonly text: string;
  readonly bytes: number;
  readonly resolve: (position: Position) => void;
  readonly reject: (error: MooringError) => void;
  cancel?: Cancel;
  /** On which it waits for its answer. */
  socket?: Socket;
  /** When it was sent first. */
  sentAt?: number;
  /** Not to be sent before. */
  notBefore: number;
}

/**
 * What the application publishes: sent in order, at the server's pace, again after a reconnect as
 * long as the server would recognise it, until it is answered or its time is over.
 */
export class Publishing {
  /** The server's, as it said last. */
  limits: Limits = LIMITS;
  readonly #env: Environment;
  readonly #most: QueueLimits;
  readonly #target: () => Socket | undefined;
  readonly #heldOn: (channel: string, socket: Socket) => boolean;
  readonly #settled: () => void;
  /** By id, in the order in which they were published. */
  readonly #queue = new Map<number, Publication>();
  #bytes = 0;
  #wake: Cancel | undefined;

  /**
   * @param target the socket to publish on, if there is one
   * @param heldOn whether what goes to that channel has to wait
   * @param settled called when a publication is over
   */
  constructor(
    env: Environment,
    most: QueueLimits,
    target: () => Socket | undefined,
    heldOn: (channel: string, socket: Socket) => boolean,
    settled: () => void,
  ) {
    this.#env = env;
    this.#most = most;
    this.#target = target;
    this.#heldOn = heldOn;
    this.#settled = settled;
  }

  async publish(channel: string, data: unknown, options: PublishOptions): Promise<Position> {
    const json = jsonOf(data);
    expectChannel(channel);
    checkOptions("publish()", options, { key: "string", dedupe: "string", timeoutMs: "number" });
    const id = this.#env.id();
    const { key, timeoutMs = TIMEOUT_MS } = options;
    const dedupe = options.dedupe || randomWord();
    const head = JSON.stringify({ op: "pub", id, ch: channel, key, dedupe });
    const text = `${head.slice(0, -1)},"data":${json}}`;
    const bytes = new TextEncoder().encode(text).length;
    this.#admit(json, bytes);
    return new Promise((resolve, reject) => {
      const publication: Publication = { channel, text, bytes, resolve, reject, notBefore: 0 };
      this.#queue.set(id, publication);
      this.#bytes += bytes;
      if (timeoutMs < Infinity) {
        publication.cancel = this.#env.clock.after(timeoutMs, () =>
          this.#reject(id, "timeout", `no answer within ${timeoutMs} ms; ${fate(publication)}`),
        );
      }
      this.flush();
    });
  }

  /** Sends what may be sent now. */
  flush(): void {
    this.#rest();
    const socket = this.#target();
    if (!socket) {
      return;
    }
    const now = this.#env.clock.now();
    let wake = Infinity;
    for (const [id, publication] of this.#queue) {
      if (publication.socket || this.#heldOn(publication.channel, socket)) {
        continue;
      }
      if (publication.sentAt !== undefined && now - publication.sentAt > RESEND_MS) {
        this.#reject(
          id,
          "unknown_outcome",
          `it was sent first ${now - publication.sentAt} ms ago, and the server may not recognise it any more; ${fate(publication)}`,
        );
        continue;
      }
      if (publication.notBefore > now) {
        wake = Math.min(wake, publication.notBefore - now);
        continue;
      }
      if (this.inFlight(socket) >= socket.window) {
        break;
      }
      const wait = socket.wait();
      if (wait > 0) {
        wake = Math.min(wake, wait);
        break;
      }
      publication.socket = socket;
      publication.sentAt ??= now;
      socket.send(publication.text);
    }
    if (wake < Infinity) {
      // Something rejected above may have led to another flush.
      this.#rest();
      this.#wake = this.#env.clock.after(wake, () => this.flush());
    }
  }

  /** How many wait for their answers on that socket. */
  inFlight(socket: Socket): number {
    let count = 0;
    for (const publication of this.#queue.values()) {
      if (publication.socket === socket) {
        count++;
      }
    }
    return count;
  }

  /** The server has published it. */
  published(message: WireMessage): void {
    const position = positionOf(message as Partial<Position>);
    this.#remove(message.id)?.resolve(position);
    this.flush();
    this.#settled();
  }

  /** Whether the error was the answer to a publication. */
  refused(message: WireMessage): boolean {
    const publication = this.#queue.get(message.id!);
    if (!publication) {
      return false;
    }
    if (message.code === "unavailable") {
      const wait = message.retry_ms ?? RETRY_MS;
      publication.socket = undefined;
      publication.notBefore = this.#env.clock.now() + wait * (1 + this.#env.random());
      this.#settled();
    } else {
      this.#reject(message.id!, message.code ?? "error", `the server says: ${message.message}`);
    }
    this.flush();
    return true;
  }

  /** The socket has ended: what it has not answered is sent again. */
  gone(socket: Socket): void {
    for (const publication of this.#queue.values()) {
      if (publication.socket === socket) {
        publication.socket = undefined;
      }
    }
    this.flush();
  }

  /** The client was closed. */
  close(why: string): void {
    this.#rest();
    for (const [id, publication] of this.#queue) {
      const code = publication.sentAt === undefined ? "closed" : "unknown_outcome";
      this.#reject(id, code, `the client was closed: ${why}; ${fate(publication)}`);
    }
  }

  #rest(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  #admit(json: string, bytes: number): void {
    const { frameBytes, jsonDepth } = this.limits;
    if (bytes > frameBytes) {
      throw new MooringError(
        "too_large",
        `the message has ${bytes} bytes, and the server takes ${frameBytes}: publish less at once`,
      );
    }
    // The message itself is one level.
    if (depthOf(json) >= jsonDepth) {
      throw new MooringError(
        "too_deep",
        `the data are nested ${depthOf(json)} deep, and the server takes ${jsonDepth - 1}`,
      );
    }
    const { messages, bytes: mostBytes } = this.#most;
    if (this.#queue.size >= messages || this.#bytes + bytes > mostBytes) {
      throw new MooringError(
        "queue_full",
        `${this.#queue.size} messages of ${this.#bytes} bytes wait already, and ${messages} of ${mostBytes} may: wait for earlier ones first`,
      );
    }
  }

  #reject(id: number, code: string, message: string): void {
    this.#remove(id)?.reject(new MooringError(code, message));
    this.#settled();
  }

  #remove(id: number | undefined): Publication | undefined {
    const publication = this.#queue.get(id!);
    if (publication) {
      publication.cancel?.();
      this.#queue.delete(id!);
      this.#bytes -= publication.bytes;
    }
    return publication;
  }
}

function fate({ sentAt }: Publication): string {
  return sentAt === undefined
    ? "it was not published"
    : "whether it was published is not known: publish it again with the same dedupe to be sure";
}

function jsonOf(data: unknown): string {
  let json: string | undefined;
  let cause: unknown;
  try {
    json = JSON.stringify(data);
  } catch (failure) {
    cause = failure;
  }
  if (json === undefined) {
    throw new MooringError(
      "bad_data",
      `the data cannot be said in JSON: ${cause ?? `they are ${typeof data}`}`,
      cause,
    );
  }
  return json;
}

function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (const bracket of json.replace(/"(?:[^"\\]|\\.)*"/g, "")) {
    if (bracket === "{" || bracket === "[") {
      deepest = Math.max(deepest, ++depth);
    } else if (bracket === "}" || bracket === "]") {
      depth--;
    }
  }
  return deepest;
}

/** Not `randomUUID`, which browsers keep from pages without TLS. */
function randomWord(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}
