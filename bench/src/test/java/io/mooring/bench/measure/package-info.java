@NullMarked
package io.mooring.bench.measure;

import org.jspecify.annotations.NullMarked;
