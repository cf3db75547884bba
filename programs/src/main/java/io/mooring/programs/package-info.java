/**
 * The third-party programs that Mooring runs on: where each is found or fetched from, its pinned
 * version and checksums, and how it is started.
 */
@NullMarked
package io.mooring.programs;

import org.jspecify.annotations.NullMarked;
