/** Work that a thread of its own does again and again. */
@NullMarked
package io.mooring.controlplane.rounds;

import org.jspecify.annotations.NullMarked;
