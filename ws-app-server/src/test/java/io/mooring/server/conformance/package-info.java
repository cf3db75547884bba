@NullMarked
package io.mooring.server.conformance;

import org.jspecify.annotations.NullMarked;
