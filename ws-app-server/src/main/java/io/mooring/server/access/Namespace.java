package io.mooring.server.access;

/**
 * The rules of the channels whose names begin with one word and a dot.
 *
 * @param open whether every connected client may subscribe and publish, whatever its token says
 */
public record Namespace(boolean open) {}
