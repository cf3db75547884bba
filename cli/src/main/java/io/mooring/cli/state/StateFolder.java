package io.mooring.cli.state;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The places inside a state folder. Everything in it is for its owner's eyes only.
 *
 * @param root absolute
 * @param usual whether it is the one that commands use when they are not told another
 */
public record StateFolder(Path root, boolean usual) {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> OWNER_FILE =
      PosixFilePermissions.fromString("rw-------");

  public StateFolder {
    root = root.toAbsolutePath().normalize();
  }

  /** One that commands have to be told. */
  public StateFolder(Path root) {
    this(root, false);
  }

  /** How a command is typed for the tier of this folder; {@code up}, for the ports that it had. */
  public String command(String verb) {
    String ports =
        verb.equals("up") && portBase().isPresent() ? " --port-base " + portBase().getAsInt() : "";
    return "./mooring " + verb + (usual ? "" : " --state-dir " + root) + ports;
  }

  /** That of the last {@code up} in this folder; empty if there was none, or it was the usual. */
  public OptionalInt portBase() {
    try {
      return OptionalInt.of(Integer.parseInt(Files.readString(portBaseFile()).strip()));
    } catch (IOException | NumberFormatException usualOne) {
      return OptionalInt.empty();
    }
  }

  /**
   * @param base empty: the usual one
   */
  public void rememberPortBase(OptionalInt base) {
    if (base.isPresent()) {
      write(portBaseFile(), Integer.toString(base.getAsInt()).getBytes(StandardCharsets.US_ASCII));
      return;
    }
    try {
      Files.deleteIfExists(portBaseFile());
    } catch (IOException refused) {
      throw new UncheckedIOException("cannot delete " + portBaseFile(), refused);
    }
  }

  private Path portBaseFile() {
    return conf().resolve("port-base");
  }

  /**
   * Makes what is missing.
   *
   * @throws UncheckedIOException naming the folder that cannot be made
   */
  public StateFolder create() {
    for (Path folder : new Path[] {root, conf(), logs(), run(), data(), keys()}) {
      try {
        Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
      } catch (IOException refused) {
        throw new UncheckedIOException("cannot create the folder " + folder, refused);
      }
    }
    return this;
  }

  public Path conf() {
    return root.resolve("conf");
  }

  public Path logs() {
    return root.resolve("log");
  }

  /** Lock, socket, process ids: of use only while a tier is up. */
  public Path run() {
    return root.resolve("run");
  }

  public Path data() {
    return root.resolve("data");
  }

  public Path keys() {
    return root.resolve("keys");
  }

  /** {@code log/<name>.log}. */
  public Path log(String name) {
    return logs().resolve(name + ".log");
  }

  /** Empties the log of a process; the previous one stays beside it as {@code <name>.log.1}. */
  public Path freshLog(String name) {
    Path log = log(name);
    try {
      if (Files.exists(log)) {
        Files.move(log, logs().resolve(name + ".log.1"), StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException refused) {
      throw new UncheckedIOException("cannot put the old log aside: " + log, refused);
    }
    return log;
  }

  /** Writes a file that only its owner may read, whole or not at all. */
  public static void write(Path file, byte[] content) {
    Path partial = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.deleteIfExists(partial);
      Files.createFile(partial, PosixFilePermissions.asFileAttribute(OWNER_FILE));
      Files.write(partial, content, StandardOpenOption.WRITE);
      Files.move(
          partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException refused) {
      throw new UncheckedIOException("cannot write " + file, refused);
    }
  }
}
