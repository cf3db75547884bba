/** The registry: servers, their leases, generations and states, in Redis and in memory. */
@NullMarked
package io.mooring.registry;

import org.jspecify.annotations.NullMarked;
