package io.mooring.client;

/**
 * What is to be heard of a channel.
 *
 * @param presence whether its members, too, where the channel's namespace has presence
 */
public record SubscribeOptions(boolean presence) {
  /** Messages alone. */
  public static final SubscribeOptions DEFAULTS = new SubscribeOptions(false);

  /** The same with the members. */
  public SubscribeOptions withPresence() {
    return new SubscribeOptions(true);
  }
}
