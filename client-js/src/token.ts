import type { Clock } from "./clock.js";
import { MooringError } from "./errors.js";

/** How long the application may take to get a token. */
export const TOKEN_MS = 10_000;

/** A token that ends sooner is not worth connecting with. */
const REMAINING_MS = 10_000;

/** The token of the application, asked for when the known one does not do any more. */
export class Tokens {
  readonly #source: () => string | PromiseLike<string>;
  readonly #clock: Clock;
  #token: string | undefined;
  #endsAt = Infinity;
  #asking: Promise<string> | undefined;

  constructor(source: () => string | PromiseLike<string>, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
  }

  /** The known token if it lasts, else another one. */
  get(): Promise<string> {
    return this.#token !== undefined && this.#endsAt - this.#clock.date() > REMAINING_MS
      ? Promise.resolve(this.#token)
      : this.ask();
  }

  /** Another one than the known; who asks meanwhile gets the same. */
  ask(): Promise<string> {
    if (this.#asking) {
      return this.#asking;
    }
    const asking = this.#ask();
    this.#asking = asking;
    asking.then(
      (token) => {
        if (this.#asking === asking) {
          this.#asking = undefined;
          this.#token = token;
          this.#endsAt = endOf(token);
        }
      },
      () => {
        if (this.#asking === asking) {
          this.#asking = undefined;
        }
      },
    );
    return asking;
  }

  /** Somebody has refused the token, so that it is not tried again. */
  refuse(token = this.#token): void {
    if (token === this.#token) {
      this.#token = undefined;
    }
  }

  /** What comes next may be for another user. */
  forget(): void {
    this.#token = undefined;
    this.#asking = undefined;
  }

  #ask(): Promise<string> {
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(TOKEN_MS, () =>
        reject(
          new MooringError(
            "token_timeout",
            `the token callback did not settle within ${TOKEN_MS} ms: let it fail sooner`,
          ),
        ),
      );
      // Not called at once, as the application may call the client from within.
      Promise.resolve()
        .then(() => this.#source())
        .then(checked)
        .then(resolve, reject)
        .finally(cancel);
    });
  }
}

function checked(token: unknown): string {
  const text = typeof token === "string" ? token.trim() : "";
  if (!text) {
    throw new MooringError(
      "bad_token",
      `the token callback gave ${typeof token === "string" ? "an empty string" : typeof token}, expected a JWT as a string`,
    );
  }
  return text;
}

/** When a token ends, in milliseconds since 1970; Infinity if it does not say. Nothing is verified. */
export function endOf(token: string): number {
  try {
    const payload = (token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/");
    const { exp } = JSON.parse(atob(payload));
    return typeof exp === "number" ? exp * 1000 : Infinity;
  } catch {
    return Infinity;
  }
}
