// The length of a pause between events that is shown as idle time.

/** A pause of so many nanoseconds is drawn as a break. */
export const LANE_IDLE = 20e6;
