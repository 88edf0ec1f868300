import { clearScreenDown, cursorTo, moveCursor } from 'node:readline';

/** A summary as one line of text. */
export function summaryLine(stats) {
  const { hosts, window } = stats;
  const { p50, p99 } = window.latencyMs;
  return [
    clock(stats.atMs),
    phasesOf(hosts),
    `${window.perSecond} reports/s, ${window.failed} failed`,
    `p50 ${p50} ms, p99 ${p99} ms`,
    `${stats.sessions} sessions`,
  ].join(' · ');
}

/** A summary as a block of lines. */
export function summaryBlock(stats) {
  const { window, sinceMark, process } = stats;
  const failures = Object.entries(sinceMark.failures)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${name}`);
  return [
    `${clock(stats.atMs)}  ${stats.hosts.total} hosts, ${stats.sessions} sessions on the roll`,
    `  hosts      ${phasesOf(stats.hosts)}`,
    `  reports    ${window.perSecond}/s · busiest second ${sinceMark.busiestSecond} · failed ${failures.join(', ') || 'none'}`,
    `  latency    p50 ${window.latencyMs.p50} ms · p99 ${window.latencyMs.p99} ms · max ${window.latencyMs.max} ms`,
    `  process    ${process.rssMb} MB · CPU ${process.cpuPercent} % of a core · loop lag p99 ${process.loopLagMs.p99} ms`,
  ];
}

/** Shows the summaries: a block that is drawn over in a terminal, else a line each, or JSON. */
export class Summary {
  #out;
  #prompt;
  #kind;
  #drawn = 0;
  #told = new Set();

  constructor(out, { json, prompt }) {
    this.#out = out;
    this.#prompt = prompt;
    this.#kind = json ? 'json' : prompt ? 'block' : 'line';
  }

  show(stats) {
    if (this.#kind === 'json') return this.#out.write(`${JSON.stringify({ stats })}\n`);
    for (const [sentence] of stats.said) {
      if (!this.#told.has(sentence)) this.say(`note: ${sentence}`);
      this.#told.add(sentence);
    }
    if (this.#kind === 'line') return this.#out.write(`${summaryLine(stats)}\n`);
    this.#clear();
    const lines = summaryBlock(stats).map((line) => line.slice(0, (this.#out.columns ?? 80) - 1));
    this.#out.write(`${lines.join('\n')}\n`);
    this.#drawn = lines.length;
    this.#prompt?.prompt(true);
  }

  /** The reply to a command. */
  answer({ command, hosts, error, stats, ...rest }) {
    if (this.#kind === 'json') {
      this.#out.write(`${JSON.stringify({ command, hosts, error, stats, ...rest })}\n`);
    } else if (error !== undefined) this.say(`${command}: ${error}`);
    else if (stats !== undefined) this.show(stats);
    else if (hosts !== undefined) this.say(`${command}: ${hosts} hosts`);
  }

  say(text) {
    if (this.#kind === 'json') return;
    this.#clear();
    this.#out.write(`${text}\n`);
  }

  /** Asks for commands no more. */
  end() {
    this.#clear();
    this.#prompt = undefined;
  }

  #clear() {
    if (this.#drawn === 0) return;
    moveCursor(this.#out, 0, -this.#drawn);
    cursorTo(this.#out, 0);
    clearScreenDown(this.#out);
    this.#drawn = 0;
  }
}

function phasesOf({ total, refusing, dropping, ...phases }) {
  const shown = Object.entries({ ...phases, 'port refused': refusing, 'port dropped': dropping });
  const text = shown
    .filter(([name, count]) => name === 'live' || count > 0)
    .map(([name, count]) => `${name} ${count}`);
  return text.join(', ') || `${total}`;
}

function clock(ms) {
  const seconds = Math.floor(ms / 1_000);
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
}
