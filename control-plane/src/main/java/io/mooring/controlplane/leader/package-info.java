/** Agrees with the other replicas on who leads. */
@NullMarked
package io.mooring.controlplane.leader;

import org.jspecify.annotations.NullMarked;
