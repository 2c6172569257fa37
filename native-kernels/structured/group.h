#pragma once
/* What the lanes of a group do together, in LOCAL_BYTES of MOST_LANES accumulators. */
FLOATING(
/* The sum of what they hold, by a tree that depends on nothing but how many lanes there are. */
DEVICE_FN ACCUMULATOR WITH_TYPE(group_sum)(ACCUMULATOR mine, LOCAL ACCUMULATOR *all) {
  all[LANE] = mine;
  BARRIER();
  int64_t apart = LANES / 2;
  for (; apart >= TOGETHER; apart /= 2) {
    if (LANE < apart) {
      all[LANE] += all[LANE + apart];
    }
    BARRIER();
  }
  mine = all[LANE];
  for (; apart > 0; apart /= 2) {
    mine += FROM_ABOVE(mine, apart);
  }
  if (LANE == 0) {
    all[0] = mine;
  }
  BARRIER();
  ACCUMULATOR sum = all[0];
  BARRIER(); /* before the memory holds something else */
  return sum;
}
)
