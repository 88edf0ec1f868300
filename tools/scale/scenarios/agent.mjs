import { lineCharts } from '../../plots/line-chart.mjs';
import { AGENT_FLAGS, startDemoAgent } from '../demo-agent.mjs';
import { SESSIONS_PER_HOST } from '../fleet.mjs';
import { cpuOverTime, valueOverTime } from '../measure/load-figures.mjs';
import { connectionBytes } from '../measure/redis-info.mjs';
import { shown } from '../report/report-text.mjs';

/** What the agent calls its own. */
const CONNECTION = 'rollcall-report';
const MB = 1e6;
const SECOND_MS = 1_000;
/** Of the reports it owes: jitter may put some outside. */
const REPORTED_AT_LEAST = 0.8;
/** What starting costs is over by then. */
const WARM_UP_MS = 30_000;

/** One agent on one host. */
export default function agent(run, { seconds, 'node-args': flags }) {
  const nodeArgs = flags.split(' ').filter(Boolean);
  return run.staged('host', { resolvers: 0, reconcilers: 0 }, async (stage) => {
    const started = await startDemoAgent(stage, { nodeArgs });
    await run.step('warming up', stage, async () => {
      await stage.pass(Math.min(WARM_UP_MS, seconds * SECOND_MS));
      return { told: `node ${nodeArgs.join(' ') || 'without flags'}` };
    });
    const before = await countsOf(started);
    const { span, connection } = await measureAgent(run, stage, seconds);
    const after = await countsOf(started);

    const reports = after.reports - before.reports;
    const owed = (seconds * SECOND_MS) / stage.profile.interval;
    run.premise(
      reports >= REPORTED_AT_LEAST * owed,
      `the agent made ${shown(reports)} reports in ${seconds} s`,
    );
    const used = stage.loadIn(span).processes.agent;
    // The bars speak of the agent as it is shipped.
    if (flags === AGENT_FLAGS) {
      run.figure('agent cpu', used.cpuPercent, { seconds });
      run.figure('agent memory', used.rssBytesMost / MB, { seconds });
    }
    run.table(
      `One host, ${seconds} s`,
      ['', 'agent'],
      [
        ['flags of Node', flags || 'none'],
        ['CPU of the agent, % of a core', used.cpuPercent],
        ['CPU of the dcv commands it has run, % of a core', used.childrenCpuPercent],
        ['memory (RSS) at most, MB', used.rssBytesMost / MB],
        ['reports', reports],
        ['dcv commands', after.reads - before.reads],
        ['memory of its connection in Redis: mean, B', connection],
        ['waited for a processor, % of the time', used.waitedPercent],
      ],
    );
    const perSession = connection / SESSIONS_PER_HOST;
    run.note(
      `The swarm shares a few connections, but every agent has one: with four sessions a host that is ${shown(perSession)} B of memory of Redis per session beside what steady shows.`,
    );
    run.picture('agent', 'The agent on its host', agentPicture(stage));
  });
}

/** Resolves to the span, and to what the connection of the agent takes of the memory of Redis between its reports. */
function measureAgent(run, stage, seconds) {
  return run.step('measuring', stage, async () => {
    stage.mark('measuring');
    const bytes = [];
    const look = async () =>
      bytes.push(...connectionBytes(await stage.client.client('LIST'), CONNECTION));
    const timer = setInterval(() => void look().catch(() => undefined), SECOND_MS);
    try {
      const span = await stage.watch(seconds * SECOND_MS);
      const connection = bytes.reduce((sum, each) => sum + each, 0) / bytes.length;
      return { span, connection, told: `${seconds} s` };
    } finally {
      clearInterval(timer);
    }
  });
}

/** Outside of what is measured: to be asked is work, too. */
async function countsOf(agent) {
  const page = await agent.metrics();
  return {
    reports: page.sum('rollcall_reports_total'),
    reads: page.sum('rollcall_dcv_reads_total'),
  };
}

function agentPicture({ loads, moments }) {
  const memory = valueOverTime(loads, ({ processes }) => processes.agent?.rssBytes / MB);
  return lineCharts({
    heading: 'The agent on its host',
    xLabel: 'time (s)',
    marks: moments.map(({ at, text }) => ({ x: at / SECOND_MS, text })),
    panels: [
      {
        title: 'CPU',
        unit: '% of a core',
        series: [{ name: 'agent', points: cpuOverTime(loads, 'agent') }],
      },
      { title: 'memory (RSS)', unit: 'MB', series: [{ name: 'agent', points: memory }] },
    ],
  });
}
