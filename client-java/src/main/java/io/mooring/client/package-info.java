/**
 * A client of a Mooring tier: {@link io.mooring.client.MooringClient} subscribes to channels and
 * publishes on them, and keeps doing so while servers are deployed or crash and networks change.
 *
 * <p>Everything of one client happens in one order, its own, whichever threads that takes: no two
 * callbacks of one client run at the same time, and each sees what the one before it wrote. Classes
 * that are not public belong to that order, unless they say otherwise.
 */
@NullMarked
package io.mooring.client;

import org.jspecify.annotations.NullMarked;
