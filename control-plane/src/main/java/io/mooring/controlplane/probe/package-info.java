/** Looks whether a server's port answers. */
@NullMarked
package io.mooring.controlplane.probe;

import org.jspecify.annotations.NullMarked;
