package io.mooring.bench.wire;

/**
 * A place in a channel's log.
 *
 * @param tag Mooring's, a number; empty with Centrifuge
 */
public record Position(String epoch, long offset, String tag) {}
