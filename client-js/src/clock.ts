/** Ends what was begun: a timer, a listening. Calling it again does nothing. */
export type Cancel = () => void;

/** The time. Tests may give another one by the option `clock`; applications have no reason to. */
export interface Clock {
  /** Milliseconds from any beginning. Never goes back, and goes on while the machine sleeps. */
  now(): number;
  /** Milliseconds since 1970, as the machine believes: for what others have dated. */
  date(): number;
  /** Runs the task once, that many milliseconds from now. */
  after(ms: number, task: () => void): Cancel;
}

/** Beyond this a timer of the platform would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** By so much the date runs ahead of the steady clock when the machine has slept. */
const SLEPT_MS = 1000;

export function systemClock(): Clock {
  let now = 0;
  let date = Date.now();
  let steady = performance.now();
  return {
    now() {
      const byDate = Date.now() - date;
      const bySteady = performance.now() - steady;
      date += byDate;
      steady += bySteady;
      // On some systems the steady clock stands still during sleep; the date alone may be set back.
      now += byDate - bySteady > SLEPT_MS ? byDate : bySteady;
      return now;
    },
    date: () => Date.now(),
    after(ms, task) {
      const timer = setTimeout(task, Math.min(Math.max(0, ms), LONGEST_MS));
      return () => clearTimeout(timer);
    },
  };
}
