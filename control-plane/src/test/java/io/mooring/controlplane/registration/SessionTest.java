package io.mooring.controlplane.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.grpc.stub.CallStreamObserver;
import io.mooring.registry.Address;
import io.mooring.registry.Claim;
import io.mooring.registry.Drain;
import io.mooring.registry.DrainSpec;
import io.mooring.registry.RegistryView;
import io.mooring.registry.Server;
import io.mooring.registry.ServerState;
import io.mooring.registry.Standing;
import io.mooring.registry.v1.ServerCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Answers of the store and changes of the view meet in either order. */
class SessionTest {
  private static final Claim CLAIM = new Claim("app-1", "life", 1, "a");
  private static final ServerCommand WARMING =
      Commands.renewed(ServerState.WARMING, Optional.empty());
  private static final ServerCommand ACTIVE =
      Commands.renewed(ServerState.ACTIVE, Optional.empty());

  private final List<ServerCommand> told = new ArrayList<>();
  private RegistryView view = view(1, 1, "a", ServerState.WARMING);
  private Optional<ServerCommand> fleet = Optional.empty();
  private boolean ready = true;
  private final Session session = new Session(new Stream(), () -> view, () -> fleet);

  @Test
  void aChangeWhileTheFirstReportIsAnsweredIsHeard() {
    change(view(2, 1, "a", ServerState.ACTIVE));
    session.answer(CLAIM, new Standing.Held(ServerState.WARMING, 1));

    assertEquals(List.of(ACTIVE), told);
  }

  @Test
  void aTakeoverWhileAReportIsAnsweredIsTheLastWord() {
    session.answer(CLAIM, new Standing.Held(ServerState.ACTIVE, 1));
    change(view(2, 2, "b", ServerState.WARMING));
    session.answer(CLAIM, new Standing.Held(ServerState.ACTIVE, 1));

    assertEquals(Commands.fenced(2), told.getLast());
  }

  @Test
  void aViewThatIsBehindTheAnswerSaysNothing() {
    session.answer(CLAIM, new Standing.Held(ServerState.ACTIVE, 3));
    change(view(2, 1, "a", ServerState.WARMING));

    assertEquals(List.of(ACTIVE), told);
  }

  @Test
  void nothingIsSaidToAClaimThatIsOver() {
    session.answer(CLAIM, new Standing.Held(ServerState.WARMING, 1));
    session.answer(CLAIM, new Standing.Expired());
    change(view(2, 1, "a", ServerState.ACTIVE));

    assertEquals(List.of(WARMING, Commands.of(new Standing.Expired())), told);
  }

  @Test
  void theReleaseOfADrainIsToldOnceAndAgainWithEachAnswer() {
    Drain drain = new Drain("d1", new DrainSpec(20, Duration.ofSeconds(60)), true);
    ServerCommand move = Commands.renewed(ServerState.DRAINING, Optional.of(drain));
    session.answer(CLAIM, new Standing.Held(ServerState.ACTIVE, 1));

    change(view(2, draining(new Drain("d1", drain.spec(), false))));
    change(view(3, draining(drain)));
    change(view(4, draining(drain)));
    session.answer(
        CLAIM, new Standing.Held(ServerState.DRAINING, Optional.of(drain), view.revision()));

    ServerCommand refuse = Commands.renewed(ServerState.DRAINING, Optional.empty());
    assertEquals(List.of(ACTIVE, refuse, move, move), told);
  }

  @Test
  void theFleetIsToldAfterTheFirstAnswerAndAgainWhenThereIsNews() {
    ServerCommand one = fleet(view);
    ServerCommand other = fleet(view(2, 1, "a", ServerState.ACTIVE));
    news(one);
    session.answer(CLAIM, new Standing.Held(ServerState.WARMING, 1));
    news(one);
    session.answer(CLAIM, new Standing.Held(ServerState.WARMING, 1));
    news(other);

    assertEquals(List.of(WARMING, one, WARMING, other), told);
  }

  @Test
  void aServerThatTakesNothingInIsToldTheLastNewsWhenItDoes() {
    session.answer(CLAIM, new Standing.Held(ServerState.WARMING, 1));
    ready = false;
    news(fleet(view));
    news(fleet(view(2, 1, "a", ServerState.ACTIVE)));
    assertEquals(List.of(WARMING), told);

    ready = true;
    session.tellFleet();
    session.tellFleet();

    assertEquals(List.of(WARMING, fleet(view(2, 1, "a", ServerState.ACTIVE))), told);
  }

  @Test
  void nothingOfTheFleetIsSaidToAClaimThatIsOverNorAfterTheEnd() {
    session.answer(CLAIM, new Standing.Expired());
    news(fleet(view));
    session.answer(CLAIM, new Standing.Held(ServerState.WARMING, 1));
    session.end();
    news(fleet(view(2, 1, "a", ServerState.ACTIVE)));

    assertEquals(List.of(Commands.of(new Standing.Expired()), WARMING, fleet(view)), told);
  }

  private void news(ServerCommand command) {
    fleet = Optional.of(command);
    session.tellFleet();
  }

  private static ServerCommand fleet(RegistryView of) {
    return ServerCommand.newBuilder().setFleet(Commands.fleet(of, true)).build();
  }

  private void change(RegistryView changed) {
    view = changed;
    session.follow(changed);
  }

  private static RegistryView view(
      long revision, long generation, String instanceUid, ServerState state) {
    return view(revision, server(generation, instanceUid, state, Optional.empty()));
  }

  private static RegistryView view(long revision, Server server) {
    SortedMap<String, Server> servers = new TreeMap<>();
    servers.put("app-1", server);
    return new RegistryView("life", revision, servers);
  }

  private static Server draining(Drain drain) {
    return server(1, "a", ServerState.DRAINING, Optional.of(drain));
  }

  private static Server server(
      long generation, String instanceUid, ServerState state, Optional<Drain> drain) {
    return new Server(
        "app-1",
        "app",
        instanceUid,
        generation,
        state,
        false,
        new Address("127.0.0.1", 7200),
        Optional.empty(),
        8,
        "",
        Set.of(),
        Map.of(),
        drain,
        0);
  }

  /** Takes in what it is told, or says that it does not. */
  private final class Stream extends CallStreamObserver<ServerCommand> {
    @Override
    public boolean isReady() {
      return ready;
    }

    @Override
    public void onNext(ServerCommand command) {
      told.add(command);
    }

    @Override
    public void onError(Throwable error) {}

    @Override
    public void onCompleted() {}

    @Override
    public void setOnReadyHandler(Runnable handler) {}

    @Override
    public void request(int count) {}

    @Override
    public void setMessageCompression(boolean enable) {}

    @Override
    public void disableAutoInboundFlowControl() {}
  }
}
