/* The words that follow from the others on a device whose launches are grids of groups. */

#ifdef ONE_LANE
#define FIRST_GROUP (GROUP * ((groups - 1) / GROUPS + 1))
#define LAST_GROUP last_group(groups, (groups - 1) / GROUPS + 1)
DEVICE_FN int64_t last_group(int64_t groups, int64_t each) {
  int64_t last = GROUP * each + each;
  return last < groups ? last : groups;
}
#include "one_lane.h"
#else
#define FOR_EACH_GROUP(g) for (int64_t g = GROUP; g < groups; g += GROUPS)
/* Few items are spread over as many groups as there are, 32 neighbours in each. */
#define FOR_EACH_ITEM(i)                                                                      \
  for (int64_t busy = busy_lanes(groups), i = LANE < busy ? GROUP * busy + LANE : groups;     \
       i < groups; i += GROUPS * busy)
/* One lane runs one group; lanes side by side run neighbours. */
#define FOR_ADJACENT_GROUPS(g, count, row) FOR_EACH_ITEM(g) for (int count = 1; count; count = 0)
#define ADJACENT 1
/* All lanes run one group, and then the next: only a device of one lane takes several at a time. */
#define FOR_EACH_GROUPS(g, count, row) FOR_EACH_GROUP(g) for (int count = 1; count; count = 0)

DEVICE_FN int64_t busy_lanes(int64_t items) {
  int64_t wanted = ((items - 1) / GROUPS / 32 + 1) * 32;
  return wanted < LANES ? wanted : LANES;
}
#endif

/* What CPUs have quicker ways for. */
#ifndef exp_or_0
#define exp_or_0(x) exp(x)
#define normal_cdf(x) ((T)0.5 * (1 + erf((x) * (T)0.70710678118654752440)))
#define gelu_slope(x) \
  (normal_cdf(x) + (x) * ((T)0.39894228040143267794 * exp((T)-0.5 * (x) * (x))))
#endif
#ifndef sigmoid
#define sigmoid(x) (1 / (1 + exp(-(x))))
#endif

/* The numbers of a launch, by value. A structured kernel's are: how many groups, MOST_OPERANDS
 * offsets in elements, its sizes. */
enum { MOST_OPERANDS = 17, MOST_SIZES = 14, CALL_WORDS = 1 + MOST_OPERANDS + MOST_SIZES };
struct call_words {
  int64_t at[CALL_WORDS];
};

#define LAUNCH_ARGS const int64_t *sizes, LOCAL void *shared, int64_t groups
#define LAUNCH w.at + 1 + MOST_OPERANDS, shared, w.at[0]
#define SAME_LAUNCH sizes, shared, groups
#define UNUSED_ARGS (void)sizes, (void)shared, (void)groups
#define AT(k) + w.at[1 + k]

#define KERNEL_(name, body_parameters, entry_parameters, arguments)   \
  DEVICE_FN void WITH_TYPE(name##_body) body_parameters;              \
  ENTRY WITH_TYPE(name) entry_parameters {                            \
    SHARED uint64_t shared[(LOCAL_BYTES + 7) / 8];                      \
    WITH_TYPE(name##_body) arguments;                                 \
  }                                                                   \
  DEVICE_FN void WITH_TYPE(name##_body) body_parameters
#define KERNEL1(name, t0, x0) \
  KERNEL_(name, (t0 x0, LAUNCH_ARGS), (t0 x0, struct call_words w), (x0 AT(0), LAUNCH))
#define KERNEL2(name, t0, x0, t1, x1)                                                    \
  KERNEL_(name, (t0 x0, t1 x1, LAUNCH_ARGS), (t0 x0, t1 x1, struct call_words w),        \
          (x0 AT(0), x1 AT(1), LAUNCH))
#define KERNEL3(name, t0, x0, t1, x1, t2, x2)                                            \
  KERNEL_(name, (t0 x0, t1 x1, t2 x2, LAUNCH_ARGS),                                      \
          (t0 x0, t1 x1, t2 x2, struct call_words w), (x0 AT(0), x1 AT(1), x2 AT(2), LAUNCH))
#define KERNEL5(name, t0, x0, t1, x1, t2, x2, t3, x3, t4, x4)                            \
  KERNEL_(name, (t0 x0, t1 x1, t2 x2, t3 x3, t4 x4, LAUNCH_ARGS),                        \
          (t0 x0, t1 x1, t2 x2, t3 x3, t4 x4, struct call_words w),                      \
          (x0 AT(0), x1 AT(1), x2 AT(2), x3 AT(3), x4 AT(4), LAUNCH))
/* Operands past the last are null, and stay unread. */
#define KERNEL_OF_MANY(name)                                                             \
  DEVICE_FN void WITH_TYPE(name##_body)(GLOBAL T *const *operands, LAUNCH_ARGS);         \
  ENTRY WITH_TYPE(name)(GLOBAL T *p0, GLOBAL T *p1, GLOBAL T *p2, GLOBAL T *p3,          \
                        GLOBAL T *p4, GLOBAL T *p5, GLOBAL T *p6, GLOBAL T *p7,          \
                        GLOBAL T *p8, GLOBAL T *p9, GLOBAL T *p10, GLOBAL T *p11,        \
                        GLOBAL T *p12, GLOBAL T *p13, GLOBAL T *p14, GLOBAL T *p15,      \
                        GLOBAL T *p16, struct call_words w) {                            \
    SHARED uint64_t shared[(LOCAL_BYTES + 7) / 8];                                         \
    GLOBAL T *operands[MOST_OPERANDS] = {                                                \
        p0 AT(0),   p1 AT(1),   p2 AT(2),   p3 AT(3),   p4 AT(4),   p5 AT(5),            \
        p6 AT(6),   p7 AT(7),   p8 AT(8),   p9 AT(9),   p10 AT(10), p11 AT(11),          \
        p12 AT(12), p13 AT(13), p14 AT(14), p15 AT(15), p16 AT(16)};                     \
    WITH_TYPE(name##_body)(operands, LAUNCH);                                            \
  }                                                                                      \
  DEVICE_FN void WITH_TYPE(name##_body)(GLOBAL T *const *operands, LAUNCH_ARGS)
