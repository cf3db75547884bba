/** How a process logs: one JSON object a line, on standard output. */
@NullMarked
package io.mooring.process.log;

import org.jspecify.annotations.NullMarked;
