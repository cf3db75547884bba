import type { BackoffTerms } from "./backoff.js";
import { BACKOFF } from "./backoff.js";
import { MooringError } from "./errors.js";
import type { Member } from "./listener.js";
import type { Position } from "./position.js";

/** What goes over the wire, either way: `op` says which of the other fields there are. */
export interface WireMessage {
  op: string;
  id?: number;
  ch?: string;
  pos?: Position;
  recovered?: boolean;
  replayed?: number;
  reason?: string;
  snapshot?: boolean;
  conflate?: boolean;
  presence?: true;
  again?: true;
  count?: number;
  members?: Member[];
  digest?: number;
  next?: string;
  after?: string;
  user?: string;
  info?: unknown;
  epoch?: string;
  off?: number;
  tag?: number;
  data?: unknown;
  key?: string;
  from?: string;
  token?: string;
  code?: string;
  message?: string;
  retry_ms?: number;
  after_ms?: number;
  url?: string;
}

/** The first message of a socket, whose timing and limits are the server's to tune. */
export interface Hello {
  /** The connection's id, which it keeps when it comes back. */
  readonly conn: string;
  readonly server: string;
  /** Where the connection comes back to. */
  readonly url: string;
  readonly pingMs: number;
  readonly pongMs: number;
  readonly backoff: BackoffTerms;
  /** How long it must be well until the next failure counts as the first. */
  readonly healthMs: number;
  readonly limits: Limits;
}

export interface Limits {
  readonly frameBytes: number;
  readonly jsonDepth: number;
  readonly subscriptions: number;
  readonly messagesPerTenSeconds: number;
}

/** The server's defaults, for as long as it has said nothing else. */
export const LIMITS: Limits = {
  frameBytes: 65_536,
  jsonDepth: 32,
  subscriptions: 128,
  messagesPerTenSeconds: 120,
};

/** @throws TypeError if it does not say who greets */
export function readHello(message: WireMessage): Hello {
  const json = message as unknown as Record<string, unknown>;
  const { conn, server, url } = json;
  if (typeof conn !== "string" || typeof server !== "string" || typeof url !== "string") {
    throw new TypeError(`expected hello with conn, server and url, but got ${JSON.stringify(json)}`);
  }
  const limits = (json.limits ?? {}) as Record<string, unknown>;
  const backoff = (json.backoff ?? {}) as Record<string, unknown>;
  return {
    conn,
    server,
    url,
    pingMs: positive(json.ping_ms, 25_000),
    pongMs: positive(json.pong_ms, 10_000),
    backoff: {
      firstMs: positive(backoff.first_ms, BACKOFF.firstMs),
      maxMs: positive(backoff.max_ms, BACKOFF.maxMs),
    },
    healthMs: positive(backoff.reset_ms, 10_000),
    limits: {
      frameBytes: positive(limits.frame_bytes, LIMITS.frameBytes),
      jsonDepth: positive(limits.json_depth, LIMITS.jsonDepth),
      subscriptions: positive(limits.subscriptions, LIMITS.subscriptions),
      messagesPerTenSeconds: positive(limits.messages_per_10s, LIMITS.messagesPerTenSeconds),
    },
  };
}

function positive(value: unknown, otherwise: number): number {
  return typeof value === "number" && value > 0 ? value : otherwise;
}

const CHANNEL = /^[A-Za-z0-9._:~-]{1,255}$/;

/** @throws MooringError `bad_channel` if no channel can have that name */
export function expectChannel(name: unknown): void {
  if (typeof name !== "string" || !CHANNEL.test(name)) {
    throw new MooringError(
      "bad_channel",
      `"${name}" is no channel: expected 1 to 255 of A-Z a-z 0-9 . _ : ~ -`,
    );
  }
}
