import type { Cancel } from "./clock.js";
import type { Ending } from "./endings.js";
import { broken, closed, refused, UNEXPLAINED } from "./endings.js";
import type { Environment, WebSocketLike } from "./environment.js";
import type { Hello, WireMessage } from "./messages.js";
import { readHello } from "./messages.js";
import { Pace } from "./pace.js";

const SUBPROTOCOL = "mooring.v1.json";

/** From the first byte to `hello`. */
export const HELLO_MS = 10_000;

/** So much may wait in the WebSocket itself before publications wait here. */
const MOST_BUFFERED_BYTES = 256 * 1024;
const BUFFERED_POLL_MS = 50;

/** The client comes back; browsers let nothing be said but 1000 and what an application may choose. */
const ABANDONED = 3000;

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 3;

/** What becomes of a socket. After `ended`, or after it was closed, nothing more is told of it. */
export interface SocketEvents {
  greeted(socket: Socket, hello: Hello): void;
  message(socket: Socket, message: WireMessage): void;
  ended(socket: Socket, ending: Ending): void;
}

/** One WebSocket, from the token to its end: greeting, life, and the pace of what is sent. */
export class Socket {
  /** What the server greeted with; undefined before that. */
  hello: Hello | undefined;
  /** Whether the address was tried at all, as it is not when there is no token. */
  dialled = false;

  readonly #env: Environment;
  readonly #events: SocketEvents;
  readonly #operations: WireMessage[] = [];
  #socket: WebSocketLike | undefined;
  #pace: Pace | undefined;
  #over = false;
  #spoken = false;
  #cause = "";
  #frames = 0;
  #heardAt = 0;
  #watch: Cancel | undefined;
  #probing: Cancel | undefined;
  #pacing: Cancel | undefined;

  constructor(env: Environment, events: SocketEvents) {
    this.#env = env;
    this.#events = events;
  }

  open(url: string, token: Promise<string>): void {
    token.then(
      (bearer) => this.#dial(url, bearer),
      (failure) => this.#fail("token_failed", "no token to connect with", failure),
    );
  }

  /** Whether it has ended, or was closed. */
  get over(): boolean {
    return this.#over;
  }

  /** How many publications may be on their way without an answer. */
  get window(): number {
    return this.#pace?.most ?? 0;
  }

  /** Milliseconds until a publication may be sent; 0 if one may now. */
  wait(): number {
    // A subscription that was asked for before goes first, so that it sees what is published.
    this.#flush();
    const paced = this.#pace?.wait() ?? 0;
    const buffered = this.#socket?.bufferedAmount ?? 0;
    return Math.max(paced, buffered > MOST_BUFFERED_BYTES ? BUFFERED_POLL_MS : 0);
  }

  /** Sends at once; whoever calls has waited. */
  send(text: string): void {
    this.#pace?.spend(1);
    this.#write(text);
  }

  /** Sends when the pace allows it; subscriptions that were asked for together in one array. */
  ask(operation: WireMessage): void {
    if (!this.#over && this.#operations.push(operation) === 1) {
      queueMicrotask(() => this.#flush());
    }
  }

  /** Ends it if nothing was heard for longer than the server promised. */
  check(): void {
    if (this.hello && !this.#over) {
      this.#watch?.();
      const left =
        this.#heardAt + this.hello.pingMs + this.hello.pongMs - this.#env.clock.now();
      if (left > 0) {
        this.#watch = this.#env.clock.after(left, () => this.check());
      } else {
        this.#abandon(broken("silent"));
      }
    }
  }

  /**
   * Finds out sooner whether the other side is still there, after the network has changed: to an op
   * that it does not know the server answers with an error.
   */
  probe(): void {
    if (this.hello && !this.#over) {
      const before = this.#frames;
      this.ask({ op: "ping", id: this.#env.id() });
      this.#probing?.();
      this.#probing = this.#env.clock.after(this.hello.pongMs, () => {
        if (this.#frames === before) {
          this.#abandon(broken("silent"));
        }
      });
    }
  }

  /** Says goodbye; its end is told like any other. */
  leave(): void {
    this.#socket?.close(1000);
  }

  /** Ends it on purpose; nothing more is told of it. Settles when the closing is over. */
  close(): Promise<void> {
    this.#stop();
    const socket = this.#socket;
    if (!socket || socket.readyState === CLOSED) {
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const cancel = this.#env.clock.after(this.#env.closeTimeoutMs, () => {
        socket.terminate?.();
        resolve();
      });
      socket.onclose = () => {
        cancel();
        resolve();
      };
      socket.close(1000);
    });
  }

  #dial(url: string, bearer: string): void {
    if (this.#over) {
      return;
    }
    const { WebSocket, takesHeaders, clock } = this.#env;
    this.dialled = true;
    this.#watch = clock.after(HELLO_MS, () => this.#abandon(broken("no_hello")));
    let socket: WebSocketLike;
    try {
      socket = takesHeaders
        ? new WebSocket(url, [SUBPROTOCOL], { headers: { Authorization: `Bearer ${bearer}` } })
        : new WebSocket(url, [SUBPROTOCOL, `bearer.${bearer}`]);
    } catch (failure) {
      this.#fail("not_dialled", `cannot open a WebSocket to ${url}`, failure);
      return;
    }
    this.#socket = socket;
    // They stay for good: `ws` throws errors that nobody listens to.
    socket.onerror = ({ message }) => {
      this.#cause = message || "";
      if (socket.readyState === CONNECTING) {
        // Of a handshake that failed, that of Node.js 20 and 22 says no more than this.
        this.#end(closed(UNEXPLAINED, "", this.#cause));
      }
    };
    socket.onmessage = ({ data }) => this.#frame(data);
    socket.onclose = ({ code, reason }) => this.#end(closed(code, reason, this.#cause));
    if (takesHeaders) {
      socket.on?.("unexpected-response", (_request, response) => {
        const { statusCode, headers } = response;
        this.#abandon(refused(statusCode, headers["retry-after"], clock.date()));
      });
    }
  }

  #frame(data: string): void {
    if (this.#over) {
      return;
    }
    this.#frames++;
    this.#heardAt = this.#env.clock.now();
    try {
      const frame: WireMessage | WireMessage[] = JSON.parse(data);
      for (const message of Array.isArray(frame) ? frame : [frame]) {
        if (!this.#over) {
          this.#message(message);
        }
      }
    } catch (failure) {
      this.#fail("bad_message", "the server sent what cannot be understood", failure);
    }
  }

  #message(message: WireMessage): void {
    if (typeof message?.op !== "string") {
      throw new TypeError("expected a message with an op");
    }
    if (message.op === "ping") {
      // Two, as the WebSocket itself answers the ping that comes beside it.
      this.#pace?.spend(2);
      this.#write('{"op":"pong"}');
    } else if (this.hello) {
      this.#events.message(this, message);
    } else if (message.op === "hello") {
      this.hello = readHello(message);
      this.#pace = new Pace(this.hello.limits.messagesPerTenSeconds, () => this.#env.clock.now());
      this.check();
      this.#events.greeted(this, this.hello);
      if (!this.#spoken && !this.#operations.length) {
        // A server closes a socket on which the client says nothing at first.
        this.send('{"op":"pong"}');
      }
    }
  }

  #flush(): void {
    this.#pacing?.();
    while (this.#operations.length && !this.#over) {
      const wait = this.#pace?.wait() ?? 0;
      if (wait > 0) {
        this.#pacing = this.#env.clock.after(wait, () => this.#flush());
        return;
      }
      this.send(this.#batch());
    }
  }

  /** The next operation, or all subscriptions up to the next other one: the array counts as one. */
  #batch(): string {
    const { frameBytes, subscriptions } = this.hello!.limits;
    const operations = this.#operations;
    const texts: string[] = [];
    let bytes = 1;
    do {
      const text = JSON.stringify(operations[0]);
      bytes += text.length + 1;
      if (texts.length && bytes > frameBytes) {
        break;
      }
      texts.push(text);
    } while (
      operations.shift()!.op === "sub" &&
      operations[0]?.op === "sub" &&
      texts.length < subscriptions
    );
    return texts.length > 1 ? `[${texts}]` : texts[0]!;
  }

  #write(text: string): void {
    this.#spoken = true;
    if (this.#socket?.readyState === OPEN) {
      this.#socket.send(text);
    }
  }

  #fail(code: string, message: string, cause: unknown): void {
    if (!this.#over) {
      this.#env.events.error(code, `${message}: ${cause}`, cause);
      this.#abandon(broken(code));
    }
  }

  /** Ends it without waiting for the other side, which may be gone. */
  #abandon(ending: Ending): void {
    this.#end(ending);
    if (this.#socket?.terminate) {
      this.#socket.terminate();
    } else {
      // Without a code it would mean that the client leaves for good.
      this.#socket?.close(ABANDONED);
    }
  }

  #end(ending: Ending): void {
    if (!this.#over) {
      this.#stop();
      this.#events.ended(this, ending);
    }
  }

  #stop(): void {
    this.#over = true;
    this.#watch?.();
    this.#probing?.();
    this.#pacing?.();
  }
}
