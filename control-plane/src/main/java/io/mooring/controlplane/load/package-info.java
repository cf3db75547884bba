/** What the servers say of themselves with their heartbeats. */
@NullMarked
package io.mooring.controlplane.load;

import org.jspecify.annotations.NullMarked;
