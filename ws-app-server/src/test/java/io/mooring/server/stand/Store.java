package io.mooring.server.stand;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.mooring.programs.Valkey;
import io.mooring.server.broker.Backbone;
import io.mooring.server.broker.Deliveries;
import java.net.URI;
import java.nio.file.Path;
import org.awaitility.Awaitility;

/** Where servers keep their logs: a Valkey whose port stays, and a connection to look into it. */
public final class Store implements AutoCloseable {
  private final RedisClient client;
  private final RedisCommands<String, String> commands;
  private Valkey valkey;

  private Store(Valkey valkey) {
    this.valkey = valkey;
    client = RedisClient.create(valkey.url());
    commands = client.connect().sync();
  }

  /**
   * @param options see {@link Valkey#start(Path, int, String...)}
   */
  public static Store start(Path folder, String... options) {
    return new Store(Valkey.start(folder, 0, options));
  }

  public URI uri() {
    return URI.create(valkey.url());
  }

  public int port() {
    return valkey.port();
  }

  public RedisCommands<String, String> commands() {
    return commands;
  }

  /** What a server has of it, available; whoever asked for it closes it. */
  public Backbone backbone(Deliveries deliveries) {
    Backbone backbone = Backbone.redis(uri());
    backbone.start(deliveries);
    Awaitility.await().until(() -> backbone.unavailableBecause().isEmpty());
    return backbone;
  }

  public void freeze() {
    valkey.freeze();
  }

  public void resume() {
    valkey.resume();
  }

  public void kill() {
    valkey.close();
  }

  /** After {@link #kill}: with what the folder holds. */
  public void comeBack(Path folder) {
    valkey = Valkey.start(folder, valkey.port());
  }

  @Override
  public void close() {
    client.shutdown();
    valkey.close();
  }
}
