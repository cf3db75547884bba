package io.mooring.controlplane.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.mooring.controlplane.leader.Leadership;
import io.mooring.registry.Fence;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;

/** {@code /admin/v1/leader}: which replica paces drains and ends leases. */
public final class Leader {
  private final Leadership leadership;

  public Leader(Leadership leadership) {
    this.leadership = leadership;
  }

  void write(JsonGenerator json) throws IOException {
    Optional<Fence> leader = leadership.leader();
    json.writeStringField("holder", leader.map(Fence::holder).orElse(null));
    Json.number(
        json,
        "fence",
        leader.map(fence -> OptionalLong.of(fence.number())).orElseGet(OptionalLong::empty));
    json.writeStringField("this", leadership.name());
    json.writeBooleanField("leads", leadership.fence().isPresent());
  }
}
