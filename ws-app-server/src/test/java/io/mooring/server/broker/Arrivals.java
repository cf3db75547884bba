package io.mooring.server.broker;

import io.mooring.server.history.Delivery;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What was delivered, in order. */
public final class Arrivals implements Deliveries {
  public final BlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();
  public final BlockingQueue<String> renewals = new LinkedBlockingQueue<>();

  @Override
  public void delivered(String channel, List<Delivery> together) {
    deliveries.addAll(together);
  }

  @Override
  public void renewed(String channel) {
    renewals.add(channel);
  }

  public Delivery next() throws InterruptedException {
    Delivery delivery = deliveries.poll(5, TimeUnit.SECONDS);
    if (delivery == null) {
      throw new AssertionError("nothing was delivered");
    }
    return delivery;
  }

  public String renewal() throws InterruptedException {
    String channel = renewals.poll(10, TimeUnit.SECONDS);
    if (channel == null) {
      throw new AssertionError("no subscription was renewed");
    }
    return channel;
  }
}
