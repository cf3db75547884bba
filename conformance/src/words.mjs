import { isDeepStrictEqual } from "node:util";
import { Mistake } from "./mistake.mjs";

const WORD = /^\$(\w+)$/;

/** In the place of a field that has to be missing. */
const NONE = "none";

/** What the words of one session, as `$id`, stand for: what was heard in their places first. */
export class Words {
  #known = new Map();

  set(word, value) {
    this.#known.set(word, value);
  }

  /**
   * What the server says, with what the words stand for in their places.
   *
   * @throws Mistake if a word stands for nothing yet, which is one of the session
   */
  fill(template) {
    if (typeof template === "string") {
      const word = WORD.exec(template)?.[1];
      return word === undefined
        ? template.replace(/\$(\w+)/g, (_, part) => this.#of(part))
        : this.#of(word);
    }
    if (Array.isArray(template)) {
      return template.map((one) => this.fill(one));
    }
    if (isObject(template)) {
      return Object.fromEntries(
        Object.entries(template).map(([name, value]) => [name, this.fill(value)]),
      );
    }
    return template;
  }

  /**
   * Whether `actual` has everything that the pattern names; an object may have more. Only if so,
   * its new words stand for what is in their places.
   */
  match(pattern, actual) {
    const known = new Map(this.#known);
    const fits = matches(pattern, actual, known);
    if (fits) {
      this.#known = known;
    }
    return fits;
  }

  #of(word) {
    if (!this.#known.has(word)) {
      throw new Mistake(`the session says $${word} before anything was heard in its place`);
    }
    return this.#known.get(word);
  }
}

function matches(pattern, actual, known) {
  const word = typeof pattern === "string" ? WORD.exec(pattern)?.[1] : undefined;
  if (word === NONE || actual === undefined) {
    return word === NONE && actual === undefined;
  }
  if (word !== undefined) {
    if (known.has(word)) {
      return isDeepStrictEqual(known.get(word), actual);
    }
    known.set(word, actual);
    return true;
  }
  if (Array.isArray(pattern)) {
    return (
      Array.isArray(actual) &&
      actual.length === pattern.length &&
      pattern.every((one, i) => matches(one, actual[i], known))
    );
  }
  if (isObject(pattern)) {
    return (
      isObject(actual) &&
      Object.entries(pattern).every(([name, one]) => matches(one, actual[name], known))
    );
  }
  return pattern === actual;
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
