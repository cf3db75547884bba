/** The servers that are measured: how each is brought here, started and told of. */
@NullMarked
package io.mooring.bench.contender;

import org.jspecify.annotations.NullMarked;
