package io.mooring.controlplane.registration;

import com.google.protobuf.Any;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.mooring.controlplane.drain.Drains;
import io.mooring.controlplane.load.LoadText;
import io.mooring.registry.Admission;
import io.mooring.registry.Claim;
import io.mooring.registry.Grammar;
import io.mooring.registry.Registration;
import io.mooring.registry.RegistryStore;
import io.mooring.registry.RegistryUnavailableException;
import io.mooring.registry.RegistryView;
import io.mooring.registry.Server;
import io.mooring.registry.Standing;
import io.mooring.registry.v1.CancelDrainRequest;
import io.mooring.registry.v1.DeregisterRequest;
import io.mooring.registry.v1.DeregisterResponse;
import io.mooring.registry.v1.DrainProgress;
import io.mooring.registry.v1.DrainRequest;
import io.mooring.registry.v1.HeartbeatRequest;
import io.mooring.registry.v1.HeartbeatResponse;
import io.mooring.registry.v1.Load;
import io.mooring.registry.v1.RegisterRequest;
import io.mooring.registry.v1.RegisterResponse;
import io.mooring.registry.v1.RegistryGrpc;
import io.mooring.registry.v1.ServerCommand;
import io.mooring.registry.v1.ServerReport;
import io.mooring.registry.v1.ServerView;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code mooring.registry.v1.Registry}. Calls wait for Redis, each on a virtual thread. */
final class RegistryService extends RegistryGrpc.RegistryImplBase {
  private static final Logger log = LoggerFactory.getLogger(RegistryService.class);

  private final RegistryStore store;
  private final Supplier<RegistryView> view;
  private final Requests requests;
  private final DrainCalls drains;
  private final LeaseTerms terms;
  private final FleetNews fleet;
  private final Set<Session> sessions = ConcurrentHashMap.newKeySet();

  RegistryService(
      RegistryStore store,
      Supplier<RegistryView> view,
      Services services,
      Drains drains,
      LeaseTerms terms,
      Executor threads) {
    this.store = store;
    this.view = view;
    this.requests = new Requests(services);
    this.drains = new DrainCalls(store, view, drains, threads);
    this.terms = terms;
    this.fleet = new FleetNews(view, terms.ttl(), () -> this.sessions.forEach(Session::tellFleet));
  }

  void start() {
    fleet.start();
  }

  @Override
  public void register(RegisterRequest request, StreamObserver<RegisterResponse> answer) {
    Replies.reply(answer, () -> register(request));
  }

  @Override
  public StreamObserver<ServerReport> session(StreamObserver<ServerCommand> commands) {
    ServerCallStreamObserver<ServerCommand> call =
        (ServerCallStreamObserver<ServerCommand>) commands;
    Session session = new Session(call, view, fleet::newest);
    sessions.add(session);
    // With a handler, what is sent to a call that was just cut is dropped instead of thrown.
    call.setOnCancelHandler(() -> sessions.remove(session));
    call.setOnReadyHandler(session::tellFleet);
    return new StreamObserver<>() {
      @Override
      public void onNext(ServerReport report) {
        try {
          Claim claim = owned(report.getClaim());
          session.answer(claim, renew(claim, report.getLoad()));
        } catch (RegistryUnavailableException away) {
          log.debug("event=heartbeat_not_written reason=\"{}\"", away.getMessage());
        } catch (StatusRuntimeException refused) {
          sessions.remove(session);
          session.fail(refused);
        }
      }

      @Override
      public void onError(Throwable cut) {
        sessions.remove(session);
      }

      @Override
      public void onCompleted() {
        sessions.remove(session);
        session.end();
      }
    };
  }

  @Override
  public void heartbeat(HeartbeatRequest request, StreamObserver<HeartbeatResponse> answer) {
    Replies.reply(
        answer,
        () ->
            HeartbeatResponse.newBuilder()
                .setCommand(Commands.of(renew(owned(request.getClaim()), request.getLoad())))
                .build());
  }

  @Override
  public void deregister(DeregisterRequest request, StreamObserver<DeregisterResponse> answer) {
    Replies.reply(
        answer,
        () ->
            deregister(
                owned(request.getClaim()),
                request.hasLoad() ? LoadText.of(Requests.load(request.getLoad())) : ""));
  }

  @Override
  public void drain(DrainRequest request, StreamObserver<DrainProgress> progress) {
    drains.drain(request, (ServerCallStreamObserver<DrainProgress>) progress);
  }

  @Override
  public void cancelDrain(CancelDrainRequest request, StreamObserver<ServerView> answer) {
    Replies.reply(answer, () -> drains.cancel(request));
  }

  /** Tells the servers with an open session what a new view means to them. */
  void follow(RegistryView changed) {
    sessions.forEach(session -> session.follow(changed));
  }

  /** Ends the open streams, so that those at their other end go to another control plane. */
  void endStreams() {
    fleet.close();
    drains.close();
    sessions.forEach(Session::end);
    sessions.clear();
  }

  private RegisterResponse register(RegisterRequest request) {
    if (Grammar.SERVICE.matches(request.getService())) {
      Credentials.require(request.getService());
    }
    Registration registration = requests.registration(request);
    RegistryView memory = view.get();
    // Told EXPIRED by a registry that forgot it, the server goes on as it was, with its drain.
    memory
        .server(registration.serverId())
        .filter(server -> server.instanceUid().equals(registration.instanceUid()))
        .ifPresent(server -> store.restore(List.of(server), memory.revision()));
    long floor = memory.generation(registration.serverId());
    return switch (store.register(registration, floor)) {
      case Admission.Admitted admitted -> {
        Claim claim = admitted.claim();
        log.info(
            "event=registered server={} service={} generation={} instance={} address={} state={}",
            claim.serverId(),
            registration.service(),
            claim.generation(),
            claim.instanceUid(),
            registration.address(),
            admitted.state());
        yield RegisterResponse.newBuilder()
            .setIncarnation(claim.incarnation())
            .setGeneration(claim.generation())
            .setTtlMs(Math.toIntExact(terms.ttl().toMillis()))
            .setHeartbeatMs(Math.toIntExact(terms.heartbeat().toMillis()))
            .setState(Commands.state(admitted.state()))
            .build();
      }
      case Admission.Fenced fenced -> throw fenced(request.getServerId(), fenced.generation());
      case Admission.Taken taken ->
          throw Status.PERMISSION_DENIED
              .withDescription(
                  "server_id \""
                      + request.getServerId()
                      + "\" belongs to a server of service \""
                      + taken.service()
                      + "\"; choose another")
              .asRuntimeException();
    };
  }

  private Standing renew(Claim claim, Load load) {
    Standing standing = store.renew(claim, LoadText.of(Requests.load(load)));
    return switch (standing) {
      case Standing.Held held ->
          drainRemembered(claim)
              .filter(server -> server.revision() > held.revision())
              .map(server -> new Standing.Held(server.state(), server.drain(), held.revision()))
              .orElse(held);
      case Standing.Expired expired -> {
        log.info("event=expired_told server={} instance={}", claim.serverId(), claim.instanceUid());
        yield expired;
      }
      case Standing.Fenced fenced -> {
        log.warn(
            "event=fenced server={} instance={} generation={} newest={}",
            claim.serverId(),
            claim.instanceUid(),
            claim.generation(),
            fenced.generation());
        yield fenced;
      }
    };
  }

  /** A registry that forgot a drain does not call it off, while this process remembers it. */
  private Optional<Server> drainRemembered(Claim claim) {
    return view.get()
        .server(claim.serverId())
        .filter(server -> server.drain().isPresent())
        .filter(server -> server.generation() == claim.generation())
        .filter(server -> server.instanceUid().equals(claim.instanceUid()));
  }

  private DeregisterResponse deregister(Claim claim, String load) {
    switch (store.deregister(claim, load)) {
      case Standing.Held held ->
          log.info(
              "event=deregistered server={} generation={}", claim.serverId(), claim.generation());
      case Standing.Expired expired ->
          log.debug("event=deregistered_already server={}", claim.serverId());
      case Standing.Fenced fenced -> throw fenced(claim.serverId(), fenced.generation());
    }
    return DeregisterResponse.getDefaultInstance();
  }

  /** The claim, if the caller may speak for the service of the server that it names. */
  private Claim owned(io.mooring.registry.v1.Claim claimed) {
    Claim claim = Requests.claim(claimed);
    // A view that has not come so far yet must not open the server to the tokens of others.
    view.get()
        .server(claim.serverId())
        .map(Server::service)
        .or(() -> store.service(claim.serverId()))
        .ifPresent(Credentials::require);
    return claim;
  }

  private static StatusRuntimeException fenced(String serverId, long generation) {
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(Code.FAILED_PRECONDITION_VALUE)
            .setMessage(
                "a newer instance holds server_id \""
                    + serverId
                    + "\" with generation "
                    + generation
                    + "; this one has to move its sockets away and end")
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setReason("FENCED")
                        .setDomain("mooring.io")
                        .putMetadata("generation", Long.toString(generation))
                        .build()))
            .build());
  }
}
