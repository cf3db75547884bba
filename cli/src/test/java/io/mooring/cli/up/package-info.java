@NullMarked
package io.mooring.cli.up;

import org.jspecify.annotations.NullMarked;
