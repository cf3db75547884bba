/**
 * The judge of every fault test: publishers log what they intend and what was acknowledged, clients
 * log what was delivered and which losses they were told of; the verdict compares the two.
 */
@NullMarked
package io.mooring.e2e.ledger;

import org.jspecify.annotations.NullMarked;
