/** The machine's monotonic clock in milliseconds: the same in every process and thread, and no other clock is compared. */
export const moment = () => Number(process.hrtime.bigint() / 1_000n) / 1_000;

/** The moment at which this machine's wall clock showed a time. */
export const momentOfWallClock = (epochMs) => moment() - (Date.now() - epochMs);
