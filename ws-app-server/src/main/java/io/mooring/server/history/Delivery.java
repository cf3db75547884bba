package io.mooring.server.history;

/**
 * A publication as it reaches the subscribed servers.
 *
 * @param position where it stands in the channel's log
 * @param previousTag the tag of the publication before it, 0 for the first: a log that was rolled
 *     back shows with the very next delivery. {@link Excerpt#NOT_HELD} only where it was read from
 *     a log whose entries do not name it
 * @param key see {@link Publication#key}
 * @param from see {@link Publication#from}
 * @param data see {@link Publication#data}
 */
public record Delivery(Position position, long previousTag, String key, String from, byte[] data) {}
