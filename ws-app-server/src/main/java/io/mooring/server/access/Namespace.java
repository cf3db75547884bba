package io.mooring.server.access;

import io.mooring.server.history.Retention;

/**
 * The rules of the channels whose names begin with one word and a dot.
 *
 * @param open whether every connected client may subscribe and publish, whatever its token says
 * @param history how much of each channel's past is kept
 * @param slow what becomes of a subscriber that does not keep up
 * @param presence whether those who subscribe are told of each other
 * @param compress whether its messages go compressed to clients that can (RFC 7692)
 */
public record Namespace(
    boolean open, Retention history, SlowPolicy slow, boolean presence, boolean compress) {}
