/** Who may do what on which channel. */
@NullMarked
package io.mooring.server.access;

import org.jspecify.annotations.NullMarked;
