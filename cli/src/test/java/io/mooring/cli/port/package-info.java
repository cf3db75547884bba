@NullMarked
package io.mooring.cli.port;

import org.jspecify.annotations.NullMarked;
