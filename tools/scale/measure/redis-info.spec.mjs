import { connectionBytes, cpuTimeUs, parseInfo, scriptTime, storeLoad } from './redis-info.mjs';

const INFO = [
  '# Server',
  'process_id:77',
  '# Memory',
  'used_memory:1000',
  'used_memory_human:1000B',
  '',
  '# Stats',
  'total_net_input_bytes:20',
  'total_net_output_bytes:30',
  'total_commands_processed:4',
  '# Clients',
  'connected_clients:5',
  '# CPU',
  'used_cpu_sys:0.25',
  'used_cpu_user:1.5',
  '# Commandstats',
  'cmdstat_evalsha:calls=10,usec=500,usec_per_call=50.00,rejected_calls=0,failed_calls=0',
  'cmdstat_eval:calls=1,usec=70,usec_per_call=70.00,rejected_calls=0,failed_calls=0',
  'cmdstat_zcount:calls=20,usec=90,usec_per_call=4.50,rejected_calls=0,failed_calls=0',
  '',
].join('\r\n');

describe('what Redis tells of itself', () => {
  it('is read line by line', () => {
    expect(parseInfo(INFO)).toMatchObject({ used_memory: '1000', used_memory_human: '1000B' });
    expect(Object.keys(parseInfo(INFO))).not.toContain('# Memory');
  });

  it('has what it holds and what has passed through it', () => {
    expect(storeLoad(INFO)).toEqual({
      pid: 77,
      ...{ memoryBytes: 1_000, inBytes: 20, outBytes: 30, commands: 4, clients: 5 },
    });
  });

  it('counts scripts, and not again what they call', () => {
    expect(scriptTime(INFO)).toEqual({ calls: 11, us: 570 });
    expect(scriptTime('# Commandstats\r\n')).toEqual({ calls: 0, us: 0 });
  });

  it('has its processors’ time in microseconds', () => {
    expect(cpuTimeUs(INFO)).toBe(1_750_000);
  });

  it('lists the connections with their memory', () => {
    const list = [
      'id=3 addr=127.0.0.1:5 laddr=127.0.0.1:6 fd=8 name=rollcall-report age=1 tot-mem=1800 user=default',
      'id=4 addr=127.0.0.1:7 laddr=127.0.0.1:6 fd=9 name=rollcall-resolve age=1 tot-mem=9 user=default',
      'id=5 addr=127.0.0.1:8 laddr=127.0.0.1:6 fd=9 name= age=1 tot-mem=7 user=default',
      '',
    ].join('\n');
    expect(connectionBytes(list, 'rollcall-report')).toEqual([1_800]);
    expect(connectionBytes(list, 'rollcall')).toEqual([]);
  });
});
