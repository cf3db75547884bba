/** Why a connection goes where it goes, by the same rule that the auth-filters follow. */
@NullMarked
package io.mooring.controlplane.explain;

import org.jspecify.annotations.NullMarked;
