/** The admin API of a control plane, as its client sees it. */
@NullMarked
package io.mooring.cli.admin;

import org.jspecify.annotations.NullMarked;
