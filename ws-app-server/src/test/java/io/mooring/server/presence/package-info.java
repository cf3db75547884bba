@NullMarked
package io.mooring.server.presence;

import org.jspecify.annotations.NullMarked;
