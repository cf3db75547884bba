@NullMarked
package io.mooring.server.protocol;

import org.jspecify.annotations.NullMarked;
