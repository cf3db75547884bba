/** The secrets and certificates of a development tier, made once and kept. */
@NullMarked
package io.mooring.cli.keys;

import org.jspecify.annotations.NullMarked;
