package io.mooring.registry;

/**
 * Who leads, as the registry holds it.
 *
 * @param holder the replica's name; "" when nobody leads
 * @param fence its number; 0 when nobody ever led, or the registry forgot it
 * @param beat changes each second while the leader lives, and means nothing else
 */
public record Leader(String holder, long fence, String beat) {}
