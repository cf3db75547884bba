/**
 * A place in a channel's log: one life of the log, the offset in it, and the tag of the very
 * message that stands there. The three are compared together: after a rollback the same offset can
 * name another message, and only the tag shows it.
 */
export interface Position {
  readonly epoch: string;
  readonly off: number;
  readonly tag: number;
}

/**
 * What a message is to somebody who is at a position: the next one, one that was seen, one that
 * cannot be as another one stands there, or one before which some are missing.
 */
export type Verdict = "next" | "seen" | "contradiction" | "gap";

/** @param conflate whether the server leaves out older values of keys on purpose */
export function judge(last: Position, off: number, tag: number, conflate: boolean): Verdict {
  if (off <= last.off) {
    return off === last.off && tag !== last.tag ? "contradiction" : "seen";
  }
  return off === last.off + 1 || conflate ? "next" : "gap";
}

export function same(one: Position, other: Position): boolean {
  return one.epoch === other.epoch && one.off === other.off && one.tag === other.tag;
}

/**
 * How many messages are known to be missing when a channel goes on at `start`. Across epochs nobody
 * can say, and it counts as one.
 */
export function missing(last: Position, start: Position): number {
  return last.epoch === start.epoch && start.off > last.off ? start.off - last.off : 1;
}

/**
 * A position that came over the wire.
 *
 * @throws TypeError if it is none
 */
export function positionOf(json: Partial<Position> | undefined): Position {
  const { epoch, off, tag } = json ?? {};
  if (typeof epoch !== "string" || typeof off !== "number" || typeof tag !== "number") {
    throw new TypeError(`expected a position {epoch, off, tag}, but got ${JSON.stringify(json)}`);
  }
  return { epoch, off, tag };
}
