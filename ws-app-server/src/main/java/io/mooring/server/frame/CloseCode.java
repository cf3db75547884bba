package io.mooring.server.frame;

/**
 * Every code with which a server closes a socket. The range says what the client does, even one
 * that does not know the code: 45xx stops, 41xx backs off and then resumes, 42xx resumes now, at
 * its slot. Of the codes of RFC 6455 section 7.4.1, 1002 to 1009 mean stop.
 */
public enum CloseCode {
  NORMAL(1000, "normal"),
  PROTOCOL_ERROR(1002, "protocol_error"),
  UNACCEPTABLE_DATA(1003, "unacceptable_data"),
  BAD_PAYLOAD(1007, "bad_payload"),
  TOO_BIG(1009, "too_big"),

  OVERLOADED(4100, "overloaded"),
  SLOW_CONSUMER(4101, "slow_consumer"),
  RATE_LIMITED(4102, "rate_limited"),
  NO_PONG(4103, "no_pong"),
  NO_FIRST_MESSAGE(4103, "no_first_message"),
  POSITION_LOST(4104, "position_lost"),
  TOKEN_EXPIRED(4105, "token_expired"),
  INTERNAL(4106, "internal"),

  DRAIN(4200, "drain"),
  REBALANCE(4201, "rebalance"),
  MAX_AGE(4202, "max_age"),
  EDGE_DRAIN(4203, "edge_drain"),

  BAD_AUTH(4500, "bad_auth"),
  PROTOCOL(4501, "protocol"),
  VERSION(4502, "version"),
  FORBIDDEN(4503, "forbidden"),
  REPLACED(4504, "replaced"),
  REVOKED(4505, "revoked"),
  CONNECTION_LIMIT(4506, "connection_limit");

  private final int number;
  private final String reason;

  CloseCode(int number, String word) {
    this.number = number;
    this.reason = "r=" + word;
  }

  public int number() {
    return number;
  }

  /** The reason text of the close frame, {@code r=<word>}. */
  public String reason() {
    return reason;
  }

  /**
   * Whether a peer may send {@code number} in a close frame: RFC 6455 section 7.4 and the registry
   * of IANA, which has added 1012 to 1014.
   */
  static boolean mayBeReceived(int number) {
    return (number >= 1000 && number <= 1003)
        || (number >= 1007 && number <= 1014)
        || (number >= 3000 && number <= 4999);
  }
}
