/* What a product's groups read of a and b, and how they lay it in shared memory. */
FLOATING(
typedef T matmul_sum;
DEVICE_FN T matmul_fma(T x, T y, T sum) { return fma(x, y, sum); }
)
INTEGRAL(
typedef decltype(UNSIGNED() + 0u) matmul_sum; /* which wraps, in 32 bits or 64 */
DEVICE_FN matmul_sum matmul_fma(matmul_sum x, matmul_sum y, matmul_sum sum) { return x * y + sum; }
)
ARITHMETIC(
DEVICE_FN matmul_sum matmul_value(T x) { return (matmul_sum)x; }
DEVICE_FN T matmul_rounded(matmul_sum x) { return (T)x; }
)
HALF(
typedef float matmul_sum;
DEVICE_FN float matmul_fma(float x, float y, float sum) { return fma(x, y, sum); }
DEVICE_FN float matmul_value(T x) { return WITH_TYPE(value_of)(x); }
DEVICE_FN T matmul_rounded(float x) { return PASTE(SUFFIX, of)(x); }
)
FACTORS(
enum { MATMUL_UNIT = 16 / sizeof(matmul_sum), MATMUL_PACK = 4 };
struct __align__(16) matmul_unit {
  matmul_sum of[MATMUL_UNIT];
};
struct __align__(sizeof(T) < 4 ? 4 * sizeof(T) : 16) matmul_pack {
  T of[MATMUL_PACK];
};

/* How the lanes of a group share a square tile: 8 by 4 lanes are a warp, and warps that are more
 * than the tile needs make the same elements from other slices of the panels' depth. */
template <int TILE_SIDE, int LANE_ROWS>
struct matmul_shape {
  enum {
    SIDE = TILE_SIDE,
    ROWS = LANE_ROWS,
    COLUMNS = 8,
    /* That a lane reads of each panel: one where a second would cost more registers than it is worth. */
    PACKS = SIDE == 128 && sizeof(T) == 4 ? 1 : 8 / sizeof(matmul_sum),
    DEEP = PACKS * MATMUL_PACK * MATMUL_LANES / SIDE,
    ACROSS = SIDE / (4 * COLUMNS),
    SLICE_LANES = 32 * (SIDE / (8 * ROWS)) * ACROSS,
    SLICES = MATMUL_LANES / SLICE_LANES,
    UNITS_ACROSS = COLUMNS / MATMUL_UNIT,
    UNITS = ROWS * UNITS_ACROSS,
    PITCH = SIDE + MATMUL_UNIT, /* lanes that write along p meet few others in a bank */
    PANEL = PITCH * DEEP,
    SPAN = (DEEP < 16 ? DEEP : 16) / MATMUL_PACK
  };
};

/* One factor, whose lines are the rows of a or the columns of b. A lane reads packs of elements, in
 * the direction of p or across lines. */
template <class S>
struct matmul_side {
  const T *from;
  int64_t inner; /* steps between elements of a pack, between packs, between panels */
  int64_t apart;
  int64_t advance;
  int lines;          /* that there are, from a pack across them on */
  int deep[S::PACKS]; /* where packs are in the panel; beyond it, where there is no line */
  bool along;         /* in the direction of p */
  bool whole;         /* there are no parts of packs, and all can be read at once */
  matmul_pack packs[S::PACKS];
};

/* Which line of the panel a pack is from. */
template <class S>
DEVICE_FN int matmul_line(const matmul_side<S> &side, int pack) {
  return side.along ? pack / S::SPAN % S::SIDE : pack % (S::SIDE / MATMUL_PACK) * MATMUL_PACK;
}

/* And from which p on. */
template <class S>
DEVICE_FN int matmul_depth(const matmul_side<S> &side, int pack) {
  return side.along
             ? (pack / (S::SPAN * S::SIDE) * S::SPAN + pack % S::SPAN) * MATMUL_PACK
             : pack / (S::SIDE / MATMUL_PACK);
}

/* @param from the tile's first line
 * @param lines how many there are from there on
 * @param whole what matmul_whole says */
template <class S>
DEVICE_FN void matmul_begin(matmul_side<S> &side, const T *from, int64_t line_step, int64_t p_step,
                            int64_t lines, bool whole) {
  int lane = (int)LANE;
  int most = lines < S::SIDE ? (int)lines : S::SIDE;
  side.along = p_step == 1;
  side.whole = whole;
  side.lines = most - matmul_line(side, lane);
  side.from = from + matmul_line(side, lane) * line_step + matmul_depth(side, lane) * p_step;
  side.inner = side.along ? p_step : line_step;
  side.apart =
      matmul_line(side, MATMUL_LANES) * line_step + matmul_depth(side, MATMUL_LANES) * p_step;
  side.advance = S::DEEP * p_step;
  UNROLLED for (int q = 0; q < S::PACKS; q++) {
    int pack = lane + q * MATMUL_LANES;
    side.deep[q] = matmul_line(side, pack) < most ? matmul_depth(side, pack) : S::DEEP;
  }
}

/* Whether a factor has packs and no parts of them. */
DEVICE_FN bool matmul_whole(const T *from, int64_t lines, int64_t k, int64_t line_step,
                            int64_t p_step, int64_t batch_step) {
  int64_t dense = p_step == 1 ? k : lines;
  int64_t pitch = p_step == 1 ? line_step : p_step;
  return (p_step == 1 || line_step == 1) && (dense | pitch | batch_step) % MATMUL_PACK == 0 &&
         (uint64_t)from % alignof(matmul_pack) == 0;
}

/* Reads the next panel, of a matrix whose depth is that much from there on; zeros beyond it. */
template <class S>
DEVICE_FN void matmul_read(matmul_side<S> &side, int64_t depth) {
  int left = depth < S::DEEP ? (int)depth : S::DEEP;
  UNROLLED for (int q = 0; q < S::PACKS; q++) {
    const T *at = side.from + q * side.apart;
    int within = left - side.deep[q];
    matmul_pack pack = {};
    if (side.whole) {
      if (within > 0) {
        pack = *(const matmul_pack *)at;
      }
    } else {
      within = side.along ? within : within > 0 ? side.lines : 0;
      UNROLLED for (int e = 0; e < MATMUL_PACK; e++) {
        if (e < within) {
          pack.of[e] = *at;
        }
        at += side.inner;
      }
    }
    side.packs[q] = pack;
  }
  side.from += side.advance;
}

/* Writes to panel[p][line] what was read. */
template <class S>
DEVICE_FN void matmul_keep(const matmul_side<S> &side, matmul_sum *panel) {
  UNROLLED for (int q = 0; q < S::PACKS; q++) {
    int pack = (int)LANE + q * MATMUL_LANES;
    matmul_sum *at = panel + matmul_depth(side, pack) * S::PITCH + matmul_line(side, pack);
    matmul_unit units[MATMUL_PACK / MATMUL_UNIT];
    UNROLLED for (int e = 0; e < MATMUL_PACK; e++) {
      units[e / MATMUL_UNIT].of[e % MATMUL_UNIT] = matmul_value(side.packs[q].of[e]);
    }
    if (side.along) {
      UNROLLED for (int e = 0; e < MATMUL_PACK; e++) {
        at[e * S::PITCH] = units[e / MATMUL_UNIT].of[e % MATMUL_UNIT];
      }
    } else {
      UNROLLED for (int u = 0; u < MATMUL_PACK / MATMUL_UNIT; u++) {
        ((matmul_unit *)at)[u] = units[u];
      }
    }
  }
}
)
