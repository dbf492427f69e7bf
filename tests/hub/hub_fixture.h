// A server with a small model, and a cache of its own, for tests of the hub.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>

#include "base/error.h"
#include "base/sha256.h"
#include "hub/content_hash.h"
#include "hub/partial_file.h"
#include "hub/pull.h"
#include "hub/server.h"
#include "support/errors.h"
#include "support/files.h"

namespace groel::testing {

inline const std::string kId = "someone/small-model";
inline const std::string kCommit = "0123456789abcdef0123456789abcdef01234567";

/// Different bytes everywhere, the same at every call.
inline std::string noise(std::size_t size, std::uint32_t state = 1) {
  std::string out(size, '\0');
  for (char& c : out) c = static_cast<char>((state = state * 1664525U + 1013904223U) >> 24);
  return out;
}

/// Work in a process of its own. -> its exit status, or minus the signal.
inline int in_child(const std::function<int()>& work, const std::function<void(pid_t)>& meanwhile = {}) {
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      ::_exit(work());
    } catch (...) {
      ::_exit(99);
    }
  }
  if (meanwhile) meanwhile(child);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

class HubTest : public ::testing::Test {
 protected:
  HubTest() {
    for (const char* name : {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE",
                             "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "http_proxy", "HF_TOKEN_PATH", "all_proxy"})
      ::unsetenv(name);
    ::setenv("HF_HOME", (folder_ / "home").c_str(), 1);
    ::setenv("no_proxy", "127.0.0.1,localhost", 1);
    add_small("config.json", R"({"model_type": "esm"})");
    add_small("vocab.txt", "<cls>\n<pad>\n");
    add_small("README.md", "about it");
    add_large("model.safetensors", weights_);
    add_large("pytorch_model.bin", noise(1000, 5));
  }

  void add_small(const std::string& path, const std::string& content) {
    const std::string file = write_file(folder_ / "hashed", content);
    server_.add(path, {content, hub::git_hash(file), false});
  }
  void add_large(const std::string& path, const std::string& content) {
    server_.add(path, {content, sha256(content), true});
  }

  hub::HubAccess access() const {
    hub::HubAccess out{.address = server_.url(), .token = token_};
    out.patience = patience_;
    out.http = http_;
    return out;
  }
  hub::PullRequest request() const {
    hub::PullRequest out{.id = kId};
    out.download.patience = patience_;
    out.download.http = http_;
    out.download.range_bytes = 50'000;
    out.download.connections = connections_;
    out.download.open_next_after = 0;  // all at once
    out.download.enough_for_one = 1'000'000'000'000;
    return out;
  }
  hub::PulledModel pull() const { return hub::pull_model(cache_, request(), access()); }

  /// The error of a pull.
  Error refused() const {
    return error_of([&] { pull(); });
  }

  /// Until so many bytes are on disk, ten seconds at most.
  void wait_for_partial(std::uint64_t bytes) const {
    for (int i = 0; i < 2000; ++i) {
      std::error_code failed;
      const auto size = std::filesystem::file_size(hub::partial_path(blob()), failed);
      if (!failed && size >= bytes) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

  std::filesystem::path blob() const { return cache_.blob(kId, sha256(weights_)); }
  std::string pulled_weights() const { return read_file(cache_.snapshot(kId, kCommit) / "model.safetensors"); }

  TemporaryFolder folder_;
  std::string weights_ = noise(1'000'003);
  std::string token_;
  int connections_ = 4;
  hub::Patience patience_{.attempts = 3, .first_wait = 0.01, .longest_wait = 5};
  hub::HttpSettings http_{.connect_seconds = 5, .stall_seconds = 1};
  HubServer server_{kId, kCommit};
  hub::Cache cache_{std::filesystem::path(folder_ / "cache")};
};

}  // namespace groel::testing
