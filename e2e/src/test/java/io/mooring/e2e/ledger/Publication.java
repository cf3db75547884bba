package io.mooring.e2e.ledger;

/**
 * What makes a message of the tests unique.
 *
 * @param publisher who published it
 * @param number counted by its publisher
 */
public record Publication(int publisher, int number) {}
