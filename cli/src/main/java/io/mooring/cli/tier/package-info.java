/**
 * The whole tier as processes: which parts it has, how each starts, when it is ready, how it ends.
 */
@NullMarked
package io.mooring.cli.tier;

import org.jspecify.annotations.NullMarked;
