import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { basename } from 'node:path';
import { redisServerVersion } from '../../setup/redis.mjs';

/** What a run is made on. */
export function describeMachine(redisServer) {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.version,
    redis: `${basename(redisServer)} ${redisServerVersion(redisServer)}`,
    loadAverage: Math.round(loadavg()[0] * 100) / 100,
  };
}

/** The same as one sentence. */
export function machineSentence({ cpu, cores, memoryGb, system, node, redis, loadAverage }) {
  return `${cpu}, ${cores} cores, ${memoryGb} GB; ${system}; Node ${node}; ${redis}; load average ${loadAverage} before the run.`;
}
