/** What every Mooring process has: its configuration, its log, its own HTTP endpoints. */
@NullMarked
package io.mooring.process;

import org.jspecify.annotations.NullMarked;
