// groel serve as a test runs it: at a port of its own, for as long as it is wanted.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "support/http.h"
#include "support/program.h"

namespace groel::testing {

using nlohmann::json;

inline constexpr const char* kShort = "MKTAYIAKQRQISFVKSHFSRQ";

/// A server that runs as long as this lives.
class Serving {
 public:
  explicit Serving(const Words& more = {}, const std::string& model = kEsm2, Process::Setup setup = {})
      : process_(groel_command(Words{"serve", "-m", model, "--port", "0"} + more), std::move(setup)) {
    const std::string mark = "served at http://127.0.0.1:";
    for (int i = 0; i < 600 && port_ == 0; ++i) {
      const std::string said = process_.err_so_far();
      if (const std::size_t at = said.find(mark); at != std::string::npos && said.find(';', at) != std::string::npos)
        port_ = std::stoi(said.substr(at + mark.size()));
      else
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    EXPECT_GT(port_, 0) << process_.err_so_far();
  }
  int port() const { return port_; }
  HttpAnswer get(const std::string& path) const { return http(port_, "GET", path); }
  HttpAnswer remove(const std::string& path) const { return http(port_, "DELETE", path); }
  json ok(const std::string& path) const {
    const HttpAnswer answer = get(path);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return json::parse(answer.body, nullptr, false);
  }
  HttpAnswer post(const std::string& path, const json& body) const { return http(port_, "POST", path, body.dump()); }
  json ok(const std::string& path, const json& body) const {
    const HttpAnswer answer = post(path, body);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return json::parse(answer.body, nullptr, false);
  }
  Outcome end() {
    process_.kill(SIGTERM);
    return process_.wait();
  }

 private:
  Process process_;
  int port_ = 0;
};

inline bool built_with_server() {
  static const bool built = [] {
    const Outcome said = groel({"serve", "-m", kEsm2, "--host", "192.0.2.1"});  // not this machine's
    return said.exit != 8;
  }();
  return built;
}

#define NEEDS_SERVER() \
  if (!built_with_server()) GTEST_SKIP() << "built without libcpp-httplib-dev"

}  // namespace groel::testing
