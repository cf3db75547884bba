/**
 * Event loops, and what each of them owns: a timing wheel, the sockets to flush, a scratch area.
 */
@NullMarked
package io.mooring.server.loop;

import org.jspecify.annotations.NullMarked;
