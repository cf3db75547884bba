/** The gRPC service by which servers join, stay and leave. */
@NullMarked
package io.mooring.controlplane.registration;

import org.jspecify.annotations.NullMarked;
