import { Mistake } from "./mistake.mjs";

/** Long, as the machine may be busy: only a client that fails is waited for so long. */
const PATIENCE_MS = 20_000;

/** Lets the steps of a session wait for what the client and its application do. */
export class Watch {
  #waiting = new Set();

  /** Something has happened; who waits looks again. */
  changed() {
    for (const look of [...this.#waiting]) {
      look();
    }
  }

  /**
   * @param find gives what is waited for, or undefined as long as it is not there; what it throws
   *     ends the wait
   * @param what for people: what is waited for
   */
  until(find, what) {
    return this.#wait(find, PATIENCE_MS, (resolve, reject) =>
      reject(new Mistake(`waited ${PATIENCE_MS} ms in vain for ${what}`)),
    );
  }

  /** @param find throws if it has come to what must not be */
  never(find, ms) {
    return this.#wait(find, ms, (resolve) => resolve());
  }

  #wait(find, ms, over) {
    return new Promise((resolve, reject) => {
      const settle = (how, value) => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        how(value);
      };
      const look = () => {
        try {
          const found = find();
          if (found !== undefined) {
            settle(resolve, found);
          }
        } catch (mistake) {
          settle(reject, mistake);
        }
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        over(resolve, reject);
      }, ms);
      this.#waiting.add(look);
      look();
    });
  }
}
