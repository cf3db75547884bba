/** The admin API, /admin/v1. */
@NullMarked
package io.mooring.controlplane.admin;

import org.jspecify.annotations.NullMarked;
