/** Of what the server allows, so that a burst which the network delays and then delivers passes. */
const SHARE = 0.8;

const WINDOW_MS = 10_000;

/**
 * How fast a socket may send: a bucket that fills up again within ten seconds. It stays below the
 * server's own, which closes a socket that goes beyond.
 */
export class Pace {
  /** How many may leave at once, and how many may be without an answer. */
  readonly most: number;
  readonly #now: () => number;
  #left: number;
  #at: number;

  /** @param allowed messages in ten seconds, as the server says */
  constructor(allowed: number, now: () => number) {
    this.most = Math.max(1, Math.floor(allowed * SHARE));
    this.#now = now;
    this.#left = this.most;
    this.#at = now();
  }

  /** Milliseconds until the next message may leave; 0 if it may now. */
  wait(): number {
    const now = this.#now();
    this.#left = Math.min(this.most, this.#left + ((now - this.#at) * this.most) / WINDOW_MS);
    this.#at = now;
    return this.#left >= 1 ? 0 : Math.ceil(((1 - this.#left) * WINDOW_MS) / this.most);
  }

  /** So many have left. What cannot wait, an answer to a ping, may be sent on credit. */
  spend(messages: number): void {
    this.#left -= messages;
  }
}
