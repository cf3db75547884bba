@NullMarked
package io.mooring.bench.bar;

import org.jspecify.annotations.NullMarked;
