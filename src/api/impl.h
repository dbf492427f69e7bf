// The private parts of the public types.
#pragma once

#include <groel/array.h>
#include <groel/model.h>
#include <groel/session.h>

#include "checkpoints/find_model.h"
#include "checkpoints/load.h"
#include "engine/session.h"

namespace groel {

struct Session::Impl {
  explicit Impl(const engine::SessionSettings& settings) : session(settings) {}
  engine::Session session;
};

struct Model::Impl {
  Impl(Session of, checkpoints::LoadedModel model);

  Session session;
  checkpoints::LoadedModel loaded;
  ModelDescription description;
};

namespace api {

/// While one lives, this thread works in the session.
class Scope {
 public:
  explicit Scope(const Session& session) : scope_(session.impl()->session) {}

 private:
  engine::Session::Scope scope_;
};

/// Its values, without a copy where they are on the host; empty for an undefined one.
inline Array to_array(const Tensor& tensor) {
  if (!tensor.defined()) return {};
  const auto kept = std::make_shared<const Tensor>(tensor.host_view());
  return {kept->shape(), kept->values<float>(), kept};
}

inline const models::Model& engine_model(const Model& model) { return *model.impl().loaded.model; }

}  // namespace api
}  // namespace groel
