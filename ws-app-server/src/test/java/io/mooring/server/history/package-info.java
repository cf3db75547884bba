@NullMarked
package io.mooring.server.history;

import org.jspecify.annotations.NullMarked;
