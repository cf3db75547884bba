@NullMarked
package io.mooring.server.drain;

import org.jspecify.annotations.NullMarked;
