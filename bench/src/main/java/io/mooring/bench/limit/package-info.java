/** Bare Netty with one handler and no product: what a JVM could do at best. */
@NullMarked
package io.mooring.bench.limit;

import org.jspecify.annotations.NullMarked;
