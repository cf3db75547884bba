import type { Cancel } from "./clock.js";
import type { WireMessage } from "./messages.js";
import type { Position } from "./position.js";
import { same } from "./position.js";

/** What one socket says of one channel. While a connection moves, two sockets carry the channel. */
export interface Feed {
  /** Of the request that was made last; only its answer counts. */
  readonly id: number;
  /** Whether it was asked to go on from a position. */
  readonly resumed: boolean;
  /** Runs until it is asked for again. */
  retry?: Cancel;
  /** From where on it brings everything; undefined until the request is answered. */
  start?: Position;
  /** Why it does not go on from where it was asked to; undefined if it does. */
  reason?: string;
  /** Whether the channel's snapshot makes up for what is missing. */
  snapshot?: boolean;
  conflate?: boolean;
  /** Whether what it brings goes on from the position of the subscription, without a hole. */
  joined: boolean;
  /** What it has brought while it was not joined. */
  held: WireMessage[];
}

/**
 * Whether a feed that is not joined goes on from `position` after all, as another one has brought
 * what it could not: it has that very place, or has passed it where it may have left it out.
 */
export function reaches(feed: Feed, position: Position): boolean {
  const { start, held } = feed;
  if (!start || start.epoch !== position.epoch) {
    return false;
  }
  const last = held.at(-1);
  return (
    same(start, position) ||
    held.some(({ off, tag }) => off === position.off && tag === position.tag) ||
    (feed.conflate === true && start.off < position.off && last !== undefined && last.off! > position.off)
  );
}
