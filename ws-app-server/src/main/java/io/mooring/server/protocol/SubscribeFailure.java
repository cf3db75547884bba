package io.mooring.server.protocol;

/** Why a subscription was not made. */
public enum SubscribeFailure {
  FORBIDDEN("forbidden"),
  NO_SUCH_NAMESPACE("no_such_namespace"),
  BAD_CHANNEL("bad_channel"),
  LIMIT("limit"),
  UNAVAILABLE("unavailable"),
  ALREADY_SUBSCRIBED("already_subscribed");

  private final String word;

  SubscribeFailure(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }
}
