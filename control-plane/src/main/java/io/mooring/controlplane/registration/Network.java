package io.mooring.controlplane.registration;

import io.mooring.registry.Address;
import java.math.BigInteger;
import java.net.InetAddress;

/**
 * A block of addresses in CIDR form, for example {@code 10.0.0.0/8} or {@code fd00::/8}.
 *
 * @param bits the length of an address of this family: 32 or 128
 * @param prefix how many leading bits the addresses share
 * @param block those bits
 */
record Network(int bits, int prefix, BigInteger block) {

  /**
   * @throws IllegalArgumentException naming the text and the form that was expected
   */
  static Network parse(String text) {
    int slash = text.indexOf('/');
    try {
      byte[] base = bytes(new Address(text.substring(0, Math.max(slash, 0)), 1));
      int bits = base.length * Byte.SIZE;
      int prefix = Integer.parseInt(text.substring(slash + 1));
      BigInteger number = new BigInteger(1, base);
      int rest = bits - prefix;
      if (prefix < 0 || rest < 0 || !number.equals(number.shiftRight(rest).shiftLeft(rest))) {
        throw new IllegalArgumentException("bits are set behind the prefix");
      }
      return new Network(bits, prefix, number.shiftRight(rest));
    } catch (IllegalArgumentException notOfTheForm) {
      throw new IllegalArgumentException(
          "network \"" + text + "\" is not of the form address/prefix, for example 10.0.0.0/8",
          notOfTheForm);
    }
  }

  boolean contains(Address address) {
    byte[] ip = bytes(address);
    return ip.length * Byte.SIZE == bits
        && new BigInteger(1, ip).shiftRight(bits - prefix).equals(block);
  }

  private static byte[] bytes(Address address) {
    return InetAddress.ofLiteral(address.ip()).getAddress();
  }
}
