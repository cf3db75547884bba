package io.mooring.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ByteSizeTest {
  @ParameterizedTest
  @CsvSource({"512B, 512", "64KiB, 65536", "1MiB, 1048576", "2GiB, 2147483648", "0B, 0"})
  void aSizeIsReadAndWrittenInItsUnit(String text, long bytes) {
    assertEquals(bytes, ByteSize.parse(text).bytes());
    assertEquals(text, ByteSize.parse(text).toString());
  }
}
