package io.mooring.registry;

/**
 * How a server left; known for a day, or for as long as the instance after it lives.
 *
 * @param generation the one that left
 * @param deregistered by its own word; false when its lease ended
 * @param load what it said of itself last; "" for nothing
 */
public record Gone(long generation, boolean deregistered, String load) {}
