package io.mooring.registry;

/**
 * Which history of the registry a process follows.
 *
 * @param number +1 each time the registry turned out to be empty, older or another one
 * @param mark the random mark of the newest revision that was read; "" for none
 */
public record History(long number, String mark) {}
