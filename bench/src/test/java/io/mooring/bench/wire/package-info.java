@NullMarked
package io.mooring.bench.wire;

import org.jspecify.annotations.NullMarked;
