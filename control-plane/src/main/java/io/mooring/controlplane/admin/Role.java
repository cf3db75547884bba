package io.mooring.controlplane.admin;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What an operator's token allows; each role includes those before it. */
enum Role {
  VIEW,
  OPERATE,
  ADMIN;

  static Optional<Role> of(String claim) {
    return Arrays.stream(values()).filter(role -> role.claim().equals(claim)).findFirst();
  }

  /** As the claim {@code role} says it. */
  String claim() {
    return name().toLowerCase(Locale.ROOT);
  }

  boolean includes(Role needed) {
    return compareTo(needed) >= 0;
  }
}
