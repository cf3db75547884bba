import { MooringError } from "./errors.js";
import type { State } from "./state.js";

export interface StateChange {
  readonly from: State;
  readonly to: State;
  /** A word of the server, as `drain`, a close code, as `1006`, or what the client did itself. */
  readonly reason: string;
  /** Until the next attempt, if it has its time. */
  readonly delayMs?: number;
}

export interface ClientEvents {
  state: StateChange;
  /** Something went wrong that no promise and no other event tells. */
  error: MooringError;
}

type Listeners = { [Name in keyof ClientEvents]: Set<(event: ClientEvents[Name]) => unknown> };

/**
 * Calls the application. Never from inside the client's own work, but right after it, in order: so
 * a callback finds the client in a state that makes sense, may call any of its methods, and may
 * throw.
 */
export class Events {
  readonly #listeners: Listeners = { state: new Set(), error: new Set() };
  #waiting: (() => void)[] = [];

  /** @returns ends the listening */
  on<Name extends keyof ClientEvents>(
    name: Name,
    listener: (event: ClientEvents[Name]) => unknown,
  ): () => void {
    const listeners = this.#listeners[name];
    if (!listeners || typeof listener !== "function") {
      throw new MooringError(
        "bad_option",
        `cannot listen to "${name}": expected "state" or "error", and a function`,
      );
    }
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  state(change: StateChange): void {
    for (const listener of this.#listeners.state) {
      this.later(() => (this.#listeners.state.has(listener) ? listener(change) : undefined));
    }
  }

  /** Without a listener it goes to the console, so that nothing is swallowed. */
  error(code: string, message: string, cause?: unknown): void {
    const error = new MooringError(code, message, cause);
    const listeners = this.#listeners.error;
    if (!listeners.size) {
      console.error(error);
    }
    for (const listener of listeners) {
      this.later(
        () => (listeners.has(listener) ? listener(error) : undefined),
        // Telling the same listener what it failed in would have no end.
        (failure) => console.error(failure),
      );
    }
  }

  /** Calls back soon; what is thrown, or rejected, is told as an error. */
  later(callback: () => unknown, failed: (failure: unknown) => void = this.#failed): void {
    const call = () => {
      try {
        (callback() as PromiseLike<unknown> | undefined)?.then?.(undefined, failed);
      } catch (failure) {
        failed(failure);
      }
    };
    if (this.#waiting.push(call) === 1) {
      queueMicrotask(() => this.#run());
    }
  }

  readonly #failed = (failure: unknown): void => {
    this.error("callback_failed", `a callback of the application failed: ${failure}`, failure);
  };

  /** What a callback adds is called in the same run. */
  #run(): void {
    const waiting = this.#waiting;
    for (let i = 0; i < waiting.length; i++) {
      waiting[i]?.();
    }
    this.#waiting = [];
  }
}
