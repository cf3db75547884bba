@NullMarked
package io.mooring.cli.check;

import org.jspecify.annotations.NullMarked;
