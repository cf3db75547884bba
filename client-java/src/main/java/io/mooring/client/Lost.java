package io.mooring.client;

/**
 * Some messages of a channel cannot be had.
 *
 * @param reason {@code epoch_changed}, {@code ttl_expired}, {@code trimmed}, {@code too_many},
 *     {@code log_unavailable}; there may be others one day
 * @param position what lies between the last message and here is missing; messages follow from here
 * @param snapshot whether {@link Listener#reconciled} follows, which makes up for it
 */
public record Lost(String reason, Position position, boolean snapshot) {}
