// Modules: a model as a tree of named tensors, and operations that work on all of them.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "ops/linear.h"
#include "tensor/tensor.h"

namespace groel::nn {

/// What a tensor is to its model.
enum class Role {
  matrix,     ///< multiplied with
  bias,       ///< added
  norm,       ///< gain of a norm
  embedding,  ///< a row for every token
  position,   ///< a row for every position
  buffer      ///< follows from something else (rotary frequencies, a copy of a table): not counted, drawn or trained
};

/// Blocks are numbered from 0 in the order in which they compute; what comes before and after them has a number, too.
inline constexpr int kBeforeBlocks = -1;
inline constexpr int kAfterBlocks = std::numeric_limits<int>::max();

/// Where in a model a tensor is.
struct Place {
  int block = kBeforeBlocks;
  bool head = false;      ///< it belongs to a head, not to the trunk
  std::string group;      ///< what the tensors are together ("contact head"); may be empty
  bool optional = false;  ///< a checkpoint may lack the whole group
};

/// One tensor of a model: its name in a checkpoint, the shape that it must have, and where it goes.
struct Parameter {
  std::string name;
  Shape shape;
  Role role;
  Place place;
  Tensor* slot;
  Tensor* gradient;  ///< where its gradient goes in training; nullptr: it cannot be trained
  Tensor* scales;    ///< where those of its rows go if it is kept as whole numbers; nullptr: it cannot be
  /// A checkpoint holds its transpose.
  bool transposed = false;

  /// In a checkpoint.
  Shape stored_shape() const;
  /// Name in a checkpoint of the scales of its rows.
  std::string scales_name() const { return name + "_scale"; }
};

/// A parameter in training: f32 master and gradient, contiguous, in the same memory as long as the model lives.
struct Trained {
  std::string name;
  Tensor value;
  Tensor gradient;
  Role role = Role::matrix;
  Place place = {};
  bool transposed = false;  ///< a checkpoint holds the transpose
};

/// Whether a gradient has to reach a module's input: not where all that comes before it is frozen.
enum class InputGradient { none, needed };

/// How a model's tensors are used. In training, a parameter whose gradient is defined is trained: its slot then holds
/// an f32 master, and both keep their memory for the life of the module.
struct Form {
  ops::Precision precision = ops::Precision::f32;
  bool training = false;
  InputGradient input = InputGradient::needed;
  Device device = Device::cpu;                       ///< where the model's tensors are
  ops::WeightForm weights = ops::WeightForm::exact;  ///< of linear layers, heads aside; in use, not in training
};

class Members;

/// A part of a model: it names its tensors and its parts, and knows how to make its own tensors ready for use.
class Module {
 public:
  virtual ~Module() = default;
  /// Names tensors and parts, in the order in which they compute.
  virtual void members(Members to) = 0;
  /// Its tensors are in place (those of absent groups undefined) and its parts are ready: brings them into that form.
  virtual void ready(const Form&) {}
  /// In training: masters were written to.
  virtual void repack() {}
  /// Bytes of its own tensors in the form in which they are used.
  virtual std::size_t packed_bytes() const { return 0; }

 protected:
  Module() = default;
  Module(const Module&) = default;
  Module& operator=(const Module&) = default;
  Module(Module&&) = default;
  Module& operator=(Module&&) = default;
};

/// What a walk over a model finds.
struct Tree {
  struct Node {
    Module* module;
    std::string path;
    Place place;
  };
  std::vector<Parameter> parameters;
  std::vector<Node> modules;  ///< parts before the whole
};

/// Takes the names of one module's tensors and parts.
class Members {
 public:
  explicit Members(Tree& tree) : tree_(&tree) {}

  void part(std::string_view name, Module& module) const;
  void tensor(std::string_view name, Shape shape, Role role, Tensor& slot, Tensor* gradient = nullptr,
              Tensor* scales = nullptr) const;

  /// The same for parts that are in a block; after all blocks; in a head; in a group.
  Members in_block(int block) const;
  Members after_blocks() const { return in_block(kAfterBlocks); }
  Members in_head() const;
  Members required(std::string group) const { return in_group(std::move(group), false); }
  Members optional(std::string group) const { return in_group(std::move(group), true); }
  /// For parts whose matrices a checkpoint holds as [in, out].
  Members transposed() const;

 private:
  Members in_group(std::string group, bool optional) const;

  Tree* tree_;
  std::string path_;
  Place place_;
  bool transposed_ = false;
};

/// Every tensor and part of a model. Pointers into the model: valid as long as it neither moves nor changes its parts.
Tree tree_of(Module& root);

/// Where a model's tensors are; the host, where there are none yet.
Device device_of(const Tree& tree);
/// Makes every module ready, parts before wholes; those of blocks side by side.
void ready(const Tree& tree, ops::Precision precision, ops::WeightForm weights = ops::WeightForm::exact);

/// Numbers in all tensors that are there, buffers left out.
std::int64_t count(const Tree& tree);
/// Is every tensor of a group there? (Also of a group that a model does not have: false.)
bool has_group(const Tree& tree, std::string_view group);
/// Last part of a path: "query" of "layer.3.attention.query".
std::string_view last_part(std::string_view path);
/// "a.b" of "a" and "b"; either may be empty.
std::string joined_path(std::string_view path, std::string_view name);

}  // namespace groel::nn
