package io.mooring.registry;

/**
 * How a server left; known for a day, or until another instance takes its id.
 *
 * @param generation the one that left
 * @param deregistered by its own word; false when its lease ended
 */
public record Gone(long generation, boolean deregistered) {}
