/** Which servers of the fleet live, as the control planes say. */
@NullMarked
package io.mooring.server.fleet;

import org.jspecify.annotations.NullMarked;
