/** Which Envoys, at whatever replica, have taken in which revision of the registry. */
@NullMarked
package io.mooring.controlplane.acknowledgement;

import org.jspecify.annotations.NullMarked;
