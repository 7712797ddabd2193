/** The time that threads and processes of a machine agree on, in milliseconds, as finely as performance.now() tells it. */
export const wallClock = (): number => performance.timeOrigin + performance.now();
