package io.mooring.client;

/**
 * A subscription is live.
 *
 * @param position from where on messages follow
 * @param recovered whether it goes on where it was: nothing is missing. Of a first subscription,
 *     for which nothing had to be recovered, it is false
 * @param replayed how many missed messages follow
 */
public record Subscribed(Position position, boolean recovered, long replayed) {}
