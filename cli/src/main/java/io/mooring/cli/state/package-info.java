/** The folder in which a tier keeps what it needs: configuration, logs, keys, data, who runs it. */
@NullMarked
package io.mooring.cli.state;

import org.jspecify.annotations.NullMarked;
