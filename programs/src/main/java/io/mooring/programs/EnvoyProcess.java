package io.mooring.programs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A running Envoy, for tests and fixtures; {@link #close} kills it. */
public final class EnvoyProcess implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(20);

  private final Child child;
  private final HttpClient client;
  private final Path adminAddress;

  private EnvoyProcess(Child child, HttpClient client, Path adminAddress) {
    this.child = child;
    this.client = client;
    this.adminAddress = adminAddress;
  }

  /**
   * Renders the bootstrap into the folder, starts the {@linkplain EnvoyProgram#find found} Envoy
   * with one worker, and returns once its admin port answers. Its log lies in the folder.
   *
   * @throws ProgramException with the end of its log if it does not start
   */
  public static EnvoyProcess start(Path folder, EnvoyBootstrap bootstrap) {
    Path program = EnvoyProgram.find(Progress.SILENT);
    Path file = folder.resolve(bootstrap.id() + ".yaml");
    Path adminAddress = folder.resolve(bootstrap.id() + ".admin");
    try {
      Files.createDirectories(folder);
      Files.deleteIfExists(adminAddress);
      Files.writeString(file, bootstrap.render());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    List<String> command = new ArrayList<>(EnvoyProgram.command(program, file, 1));
    command.add("--admin-address-path");
    command.add(adminAddress.toString());
    HttpClient client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    EnvoyProcess envoy =
        new EnvoyProcess(Child.start(bootstrap.id(), command, folder), client, adminAddress);
    try {
      envoy.child.await("its admin port answered", START_LIMIT, envoy::adminAnswers);
    } catch (ProgramException notStarted) {
      envoy.close();
      throw notStarted;
    }
    return envoy;
  }

  private boolean adminAnswers() {
    try {
      return Files.exists(adminAddress)
          && Files.size(adminAddress) > 0
          && !admin("/ready").isEmpty();
    } catch (IOException notYet) {
      return false;
    } catch (UncheckedIOException notYet) {
      return false;
    }
  }

  /** Returns once Envoy has its whole configuration and listens ({@code /ready} says LIVE). */
  public void awaitReady() {
    child.await("ready", START_LIMIT, () -> admin("/ready").startsWith("LIVE"));
  }

  /** {@code http://127.0.0.1:port}. */
  public URI adminUri() {
    try {
      return URI.create("http://" + Files.readString(adminAddress).strip());
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** The body that the admin port answers to GET, for example of {@code /stats?filter=ads}. */
  public String admin(String path) {
    return send(HttpRequest.newBuilder(adminUri().resolve(path)).build());
  }

  /** The body that the admin port answers to POST, for example of {@code /logging?level=debug}. */
  public String adminPost(String path) {
    return send(
        HttpRequest.newBuilder(adminUri().resolve(path)).POST(BodyPublishers.noBody()).build());
  }

  private String send(HttpRequest request) {
    try {
      return client.send(request, BodyHandlers.ofString()).body();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new ProgramException("interrupted while asking Envoy's admin port");
    }
  }

  /** The value of a counter or gauge; 0 if Envoy has none of that name. */
  public long stat(String name) {
    Matcher line =
        Pattern.compile("(?m)^" + Pattern.quote(name) + ": (\\d+)$")
            .matcher(admin("/stats?filter=" + name));
    return line.find() ? Long.parseLong(line.group(1)) : 0;
  }

  /** The port that the listener of this name is bound to, once it is. */
  public Optional<Integer> port(String listener) {
    Matcher line =
        Pattern.compile("(?m)^" + Pattern.quote(listener) + "::\\S+:(\\d+)$")
            .matcher(admin("/listeners"));
    return line.find() ? Optional.of(Integer.valueOf(line.group(1))) : Optional.empty();
  }

  public long pid() {
    return child.pid();
  }

  public boolean alive() {
    return child.alive();
  }

  public Path log() {
    return child.log();
  }

  /** SIGSTOP. */
  public void freeze() {
    child.signal("STOP");
  }

  /** SIGCONT. */
  public void resume() {
    child.signal("CONT");
  }

  @Override
  public void close() {
    child.close();
    client.shutdownNow();
  }
}
