import { MooringError } from "./errors.js";
import type { Listener } from "./listener.js";

const CALLBACKS: Record<keyof Listener, "function"> = {
  message: "function",
  subscribed: "function",
  lost: "function",
  reconciled: "function",
  members: "function",
  joined: "function",
  left: "function",
  failed: "function",
  ended: "function",
};

/**
 * Options that are misspelt, or of another kind, would be ignored in silence.
 *
 * @param whose as the error names it
 * @param kinds the names that there are, and what `typeof` says of each
 * @throws MooringError `bad_option`
 */
export function checkOptions(whose: string, given: object, kinds: Record<string, string>): void {
  expectObject(whose, given);
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(kinds, name)) {
      throw badOption(`${whose} has no "${name}": expected ${Object.keys(kinds).join(", ")}`);
    }
  }
  checkKinds(whose, given, kinds);
}

/**
 * A listener may have other members, being an object of the application, but one that has something
 * and no callback at all is a mistake.
 *
 * @throws MooringError `bad_option`
 */
export function checkListener(listener: object): void {
  const whose = "the listener";
  expectObject(whose, listener);
  const names = Object.keys(CALLBACKS);
  const [member] = Object.keys(listener);
  if (member !== undefined && !names.some((name) => name in listener)) {
    throw badOption(`${whose} has "${member}", and none of ${names.join(", ")}`);
  }
  checkKinds(whose, listener, CALLBACKS);
}

function expectObject(whose: string, given: unknown): void {
  if (typeof given !== "object" || given === null) {
    throw badOption(`${whose} is ${given === null ? "null" : typeof given}, expected an object`);
  }
}

function checkKinds(whose: string, given: object, kinds: Record<string, string>): void {
  for (const [name, kind] of Object.entries(kinds)) {
    const value = (given as Record<string, unknown>)[name];
    if (value !== undefined && (typeof value !== kind || Number.isNaN(value))) {
      const is = value === null || Number.isNaN(value) ? value : typeof value;
      throw badOption(`${name} of ${whose} is ${is}, expected ${kind === "object" ? "an" : "a"} ${kind}`);
    }
  }
}

function badOption(message: string): MooringError {
  return new MooringError("bad_option", message);
}
