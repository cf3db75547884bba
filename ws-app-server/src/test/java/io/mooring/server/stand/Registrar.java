package io.mooring.server.stand;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.mooring.process.HostPort;
import io.mooring.registry.v1.Departures;
import io.mooring.registry.v1.DeregisterRequest;
import io.mooring.registry.v1.DeregisterResponse;
import io.mooring.registry.v1.DrainProgress;
import io.mooring.registry.v1.DrainRequest;
import io.mooring.registry.v1.Expired;
import io.mooring.registry.v1.Fenced;
import io.mooring.registry.v1.Move;
import io.mooring.registry.v1.RegisterRequest;
import io.mooring.registry.v1.RegisterResponse;
import io.mooring.registry.v1.RegistryGrpc;
import io.mooring.registry.v1.Renewed;
import io.mooring.registry.v1.ServerCommand;
import io.mooring.registry.v1.ServerReport;
import io.mooring.registry.v1.State;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A registry that admits everybody and does what a test tells it to. */
public final class Registrar extends RegistryGrpc.RegistryImplBase implements AutoCloseable {
  /** What it answers to reports. */
  public enum Mood {
    RENEWS,
    SILENT,
    /** Says only what a server of today does not know. */
    MURMURS,
    EXPIRES_ONCE,
    /** Ends the lease, and refuses the return. */
    OVERTAKEN,
    FENCES
  }

  private static final int HEARTBEAT_MILLIS = 100;

  private static final ServerCommand UNKNOWN =
      ServerCommand.newBuilder()
          .setUnknownFields(
              UnknownFieldSet.newBuilder()
                  .addField(
                      1_000,
                      UnknownFieldSet.Field.newBuilder()
                          .addLengthDelimited(ByteString.EMPTY)
                          .build())
                  .build())
          .build();

  public final List<RegisterRequest> registrations = new CopyOnWriteArrayList<>();
  public final List<ServerReport> reports = new CopyOnWriteArrayList<>();
  public final List<DeregisterRequest> departures = new CopyOnWriteArrayList<>();
  public final List<String> tokens = new CopyOnWriteArrayList<>();
  public final AtomicInteger sessions = new AtomicInteger();
  public volatile Mood mood = Mood.RENEWS;
  public volatile State state = State.STATE_ACTIVE;

  /** What servers have asked for themselves. */
  public final List<DrainRequest> wishes = new CopyOnWriteArrayList<>();

  /** Whether it takes such a wish up; else it does not even answer. */
  public volatile boolean grants = true;

  private volatile Optional<Move> move = Optional.empty();
  private final Queue<ServerCommand> unasked = new ConcurrentLinkedQueue<>();
  private final AtomicInteger generation = new AtomicInteger(6);
  private final Server server;
  private final HostPort address;

  private Registrar(int port) throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .addService(this)
            .intercept(new Tokens())
            .build()
            .start();
    address = new HostPort("127.0.0.1", server.getPort());
  }

  public static Registrar start() throws IOException {
    return new Registrar(0);
  }

  public HostPort address() {
    return address;
  }

  /** From now on it has the server move its clients. */
  public void drain(String id, int rate, Duration deadline) {
    move =
        Optional.of(
            Move.newBuilder()
                .setDrainId(id)
                .setRate(rate)
                .setDeadlineMs((int) deadline.toMillis())
                .build());
    state = State.STATE_DRAINING;
  }

  public void cancelDrain() {
    state = State.STATE_ACTIVE;
    move = Optional.empty();
  }

  /** Has it say this as well, with the next report. */
  public void tell(ServerCommand command) {
    unasked.add(command);
  }

  /** What the server has said of its drain last. */
  public Departures lastDepartures() {
    return reports.isEmpty()
        ? Departures.getDefaultInstance()
        : reports.getLast().getLoad().getDepartures();
  }

  @Override
  public void drain(DrainRequest request, StreamObserver<DrainProgress> progress) {
    wishes.add(request);
    if (grants) {
      progress.onNext(DrainProgress.getDefaultInstance());
      drain("wish", request.getRate(), Duration.ofMillis(request.getDeadlineMs()));
    }
  }

  private Renewed renewed() {
    Renewed.Builder renewed = Renewed.newBuilder().setState(state);
    move.ifPresent(renewed::setMove);
    return renewed.build();
  }

  @Override
  public void register(RegisterRequest request, StreamObserver<RegisterResponse> answer) {
    registrations.add(request);
    if (mood == Mood.OVERTAKEN) {
      answer.onError(overtaken());
      return;
    }
    long held =
        request.getGeneration() > 0 ? request.getGeneration() : generation.incrementAndGet();
    answer.onNext(
        RegisterResponse.newBuilder()
            .setIncarnation("life")
            .setGeneration(held)
            .setTtlMs(10_000)
            .setHeartbeatMs(HEARTBEAT_MILLIS)
            .setState(state)
            .build());
    answer.onCompleted();
  }

  private static StatusRuntimeException overtaken() {
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(Code.FAILED_PRECONDITION_VALUE)
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setReason("FENCED")
                        .putMetadata("generation", "99")
                        .build()))
            .build());
  }

  @Override
  public StreamObserver<ServerReport> session(StreamObserver<ServerCommand> commands) {
    sessions.incrementAndGet();
    return new StreamObserver<>() {
      @Override
      public void onNext(ServerReport report) {
        reports.add(report);
        ServerCommand.Builder command = ServerCommand.newBuilder();
        switch (mood) {
          case RENEWS -> commands.onNext(command.setRenewed(renewed()).build());
          case SILENT -> {}
          case MURMURS -> commands.onNext(UNKNOWN);
          case EXPIRES_ONCE -> {
            mood = Mood.RENEWS;
            commands.onNext(command.setExpired(Expired.getDefaultInstance()).build());
          }
          case OVERTAKEN ->
              commands.onNext(command.setExpired(Expired.getDefaultInstance()).build());
          case FENCES ->
              commands.onNext(command.setFenced(Fenced.newBuilder().setGeneration(99)).build());
        }
        for (ServerCommand next = unasked.poll(); next != null; next = unasked.poll()) {
          commands.onNext(next);
        }
      }

      @Override
      public void onError(Throwable cut) {}

      @Override
      public void onCompleted() {
        commands.onCompleted();
      }
    };
  }

  @Override
  public void deregister(DeregisterRequest request, StreamObserver<DeregisterResponse> answer) {
    departures.add(request);
    answer.onNext(DeregisterResponse.getDefaultInstance());
    answer.onCompleted();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private final class Tokens implements ServerInterceptor {
    private static final Metadata.Key<String> AUTHORIZATION =
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      tokens.add(String.valueOf(headers.get(AUTHORIZATION)));
      return next.startCall(call, headers);
    }
  }
}
