package io.mooring.client;

import java.time.Duration;
import java.util.Optional;

/**
 * A client went from one state to another.
 *
 * @param from the state until now
 * @param to the state from now on
 * @param reason why, for people: {@code closed with 4200 (r=drain;ra=1500)}
 * @param delay how long it waits before the next attempt; only where that is known
 */
public record StateChange(State from, State to, String reason, Optional<Duration> delay) {}
