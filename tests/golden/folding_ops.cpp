// Single operations of AlphaFold 3 and Protenix.
#include "golden/kind.h"
#include "support/folding_parts.h"

namespace groel::golden {
namespace {

using testing::FoldingOp;
using testing::FoldingOps;

bool knows(const Case& golden) {
  if (!golden.holds("data.safetensors")) return false;
  const nlohmann::json cases = golden.json("cases.json");
  return cases.is_object() && cases.contains("cases") && cases["cases"].is_array() && !cases["cases"].empty() &&
         cases["cases"][0].contains("source");
}

void check(const Case& golden, Rows& rows) {
  const FoldingOps all(golden.folder());
  const nlohmann::json cases = golden.json("cases.json");
  for (const nlohmann::json& one : cases["cases"]) {
    const FoldingOp op(all, one["name"]);
    const testing::Part part = testing::part_of(op.name());
    if (part == nullptr && testing::block_of(op.name()) == nullptr) {
      rows.not_run(op.name(), "no operation of this name is known");
      continue;
    }
    try {
      rows.near(op.name(), part != nullptr ? part(op) : testing::miss_of(op, testing::Trap::none), 1);
    } catch (const std::exception& error) {
      rows.miss(op.name(), error.what());
    }
  }
}

}  // namespace

Kind folding_ops_kind() { return {"operations of folding networks", knows, check}; }

}  // namespace groel::golden
