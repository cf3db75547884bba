@NullMarked
package io.mooring.cli.drain;

import org.jspecify.annotations.NullMarked;
