import { MooringError } from "./errors.js";

/**
 * - `idle`: not connected yet
 * - `connecting`: a socket is being opened, and there is no other
 * - `open`: a socket is there, and the server has greeted
 * - `moving`: the same, and another socket is about to take its place, without a break
 * - `waiting`: no socket; the next attempt has its time, or waits until the device is online
 * - `closed`: the application or the server has ended it; only `connect()` begins anew
 */
export type State = "idle" | "connecting" | "open" | "moving" | "waiting" | "closed";

/**
 * - `connect`, `close`: the application asks for it
 * - `opened`: the server has greeted on the only socket
 * - `failed`: an attempt has ended before the greeting, or the socket in use is gone; it comes back
 * - `refused`: the server said to stop
 * - `told`: the server said when to open another socket
 * - `moved`: every subscription goes on on the other socket
 * - `due`: the time of the next attempt has come
 * - `offline`, `online`: the device is, or is told to be
 */
export type Event =
  | "connect"
  | "opened"
  | "failed"
  | "refused"
  | "told"
  | "moved"
  | "due"
  | "offline"
  | "online"
  | "close";

/** `underWay` is where it leads while another socket is being opened, `otherwise` if none is. */
export type Target =
  | State
  | "ignored"
  | { readonly underWay: State; readonly otherwise: State };

/** What is not in here cannot happen. */
export const TABLE: Readonly<Record<State, Readonly<Partial<Record<Event, Target>>>>> = {
  idle: {
    connect: "connecting",
    offline: "ignored",
    online: "ignored",
    close: "closed",
  },
  connecting: {
    connect: "ignored",
    opened: "open",
    failed: "waiting",
    refused: "closed",
    offline: "waiting",
    online: "ignored",
    close: "closed",
  },
  open: {
    connect: "ignored",
    failed: "waiting",
    refused: "closed",
    told: "moving",
    offline: "ignored",
    online: "ignored",
    close: "closed",
  },
  moving: {
    connect: "ignored",
    failed: { underWay: "connecting", otherwise: "waiting" },
    refused: "closed",
    told: "moving",
    moved: "open",
    due: "moving",
    offline: "ignored",
    online: "ignored",
    close: "closed",
  },
  waiting: {
    connect: "ignored",
    due: "connecting",
    offline: "waiting",
    online: "connecting",
    close: "closed",
  },
  closed: {
    connect: "connecting",
    offline: "ignored",
    online: "ignored",
    close: "ignored",
  },
};

/**
 * Where an event leads; undefined if it means nothing in that state.
 *
 * @throws MooringError `bug` if the event cannot happen in that state
 */
export function next(state: State, event: Event, underWay = false): State | undefined {
  const target = TABLE[state][event];
  if (target === undefined) {
    throw new MooringError(
      "bug",
      `"${event}" happened while ${state}, which cannot be: this is a bug of the client, please report it`,
    );
  }
  if (target === "ignored") {
    return undefined;
  }
  return typeof target === "string" ? target : underWay ? target.underWay : target.otherwise;
}
