const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const SAME_PRESS_MS = 500;
const PARENT_CHECK_MS = 500;

/**
 * Watches for the wish to stop: a signal, a terminal or a reader that is gone, or the end of the npm that started us.
 * A second signal means now, and calls `atOnce`.
 */
export function stopRequest(atOnce) {
  const controller = new AbortController();
  let beganAt;
  const begin = () => {
    beganAt ??= performance.now();
    controller.abort();
  };
  const onSignal = () => {
    // One Ctrl-C may arrive twice: from the terminal, and passed on by npm.
    if (beganAt !== undefined && performance.now() - beganAt > SAME_PRESS_MS) atOnce();
    begin();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  for (const stream of [process.stdout, process.stderr]) stream.on('error', begin);
  if (process.env.npm_lifecycle_event) onOrphaned(begin);

  const { signal } = controller;
  const requested = new Promise((resolve) => signal.addEventListener('abort', resolve));
  return { signal, requested, begin };
}

/** A signal to npm ends npm and its shell, and would leave us running for nobody. */
function onOrphaned(begin) {
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && begin(), PARENT_CHECK_MS).unref();
}
