const STOPPED = 130;

/** Rejects when the one who started this is gone, or wants it to end. */
export function untilStopped() {
  const stopping = new Promise((_, reject) => {
    const stop = () => {
      process.exitCode = STOPPED;
      reject(Object.assign(new Error('stopped'), { isStop: true }));
    };
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop);
    process.stdin.on('end', stop).resume();
  });
  stopping.catch(() => undefined);
  return stopping;
}
