/** Who a client is: tokens, the signed identity, and the ids that carry a proof of their owner. */
@NullMarked
package io.mooring.token;

import org.jspecify.annotations.NullMarked;
