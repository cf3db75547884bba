/** Brings a new server from WARMING to ACTIVE. */
@NullMarked
package io.mooring.controlplane.warming;

import org.jspecify.annotations.NullMarked;
