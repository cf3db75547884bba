package io.mooring.server.channel;

import io.mooring.server.history.Position;
import org.jspecify.annotations.Nullable;

/**
 * What a client asked for when it subscribed.
 *
 * @param request the id by which it asked
 * @param since where it was, to resume from; null if it wants no past
 */
public record Joining(Subscription subscription, long request, @Nullable Position since) {}
