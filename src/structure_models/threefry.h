// JAX's random numbers: the same draws from the same seed as a model that was trained and run with JAX.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace groel::structure_models {

/// A key of JAX's default generator, Threefry-2x32 (Salmon et al. 2011), in the form that does not depend on how arrays
/// are cut into pieces (`jax_threefry_partitionable`, the default since JAX 0.5). A key is used for one draw only:
/// `split` and `fold_in` make further ones.
class JaxKey {
 public:
  /// `jax.random.PRNGKey(seed)`.
  explicit JaxKey(std::uint32_t seed) : words_{0, seed} {}
  JaxKey(std::uint32_t high, std::uint32_t low) : words_{high, low} {}

  /// `jax.random.split(key, count)[index]`: does not depend on `count`.
  JaxKey child(std::uint64_t index) const;
  /// `key, subkey = jax.random.split(key)`: becomes the first, gives the second.
  JaxKey split();
  /// `jax.random.fold_in(key, data)`.
  JaxKey fold_in(std::uint32_t data) const;

  /// 32 bits of element `index` of an array.
  std::uint32_t bits(std::uint64_t index) const;
  /// Element `index` of `jax.random.uniform(key, minval=low, maxval=high)`.
  float uniform(std::uint64_t index, float low = 0, float high = 1) const;
  /// `jax.random.normal(key, shape)`: fills all of an array, in row-major order.
  void normal(std::span<float> to) const;
  /// Element `index` of `jax.random.gumbel(key)`.
  float gumbel(std::uint64_t index) const;

  const std::array<std::uint32_t, 2>& words() const { return words_; }

 private:
  std::array<std::uint32_t, 2> words_;
};

/// Inverse of the error function as XLA computes it in f32 (Giles 2012), for |x| < 1.
float inverse_erf(float x);

}  // namespace groel::structure_models
