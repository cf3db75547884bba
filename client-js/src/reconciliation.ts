import { Backoff } from "./backoff.js";
import type { Cancel } from "./clock.js";
import { waitOf } from "./endings.js";
import type { Environment } from "./environment.js";
import { MooringError } from "./errors.js";
import type { Position } from "./position.js";
import type { Snapshot } from "./snapshot.js";
import { readSnapshot } from "./snapshot.js";

/** How long a snapshot, of up to megabytes, may take. */
export const SNAPSHOT_MS = 30_000;

/** What a server refuses for now only, as another token or some time may help. */
const COME_AGAIN = [401, 408, 425, 429];

/** More than this is not held back: the application hears it before the snapshot. */
const MOST_HELD = 1000;

/**
 * Makes up for a loss on one channel: fetches the snapshot, again and again if need be, and holds
 * back what comes meanwhile. If the first attempt fails nothing is held any more: the channel goes on,
 * and the snapshot's news come when they can be had.
 */
export class Reconciliation<Message> {
  readonly #env: Environment;
  readonly #channel: string;
  readonly #since: Position;
  readonly #done: (snapshot: Snapshot) => void;
  readonly #released: (forGood: boolean) => void;
  readonly #backoff: Backoff;
  #start: Position;
  #held: Message[] | undefined = [];
  #abort: AbortController | undefined;
  #retry: Cancel | undefined;

  /**
   * @param since the last position that the application has seen
   * @param start from where the channel is live again, and so the oldest snapshot that will do
   * @param done has the snapshot; called once, and what is held is to be taken then
   * @param released what is held is to be taken now, without a snapshot; `forGood`: none will come
   */
  constructor(
    env: Environment,
    channel: string,
    since: Position,
    start: Position,
    done: (snapshot: Snapshot) => void,
    released: (forGood: boolean) => void,
  ) {
    this.#env = env;
    this.#channel = channel;
    this.#since = since;
    this.#start = start;
    this.#done = done;
    this.#released = released;
    this.#backoff = new Backoff(env.random);
  }

  /** Begins, or goes on; nothing if it is under way. */
  run(): void {
    if (!this.#abort && !this.#retry) {
      void this.#attempt();
    }
  }

  /** Stops fetching, until it is run again. */
  pause(): void {
    this.#retry?.();
    this.#retry = undefined;
    this.#abort?.abort();
    this.#abort = undefined;
  }

  /** Something was lost again: only a snapshot from `start` on will do. */
  restart(start: Position): void {
    this.#start = start;
    this.#held = [];
    this.pause();
    this.run();
  }

  /** Whether it takes the message, to be delivered later. */
  hold(message: Message): boolean {
    if (this.#held && this.#held.push(message) >= MOST_HELD) {
      this.#released(false);
      return true;
    }
    return this.#held !== undefined;
  }

  /** What was held; from now on nothing is. */
  take(): Message[] {
    const held = this.#held ?? [];
    this.#held = undefined;
    return held;
  }

  async #attempt(): Promise<void> {
    const abort = new AbortController();
    this.#abort = abort;
    const cancel = this.#env.clock.after(SNAPSHOT_MS, () => abort.abort());
    let snapshot: Snapshot | undefined;
    let problem: unknown;
    try {
      snapshot = await this.#fetch(abort.signal);
    } catch (failure) {
      problem = failure;
    }
    cancel();
    if (this.#abort !== abort) {
      return;
    }
    this.#abort = undefined;
    if (snapshot) {
      this.#done(snapshot);
    } else {
      this.#failed(problem);
    }
  }

  #failed(problem: unknown): void {
    const refused = problem instanceof RefusedError ? problem : undefined;
    const forGood = refused?.forGood === true;
    if (!forGood) {
      const asked = refused?.waitMs ?? 0;
      this.#retry = this.#env.clock.after(asked + this.#backoff.next(), () => {
        this.#retry = undefined;
        this.run();
      });
    }
    this.#env.events.error(
      "snapshot_failed",
      `the snapshot of ${this.#channel} cannot be had, and is ${forGood ? "not " : ""}tried again: ${problem}`,
      problem,
    );
    this.#released(forGood);
  }

  async #fetch(signal: AbortSignal): Promise<Snapshot> {
    const { api, tokens, clock } = this.#env;
    const { epoch, off, tag } = this.#since;
    const token = await tokens.get();
    const response = await fetch(
      `${api}/channels/${encodeURIComponent(this.#channel)}/snapshot?since=${encodeURIComponent(epoch)}:${off}:${tag}`,
      { headers: { Authorization: `Bearer ${token}` }, credentials: "omit", cache: "no-store", signal },
    );
    if (!response.ok) {
      if (response.status === 401) {
        tokens.refuse(token);
      }
      const wait = waitOf(response.headers.get("Retry-After"), clock.date());
      throw new RefusedError(response.status, wait);
    }
    const snapshot = readSnapshot(await response.json());
    const { position } = snapshot;
    if (position.epoch !== this.#start.epoch || position.off < this.#start.off) {
      throw new Error(
        `it is of ${position.epoch}:${position.off}, expected ${this.#start.epoch}:${this.#start.off} or later`,
      );
    }
    return snapshot;
  }
}

class RefusedError extends MooringError {
  readonly waitMs: number;
  readonly forGood: boolean;

  constructor(status: number, waitMs: number) {
    super("snapshot_failed", `HTTP status ${status}`);
    this.waitMs = waitMs;
    this.forGood = status >= 400 && status < 500 && !COME_AGAIN.includes(status);
  }
}
