/** What a machine and its processes have spent, and what that amounts to. */
@NullMarked
package io.mooring.bench.measure;

import org.jspecify.annotations.NullMarked;
