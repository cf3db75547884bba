import { Backoff } from "./backoff.js";
import type { Environment } from "./environment.js";
import type { WireMessage } from "./messages.js";
import type { Socket } from "./socket.js";

/** After that many tokens the socket is left to end with the one it has. */
const MOST_TRIES = 2;

const RETRY_MS = 1000;

/** A token that is about to end sooner than this after the one before it has not helped. */
const HELPED_MS = 10_000;

/** Gives a socket the next token when the one that it has is about to end, without a break. */
export class Renewal {
  readonly #env: Environment;
  readonly #socket: Socket;
  readonly #backoff: Backoff;
  #id: number | undefined;
  #token = "";
  #tries = 0;
  #begunAt = -Infinity;

  constructor(env: Environment, socket: Socket) {
    this.#env = env;
    this.#socket = socket;
    this.#backoff = new Backoff(env.random);
  }

  /** The server says that the token is about to end. */
  begin(): void {
    const now = this.#env.clock.now();
    const again = now - this.#begunAt < HELPED_MS;
    this.#begunAt = now;
    this.#tries = 0;
    if (again) {
      // The application gives tokens that end at once.
      this.#env.clock.after(this.#backoff.next(), () => this.#ask());
    } else {
      this.#backoff.reset();
      this.#ask();
    }
  }

  #ask(): void {
    if (this.#socket.over) {
      return;
    }
    this.#tries++;
    this.#env.tokens.ask().then(
      (token) => {
        this.#token = token;
        this.#send();
      },
      (failure) => this.#failed(`no token: ${failure}`, failure),
    );
  }

  /** Whether the message, an `authed` or an `error`, was the answer to this. */
  answered(message: WireMessage): boolean {
    if (message.id === undefined || message.id !== this.#id) {
      return false;
    }
    this.#id = undefined;
    if (message.code === "unavailable") {
      this.#env.clock.after(message.retry_ms ?? RETRY_MS, () => this.#send());
    } else if (message.op === "error") {
      this.#env.tokens.refuse(this.#token);
      if (this.#tries < MOST_TRIES) {
        this.#ask();
      } else {
        this.#failed(`the server refuses it: ${message.message}`);
      }
    }
    return true;
  }

  #send(): void {
    this.#id = this.#env.id();
    this.#socket.ask({ op: "auth", id: this.#id, token: this.#token });
  }

  #failed(problem: string, cause?: unknown): void {
    if (this.#tries < MOST_TRIES) {
      this.#env.clock.after(RETRY_MS, () => this.#ask());
    } else if (!this.#socket.over) {
      this.#env.events.error(
        "renewal_failed",
        `the connection did not get another token, and will end with the one it has; ${problem}`,
        cause,
      );
    }
  }
}
