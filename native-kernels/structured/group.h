#pragma once
/* What the lanes of a group do together, in LOCAL_BYTES of MOST_LANES accumulators. */
FLOATING(
/* The sum of what they hold, by a tree that depends on nothing but how many lanes there are. */
DEVICE_FN ACCUMULATOR WITH_TYPE(group_sum)(ACCUMULATOR mine, LOCAL ACCUMULATOR *all) {
  all[LANE] = mine;
  BARRIER();
  for (int64_t apart = LANES / 2; apart > 0; apart /= 2) {
    if (LANE < apart) {
      all[LANE] += all[LANE + apart];
    }
    BARRIER();
  }
  ACCUMULATOR sum = all[0];
  BARRIER();
  return sum;
}
)
