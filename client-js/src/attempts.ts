import { Backoff } from "./backoff.js";
import type { Ending } from "./endings.js";
import { refusesToken, UNAUTHORIZED, UNEXPLAINED } from "./endings.js";
import type { Environment } from "./environment.js";
import type { Hello } from "./messages.js";
import type { Socket } from "./socket.js";

/** So many attempts in a row that failed on the pinned URL lead to the generic one. */
export const PIN_FAILURES = 3;

/** Among so many attempts in a row that failed without a reason, one is made with a new token. */
const DOUBTS = 5;

/** Where and when to connect next, and whether at all. */
export class Attempts {
  readonly #env: Environment;
  readonly #generic: string;
  readonly #backoff: Backoff;
  #pin: string | undefined;
  /** In a row, without a greeting. */
  #failures = 0;
  /** Those of them that were answered with 401. */
  #unauthorized = 0;

  constructor(env: Environment, generic: string) {
    this.#env = env;
    this.#generic = generic;
    this.#backoff = new Backoff(env.random);
  }

  /** Nothing that was before counts. */
  restart(): void {
    this.#pin = undefined;
    this.#failures = 0;
    this.#unauthorized = 0;
    this.#backoff.reset();
  }

  get url(): string {
    return (this.#failures < PIN_FAILURES ? this.#pin : undefined) ?? this.#generic;
  }

  greeted({ url, backoff }: Hello): void {
    this.#failures = 0;
    this.#unauthorized = 0;
    this.#backoff.terms = backoff;
    this.#pinTo(url);
  }

  /** The server wants the next attempt to be made, there if it says where. */
  told(url: string | undefined): void {
    this.#failures = 0;
    if (url) {
      this.#pinTo(url);
    }
  }

  /** Only what has been well for a while makes the next failure count as the first. */
  healthy(): void {
    this.#backoff.reset();
  }

  /** A socket has ended. Whether there is any use in another attempt. */
  ended(socket: Socket, ending: Ending): boolean {
    let doubted = refusesToken(ending);
    if (socket.dialled && !socket.hello) {
      this.#failures++;
      if (ending.code === UNAUTHORIZED) {
        this.#unauthorized++;
      } else if (ending.code === UNEXPLAINED && !this.#env.takesHeaders) {
        doubted = this.#failures % DOUBTS === 1;
      }
    }
    if (doubted) {
      this.#env.tokens.refuse();
    }
    // The second one was made with a new token.
    return ending.rule !== "stop" && this.#unauthorized < 2;
  }

  /** How long to wait after that, in milliseconds. */
  delay({ rule, waitMs }: Ending): number {
    return rule === "at_slot" ? waitMs : waitMs + this.#backoff.next();
  }

  /** Who came with TLS does not come back without, whatever the server believes its address to be. */
  #pinTo(url: string): void {
    if (/^wss:/i.test(url) || (/^ws:/i.test(url) && !/^wss:/i.test(this.#generic))) {
      this.#pin = url;
    } else {
      this.#env.events.error(
        "insecure_url",
        `the server gave ${url} to come back to, expected a URL as safe as ${this.#generic}: configure its public URL`,
      );
    }
  }
}
