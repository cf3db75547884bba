@NullMarked
package io.mooring.server.loop;

import org.jspecify.annotations.NullMarked;
