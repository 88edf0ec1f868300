/** The fields of an answer to INFO, as texts. */
export function parseInfo(text) {
  const fields = {};
  for (const [, name, value] of text.matchAll(/^([^#:\r\n]+):(.*?)\r?$/gm)) fields[name] = value;
  return fields;
}

/** What a store holds at this moment, and what has passed through it so far: of `INFO server memory stats clients`. */
export function storeLoad(text) {
  const info = parseInfo(text);
  return {
    pid: Number(info.process_id),
    memoryBytes: Number(info.used_memory),
    inBytes: Number(info.total_net_input_bytes),
    outBytes: Number(info.total_net_output_bytes),
    commands: Number(info.total_commands_processed),
    clients: Number(info.connected_clients),
  };
}

/** How many scripts the server has run, in how many microseconds: of `INFO commandstats`; what they call is part of it. */
export function scriptTime(text) {
  const info = parseInfo(text);
  const total = { calls: 0, us: 0 };
  for (const command of ['eval', 'evalsha', 'eval_ro', 'evalsha_ro']) {
    const [, calls = 0, us = 0] = /calls=(\d+),usec=(\d+)/.exec(info[`cmdstat_${command}`]) ?? [];
    total.calls += Number(calls);
    total.us += Number(us);
  }
  return total;
}

/** The time of processors that the server has used, in microseconds: of `INFO cpu`. */
export function cpuTimeUs(text) {
  const info = parseInfo(text);
  return (Number(info.used_cpu_sys) + Number(info.used_cpu_user)) * 1e6;
}

/** What each connection of that name takes of the server's memory, in bytes: of `CLIENT LIST`. */
export function connectionBytes(text, name) {
  return text
    .split('\n')
    .filter((line) => ` ${line} `.includes(` name=${name} `))
    .map((line) => Number(/ tot-mem=(\d+)/.exec(line)[1]));
}
