import type { Position } from "./position.js";
import type { Reconciled } from "./snapshot.js";

/**
 * - `pending`: asked for, or about to be
 * - `live`: the server delivers
 * - `failed`: the server does not let it begin
 * - `ended`: over, by the application or the server
 */
export type SubscriptionState = "pending" | "live" | "failed" | "ended";

export interface ChannelMessage {
  readonly channel: string;
  readonly epoch: string;
  readonly off: number;
  readonly tag: number;
  readonly data: any;
  readonly key?: string;
  /** Who published it: the subject of a token, or the name of an API key. */
  readonly from?: string;
}

/** A user who is in a channel, by whatever sockets and servers. */
export interface Member {
  /** The subject of its token; `tenant/subject` where that has a tenant. */
  readonly user: string;
  /** What its token says of it to others. */
  readonly info?: any;
}

export interface SubscribeOptions {
  /** Whether to hear of the members, too, where the channel's namespace has presence. */
  readonly presence?: boolean;
}

/** What the application wants to hear of a channel. All are optional, and called in order. */
export interface Listener {
  message?(message: ChannelMessage): unknown;
  /**
   * The server delivers, for the first time or again. `recovered`: it goes on from where it was, and
   * `replayed` messages that were missed follow.
   */
  subscribed?(event: { position: Position; recovered: boolean; replayed: number }): unknown;
  /** Messages are missing that cannot be had; it goes on from `position`. */
  lost?(event: { reason: string; position: Position }): unknown;
  /** After a loss: all that is new of the channel's keys, once. */
  reconciled?(event: Reconciled): unknown;
  /** All that are there are known, for the first time; from now on each change is told. */
  members?(event: { members: readonly Member[] }): unknown;
  joined?(member: Member): unknown;
  left?(member: Member): unknown;
  /** The server does not let it begin: `forbidden`, `no_such_namespace`, `limit` and the like. */
  failed?(event: { reason: string }): unknown;
  /** The server has ended it: `forbidden`. */
  ended?(event: { reason: string }): unknown;
}
