/** Finds peers that are gone: pings, and what must come back in time. */
@NullMarked
package io.mooring.server.liveness;

import org.jspecify.annotations.NullMarked;
