import type { BackoffTerms } from "./backoff.js";
import type { Clock } from "./clock.js";
import type { Events } from "./events.js";
import type { Tokens } from "./token.js";

/** What this library uses of a WebSocket, be it the platform's or one of the package `ws`. */
export interface WebSocketLike {
  readonly readyState: number;
  readonly bufferedAmount: number;
  onmessage: ((event: any) => void) | null;
  onerror: ((event: any) => void) | null;
  onclose: ((event: any) => void) | null;
  send(text: string): void;
  close(code?: number): void;
  /** Of `ws` only. */
  terminate?(): void;
  /** Of `ws` only. */
  on?(name: string, listener: (...values: any[]) => void): unknown;
}

export type WebSocketConstructor = new (
  url: string,
  protocols?: string[],
  options?: any,
) => WebSocketLike;

export interface Counters {
  /** Messages that are known to be missing; a loss of which nobody knows the size counts as one. */
  losses: number;
  /** Messages that were dropped as they had been seen, as while a connection moves. */
  duplicates: number;
  /** Messages that did not fit what was there, after which the channel was asked for again. */
  gaps: number;
  /** How often a socket was opened after one was lost. */
  reconnects: number;
  /** How often another socket took over without a break. */
  moves: number;
}

/** What all parts of one client share. */
export interface Environment {
  readonly clock: Clock;
  readonly random: () => number;
  readonly events: Events;
  readonly counters: Counters;
  readonly tokens: Tokens;
  readonly WebSocket: WebSocketConstructor;
  /** Whether the constructor is that of `ws`, which takes headers and tells statuses. */
  readonly takesHeaders: boolean;
  /** Of the HTTP API, without a slash at the end. */
  readonly api: string;
  readonly closeTimeoutMs: number;
  readonly resubscribeBackoff: BackoffTerms;
  /** A number that no other request of this client has. */
  id(): number;
}
