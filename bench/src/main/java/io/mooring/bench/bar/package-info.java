/** The work that is asked of each contender, and the gates. */
@NullMarked
package io.mooring.bench.bar;

import org.jspecify.annotations.NullMarked;
