/** Which connections the servers hold: asked of each server, at its {@code /api/v1}. */
@NullMarked
package io.mooring.controlplane.connections;

import org.jspecify.annotations.NullMarked;
