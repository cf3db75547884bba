/** Judges leases by the process's own monotonic clock, and takes the dead out. */
@NullMarked
package io.mooring.controlplane.lease;

import org.jspecify.annotations.NullMarked;
