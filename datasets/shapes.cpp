#include "datasets/shapes.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/philox.h"

namespace datasets {
namespace {

constexpr Index kTrainSize = 60'000, kTestSize = 10'000;
constexpr std::uint64_t kSeed = 0x5348'4150'4553;  // "SHAPES": the set is the same for everyone

struct Point {
  float x, y;
};
float length(Point p) { return std::sqrt(p.x * p.x + p.y * p.y); }
float dot(Point a, Point b) { return a.x * b.x + a.y * b.y; }
float mix(float a, float b, float t) { return a + (b - a) * t; }
float box(Point p, float half_width, float half_height) {
  return std::max(std::abs(p.x) - half_width, std::abs(p.y) - half_height);
}

float disc(Point p) { return length(p) - 0.85f; }
float ring(Point p) { return std::abs(length(p) - 0.72f) - 0.2f; }
float square(Point p) { return box(p, 0.75f, 0.75f); }
float cross(Point p) { return std::min(box(p, 0.92f, 0.27f), box(p, 0.27f, 0.92f)); }
float crescent(Point p) {
  return std::max(length(p) - 0.95f, 0.75f - length({p.x - 0.48f, p.y - 0.12f}));
}

float triangle(Point p) {
  p.y += 0.2f;  // the middle of its height, not of its area
  return std::max(-p.y - 0.5f, 0.866f * std::abs(p.x) + 0.5f * p.y - 0.5f);
}

float diamond(Point p) {
  constexpr float kWidth = 0.62f;
  return (std::abs(p.x) / kWidth + std::abs(p.y) - 1) * kWidth / std::hypot(1.0f, kWidth);
}

float bars(Point p) {  // three, folded onto the upper one or the middle one
  constexpr float kPitch = 0.6f;
  const float y = std::abs(p.y);
  return box({p.x, y > kPitch / 2 ? y - kPitch : y}, 0.85f, 0.18f);
}

float star(Point p) {
  // Mirroring in three lines brings every edge onto one, from the tip to an inner corner.
  constexpr Point mirror = {0.809017f, -0.587785f};
  p.x = std::abs(p.x);
  for (const Point m : {mirror, Point{-mirror.x, mirror.y}}) {
    const float beyond = 2 * std::max(dot(m, p), 0.0f);
    p = {p.x - beyond * m.x, p.y - beyond * m.y};
  }
  p = {std::abs(p.x), p.y - 1};
  constexpr float kInner = 0.46f;
  const Point edge = {kInner * 0.587785f, kInner * 0.809017f - 1};
  return dot(p, {-edge.y, edge.x}) / length(edge);
}

float heart(Point p) {
  constexpr float kScale = 0.62f;
  p = {std::abs(p.x) * kScale, p.y * kScale + 0.55f};
  if (p.x + p.y > 1) return (length({p.x - 0.25f, p.y - 0.75f}) - std::sqrt(2.0f) / 4) / kScale;
  const float along = 0.5f * std::max(p.x + p.y, 0.0f);
  const float near = std::min(length({p.x, p.y - 1}), length({p.x - along, p.y - along}));
  return std::copysign(near, p.x - p.y) / kScale;
}

// Signed distance to a shape's edge, negative inside; y points up, the shape fills the unit disc.
struct ShapeClass {
  const char* name;
  float (*distance)(Point);
};
constexpr ShapeClass kShapeClasses[] = {
    {"disc", disc},       {"ring", ring},         {"square", square}, {"triangle", triangle},
    {"diamond", diamond}, {"cross", cross},       {"star", star},     {"heart", heart},
    {"bars", bars},       {"crescent", crescent},
};
constexpr int kShapeClassCount = std::size(kShapeClasses);

struct Colour {
  float channel[3];
};

Colour hsv(float hue, float saturation, float value) {
  Colour colour;
  for (int c = 0; c < 3; ++c) {
    const float k = std::fmod(hue * 6 + 5 - 2 * c, 6.0f);
    colour.channel[c] = value * (1 - saturation * std::clamp(std::min(k, 4 - k), 0.0f, 1.0f));
  }
  return colour;
}

// A strong color, never so bright that it blends into the pastel background.
Colour ink(float hue, float saturation, float value) {
  constexpr float kBrightest = 0.5f;
  Colour colour = hsv(hue, saturation, value);
  const auto& [red, green, blue] = colour.channel;
  const float luma = 0.299f * red + 0.587f * green + 0.114f * blue;
  for (float& channel : colour.channel) channel *= std::min(1.0f, kBrightest / luma);
  return colour;
}

struct Drawing {
  Point centre;  // of pixels, y down
  float radius, tilt;
  Colour ink, top, bottom;
};

Drawing drawing(Index image, float side) {
  float u[12];
  for (int block = 0; block < 3; ++block) {
    const engine::Random4 random = engine::philox(kSeed, image, block);
    for (int i = 0; i < 4; ++i) u[4 * block + i] = engine::unit_interval(random.word[i]);
  }
  Drawing d;
  d.radius = side * mix(0.3f, 0.42f, u[0]);
  d.centre = {mix(d.radius, side - d.radius, u[1]), mix(d.radius, side - d.radius, u[2])};
  d.tilt = mix(-0.3f, 0.3f, u[3]);  // small enough that a square does not look like a diamond
  d.ink = ink(u[4], mix(0.75f, 1, u[5]), mix(0.5f, 0.95f, u[6]));
  const float saturation = mix(0.08f, 0.25f, u[8]);
  d.top = hsv(u[7], saturation, mix(0.85f, 1, u[9]));
  d.bottom = hsv(u[7], saturation, mix(0.85f, 1, u[10]));
  return d;
}

void render(const Drawing& d, float (*distance)(Point), int side, std::uint8_t* pixels) {
  const float cosine = std::cos(d.tilt) / d.radius, sine = std::sin(d.tilt) / d.radius;
  for (int row = 0; row < side; ++row) {
    const float depth = (row + 0.5f) / side;
    Colour ground;
    for (int c = 0; c < 3; ++c)
      ground.channel[c] = mix(d.top.channel[c], d.bottom.channel[c], depth);
    for (int column = 0; column < side; ++column) {
      const Point p = {column + 0.5f - d.centre.x, d.centre.y - row - 0.5f};
      const Point unit = {cosine * p.x + sine * p.y, cosine * p.y - sine * p.x};
      // Over the width of a pixel the edge is straight: its distance is the pixel's coverage.
      const float cover = std::clamp(0.5f - distance(unit) * d.radius, 0.0f, 1.0f);
      for (int c = 0; c < 3; ++c)
        *pixels++ = 255 * mix(ground.channel[c], d.ink.channel[c], cover) + 0.5f;
    }
  }
}

Info describe(const OpenOptions& options) {
  const int side = options.resize ? options.resize : 32;
  Info info{.name = "shapes",
            .description = "shapes drawn by the program",
            .size = options.test ? kTestSize : kTrainSize,
            .height = side,
            .width = side,
            .channels = 3};
  for (const ShapeClass& shape : kShapeClasses) info.class_names.push_back(shape.name);
  return info;
}

}  // namespace

Shapes::Shapes(const OpenOptions& options)
    : Dataset(describe(options)), first_(options.test ? kTrainSize : 0) {}

int Shapes::label(Index i) const { return static_cast<int>(i % kShapeClassCount); }

void Shapes::read(Index i, std::uint8_t* pixels) const {
  render(drawing(first_ + i, height()), kShapeClasses[label(i)].distance, height(), pixels);
}

}  // namespace datasets
