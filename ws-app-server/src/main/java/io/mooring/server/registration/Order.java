package io.mooring.server.registration;

import java.time.Duration;

/**
 * An order to move every client away.
 *
 * @param drainId names the drain; empty if the server gives itself the order
 * @param rate clients a second; 0 for the default, which grows with their number
 * @param deadline from the first order of this name until the last socket is closed
 */
public record Order(String drainId, int rate, Duration deadline) {}
