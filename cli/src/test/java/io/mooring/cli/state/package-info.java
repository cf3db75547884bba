@NullMarked
package io.mooring.cli.state;

import org.jspecify.annotations.NullMarked;
