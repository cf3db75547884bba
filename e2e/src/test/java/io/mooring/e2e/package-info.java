/** The whole system as real processes: what a platform team and a client see of it. */
@NullMarked
package io.mooring.e2e;

import org.jspecify.annotations.NullMarked;
