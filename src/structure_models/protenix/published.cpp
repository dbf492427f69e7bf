// The sizes of Protenix's published networks (configs/configs_base.py, configs_model_type.py; Apache-2.0).
#include "structure_models/block_tables.h"
#include "structure_models/protenix/table.h"

namespace groel::structure_models {

ProtenixSizes protenix_sizes() {
  ProtenixSizes out = block_sizes();
  out["two z"] = 256;
  out["noise"] = 256;
  out["distances"] = 39;
  return out;
}

ProtenixSizes protenix_2_sizes() {
  ProtenixSizes out = protenix_sizes();
  out["z"] = 256;
  out["two z"] = out["condition pair transition"] = 512;
  out["alignment"] = 128;
  out["alignment transition"] = 512;
  out["template product"] = out["template pair attention"] = 64;
  for (const std::string own : {"", "alignment ", "confidence "}) {
    out[own + "product"] = out[own + "pair attention"] = 256;
    out[own + "pair heads"] = 8;
    out[own + "pair transition"] = 1024;
  }
  return out;
}

ProtenixBlocks protenix_mini_blocks() {
  return {.templates = 0, .alignment = 1, .trunk = 16, .tokens = 8, .encoder = 1, .decoder = 1};
}

}  // namespace groel::structure_models
