package io.mooring.cli.keys;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Whom a client of a development tier believes. */
public final class Trust {
  private Trust() {}

  /**
   * The edges whose certificates that CA has issued, and nobody else.
   *
   * @throws CertificateException if the file holds no certificate
   */
  public static SSLContext in(Path ca) {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      store.setCertificateEntry("ca", EdgeCertificate.read(ca));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException unusable) {
      throw new CertificateException("cannot trust the CA in " + ca, unusable);
    }
  }
}
