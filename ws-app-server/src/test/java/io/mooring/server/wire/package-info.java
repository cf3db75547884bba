@NullMarked
package io.mooring.server.wire;

import org.jspecify.annotations.NullMarked;
