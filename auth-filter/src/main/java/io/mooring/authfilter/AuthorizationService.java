package io.mooring.authfilter;

import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Envoy's external authorization: called once per handshake, on the transport's event loop. Should
 * it fail, Envoy refuses the handshake.
 */
final class AuthorizationService extends AuthorizationGrpc.AuthorizationImplBase {
  private static final Logger log = LoggerFactory.getLogger(AuthorizationService.class);

  private final Gate gate;
  private final MeterRegistry meters;
  private final Counter admitted;
  private final Timer duration;
  private final Map<String, Counter> refusals = new ConcurrentHashMap<>();

  AuthorizationService(Gate gate, MeterRegistry meters) {
    this.gate = gate;
    this.meters = meters;
    this.admitted = handshakes("admitted");
    this.duration =
        Timer.builder("mooring.handshake.check")
            .description("Time to decide about one handshake")
            .register(meters);
  }

  @Override
  public void check(CheckRequest request, StreamObserver<CheckResponse> response) {
    long start = System.nanoTime();
    response.onNext(decide(request));
    response.onCompleted();
    duration.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
  }

  private CheckResponse decide(CheckRequest request) {
    try {
      CheckResponse answer =
          Responses.admitted(gate.admit(request.getAttributes().getRequest().getHttp()));
      admitted.increment();
      return answer;
    } catch (RefusedException refused) {
      Refusal refusal = refused.refusal();
      refusals.computeIfAbsent(refusal.step(), this::handshakes).increment();
      if (log.isDebugEnabled()) {
        log.debug(
            "event=handshake_refused step={} detail=\"{}\" from={}",
            refusal.step(),
            refusal.detail(),
            request.getAttributes().getSource().getAddress().getSocketAddress().getAddress());
      }
      return Responses.refused(refusal);
    }
  }

  private Counter handshakes(String outcome) {
    return Counter.builder("mooring.handshakes")
        .description("Handshakes: admitted, or the check that refused them")
        .tag("outcome", outcome)
        .register(meters);
  }
}
