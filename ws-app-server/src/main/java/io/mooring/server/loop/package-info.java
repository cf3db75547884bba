/**
 * Event loops, and what each of them owns: a timing wheel, the sockets to flush, a scratch area.
 * What belongs to a loop is touched by its thread, or by another loop's that visits it while its
 * own sleeps.
 */
@NullMarked
package io.mooring.server.loop;

import org.jspecify.annotations.NullMarked;
