/**
 * Many clients of the SDK on a running tier: they subscribe and publish, and what becomes of them
 * is counted.
 */
@NullMarked
package io.mooring.cli.clients;

import org.jspecify.annotations.NullMarked;
