// The speed at which the replay of a step takes a given duration.

/** Longest pause of a replay in milliseconds, unless the step has few events. */
const REPLAY_MAX_PAUSE = 600;
/** Halvings of the range of possible speeds. */
const REPLAY_STEPS = 60;

/**
 * Returns the speed at which the events at the `times` in nanoseconds take so many seconds: `{ slowness, maxPause }`. Longer
 * pauses are shortened to `maxPause` nanoseconds of the recording. With 0 seconds, the speed is the original one.
 */
export function replaySpeed(times, seconds) {
  if (seconds === 0) return { slowness: 1, maxPause: REPLAY_MAX_PAUSE * 1e6 };
  const gaps = times.slice(1).map((at, index) => Math.max(0, at - times[index]));
  const wanted = seconds * 1e3;
  // Few events: their pauses together reach the duration.
  const longest = Math.max(REPLAY_MAX_PAUSE, (1.5 * wanted) / Math.max(1, gaps.length));
  const duration = (slowness) => gaps.reduce((sum, gap) => sum + Math.min(longest, (gap * slowness) / 1e6), 0);
  let [low, high] = [1e-6, 1e9];
  for (let step = 0; step < REPLAY_STEPS; step++) {
    const middle = Math.sqrt(low * high);
    if (duration(middle) < wanted) low = middle;
    else high = middle;
  }
  return { slowness: high, maxPause: (longest * 1e6) / high };
}
