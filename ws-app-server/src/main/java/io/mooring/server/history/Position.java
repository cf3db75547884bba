package io.mooring.server.history;

/**
 * A place in a channel's log, which proves itself: all three are compared, never {@code off} alone.
 *
 * @param epoch one life of the log, a short string
 * @param off counts from 1, without gaps; 0 is before the first publication
 * @param tag the random 48-bit number of the publication at {@code off}; 0 before the first
 */
public record Position(String epoch, long off, long tag) {}
