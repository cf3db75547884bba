export interface BackoffTerms {
  /** The first ceiling, in milliseconds. */
  readonly firstMs: number;
  /** The highest ceiling, in milliseconds. */
  readonly maxMs: number;
}

export const BACKOFF: BackoffTerms = { firstMs: 500, maxMs: 30_000 };

/** The longest wait before attempt `attempt`, counted from 0, in milliseconds. */
export function ceiling(attempt: number, terms: BackoffTerms = BACKOFF): number {
  return Math.min(terms.maxMs, terms.firstMs * 2 ** attempt);
}

/**
 * Full jitter: each wait is drawn evenly from 0 to the ceiling, so that those who were cut off
 * together do not come back together.
 */
export class Backoff {
  terms: BackoffTerms;
  readonly #random: () => number;
  #attempt = 0;

  /** @param random evenly from 0 up to, but not including, 1 */
  constructor(random: () => number, terms: BackoffTerms = BACKOFF) {
    this.#random = random;
    this.terms = terms;
  }

  /** The wait before the next attempt, in milliseconds. */
  next(): number {
    return this.#random() * ceiling(this.#attempt++, this.terms);
  }

  /** The next attempt counts as the first again. */
  reset(): void {
    this.#attempt = 0;
  }
}
