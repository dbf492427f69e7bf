// Certificates: those that are trusted, those that are not, and files of them that are named.
#include <csignal>

#include "hub/hub_fixture.h"
#include "hub/tls_relay.h"

namespace groel::testing {
namespace {

class Tls : public HubTest {
 protected:
  Tls() {
    ::signal(SIGPIPE, SIG_IGN);  // of the relay's writes
    identity_.write(folder_ / "ca.pem");
  }
  ~Tls() override {
    for (const char* name : {"CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"}) ::unsetenv(name);
  }
  hub::PulledModel pull_safely() const {
    hub::HubAccess there = access();
    there.address = relay_.url();
    return hub::pull_model(cache_, request(), there);
  }
  Error refused_safely() const {
    return error_of([&] { pull_safely(); });
  }

  SelfSigned identity_;
  TlsRelay relay_{identity_, server_.port()};
};

TEST_F(Tls, ACertificateThatNobodyVouchesForIsRefusedAtOnce) {
  const Error error = refused_safely();
  EXPECT_EQ(error.kind(), ErrorKind::io);
  EXPECT_NE(error.parts().what.find("cannot be trusted"), std::string::npos) << error.what();
  EXPECT_NE(error.parts().remedy.find("SSL_CERT_FILE"), std::string::npos);
  EXPECT_TRUE(server_.requests().empty());
}

TEST_F(Tls, FilesOfCertificatesAreThoseOfTheEnvironment) {
  for (const char* name : {"CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"}) {
    std::filesystem::remove_all(folder_ / "cache");
    ::setenv(name, (folder_ / "ca.pem").c_str(), 1);
    EXPECT_EQ(pull_safely().commit, kCommit) << name;
    EXPECT_EQ(pulled_weights(), weights_) << name;
    ::unsetenv(name);
  }
}

TEST_F(Tls, AFileOfCertificatesThatIsNotThereIsSaid) {
  ::setenv("SSL_CERT_FILE", (folder_ / "gone.pem").c_str(), 1);
  const Error error = refused_safely();
  EXPECT_EQ(error.kind(), ErrorKind::io);
  EXPECT_NE(error.parts().what.find("cannot be trusted"), std::string::npos) << error.what();
}

TEST_F(Tls, ASafeConnectionIsNotLeftForAnOpenOne) {
  ::setenv("SSL_CERT_FILE", (folder_ / "ca.pem").c_str(), 1);
  const std::string target = "/api/models/" + kId + "/revision/main?blobs=true";
  server_.set({.redirects = {{target, server_.url() + target}}});
  EXPECT_NE(refused_safely().parts().what.find("away from a safe connection"), std::string::npos);
}

}  // namespace
}  // namespace groel::testing
