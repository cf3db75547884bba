/**
 * Thousands of clients that behave as an SDK will: they come back by their pinned URL, back off
 * with full jitter, follow {@code reconnect} without a gap, obey the ranges of the close codes, and
 * resume with positions. All of one crowd lives on one event loop.
 */
@NullMarked
package io.mooring.e2e.crowd;

import org.jspecify.annotations.NullMarked;
