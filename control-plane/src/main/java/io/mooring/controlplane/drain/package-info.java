/** Moves the clients of a leaving server away: what to do next, and how far it is. */
@NullMarked
package io.mooring.controlplane.drain;

import org.jspecify.annotations.NullMarked;
