/** Many WebSocket clients in one process, in the protocols of all who are measured. */
@NullMarked
package io.mooring.bench.wire;

import org.jspecify.annotations.NullMarked;
