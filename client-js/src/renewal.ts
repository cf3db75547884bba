import type { Environment } from "./environment.js";
import type { WireMessage } from "./messages.js";
import type { Socket } from "./socket.js";

/** After that many tokens the socket is left to end with the one it has. */
const MOST_TRIES = 2;

const RETRY_MS = 1000;

/** Gives a socket whose token is about to end the next one, without a break. */
export class Renewal {
  readonly #env: Environment;
  readonly #socket: Socket;
  #id: number | undefined;
  #token = "";
  #tries = 0;

  constructor(env: Environment, socket: Socket) {
    this.#env = env;
    this.#socket = socket;
  }

  begin(): void {
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
        this.begin();
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
      this.#env.clock.after(RETRY_MS, () => this.begin());
    } else if (!this.#socket.over) {
      this.#env.events.error(
        "renewal_failed",
        `the connection did not get another token, and will end with the one it has; ${problem}`,
        cause,
      );
    }
  }
}
