/** The process that owns the registry and steers Envoy. */
@NullMarked
package io.mooring.controlplane;

import org.jspecify.annotations.NullMarked;
