/**
 * What the client does after a socket has ended: stops for good, comes back after a wait that grows
 * from failure to failure, or comes back exactly when it was told.
 */
export type Rule = "stop" | "back_off" | "at_slot";

/** How a socket ended, or did not come to be. */
export interface Ending {
  readonly rule: Rule;
  /** A word: the server's own, as `drain`, or a code, as `1006`. */
  readonly reason: string;
  /** How many milliseconds the server wants to be left alone. */
  readonly waitMs: number;
  /** Of the close frame, or the status of the handshake; 0 if the client gave up by itself. */
  readonly code: number;
}

/** What a server that keeps to RFC 6455 does not say twice to the same client. */
const STOPPING = [1002, 1003, 1007, 1008, 1009];

/** Nobody said why. So ends a handshake in a browser, whatever the status was. */
export const UNEXPLAINED = 1006;

export const UNAUTHORIZED = 401;

/** A newer socket of the same connection has taken its place. */
export const REPLACED = 4504;

/** The token did not do, or does not any more. */
const TOKEN_REFUSED = [UNAUTHORIZED, 4105, 4500];

/** The range says what to do, so that a code of tomorrow is understood today. */
export function ruleOf(code: number): Rule {
  if ((code >= 4500 && code < 5000) || STOPPING.includes(code)) {
    return "stop";
  }
  return code >= 4200 && code < 4300 ? "at_slot" : "back_off";
}

/**
 * A close frame, or a connection that broke.
 *
 * @param text of the form `r=<word>;ra=<milliseconds>`; anything may be missing
 * @param cause what the platform says about it, if anything
 */
export function closed(code: number, text = "", cause = ""): Ending {
  const word = field(text, "r");
  const wait = field(text, "ra");
  return {
    rule: ruleOf(code),
    reason: word || `${code}${cause && `: ${cause}`}`,
    waitMs: /^\d{1,9}$/.test(wait) ? Number(wait) : 0,
    code,
  };
}

/**
 * A handshake that was answered, but not with 101.
 *
 * @param retryAfter the header, if there is one: seconds or a date
 * @param date now, in milliseconds since 1970
 */
export function refused(status: number, retryAfter: string | undefined, date: number): Ending {
  const known: Record<number, string> = { 401: "bad_auth", 403: "forbidden", 404: "not_found" };
  return {
    rule: status === 403 || status === 404 ? "stop" : "back_off",
    reason: known[status] ?? `http_${status}`,
    waitMs: waitOf(retryAfter, date),
    code: status,
  };
}

/** No word from the server; the client gave up by itself. */
export function broken(reason: string): Ending {
  return { rule: "back_off", reason, waitMs: 0, code: 0 };
}

/** Whether another token is needed to come back with. */
export function refusesToken({ code }: Ending): boolean {
  return TOKEN_REFUSED.includes(code);
}

/** What `Retry-After` means in milliseconds; 0 if it is missing or not understood. */
export function waitOf(retryAfter: string | null | undefined, date: number): number {
  if (!retryAfter) {
    return 0;
  }
  const ms = /^\d{1,6}$/.test(retryAfter)
    ? Number(retryAfter) * 1000
    : Date.parse(retryAfter) - date;
  return ms > 0 ? ms : 0;
}

function field(text: string, name: string): string {
  return (
    text
      .split(";")
      .map((part) => part.trim().split("="))
      .find(([key]) => key === name)?.[1] ?? ""
  );
}
