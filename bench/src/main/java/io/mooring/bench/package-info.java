/** The command {@code ./mooring bench}: Mooring beside its peers, in one run. */
@NullMarked
package io.mooring.bench;

import org.jspecify.annotations.NullMarked;
