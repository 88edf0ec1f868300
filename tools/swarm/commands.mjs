/** A command that cannot be understood; the sentence says what is expected. */
export class CommandError extends Error {}

/** The most hosts that one swarm has. */
export const HOSTS_MAX = 20_000;

/** Phases of a host that a command may single out. */
export const PHASES = ['joining', 'live', 'away', 'left', 'crashed', 'silent'];

/** What can be done to hosts that are there. */
export const HOST_VERBS = [
  'leave',
  'withdraw',
  'crash',
  'die',
  'vanish',
  'silence',
  'resume',
  'refuse',
  'drop',
  'open',
];

const STOP_MODES = ['leave', 'withdraw', 'crash'];
const CHURN_MAX = 10_000;
const UNITS_MS = { ms: 1, s: 1_000, m: 60_000 };
const DURATION_MAX_MS = 86_400_000;

export const COMMANDS_HELP = `  join <n> [over <time>]      new hosts start, by default within one poll interval
  leave <who>                 planned stops: the sessions stay findable for two intervals
  withdraw <who>              hosts are shut down: their sessions are taken off the roll
  crash <who>                 agents are killed; the DCV ports of their hosts still answer
  die <who>                   hosts die, their agents with them: connections are refused
  vanish <who>                the same, and connections are never answered
  silence <who>               what agents send is lost on its way; they know no better than to go on
  refuse | drop | open <who>  the DCV ports alone: refuse, never answer, answer
  resume <who>                everything that was done to hosts is undone; agents that ended start again
  churn <n> [zone <z>]        so many live hosts close a session and open another, now
  churn <n>/s [zone <z>]      so many a second, from now on; 0/s ends it
  mark                        "since the mark" begins anew in the figures
  stats                       the figures, at once
  stop [leave | withdraw | crash]

  <who>   all | <n> | <n>%   of those it can be done to, chosen at random; then, in any order,
          zone <z>           in that zone only; a share is one of all hosts, or of the zone's
          ${PHASES.join(' | ')}
                             only those that are so
          over <time>        one by one within that time instead of at once
          or host <id>       that one
  <time>  250ms, 10s, 2m`;

/** Reads one command, as typed or as a line of a scenario; throws a CommandError. */
export function parseCommand(text) {
  const words = new Words(text);
  const verb = words.next('a command');
  const command = { verb, ...argumentsOf(verb, words) };
  words.end();
  return command;
}

/** Reads a time such as 250ms, 10s or 1.5m; milliseconds. */
export function parseDuration(text) {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text ?? '') ?? [];
  const durationMs = Number(number) * UNITS_MS[unit];
  if (!(durationMs <= DURATION_MAX_MS))
    throw new CommandError(`"${text ?? ''}" is no time such as 250ms, 10s or 2m, of a day at most`);
  return durationMs;
}

function argumentsOf(verb, words) {
  if (verb === 'join') {
    return { count: wholeNumber(words.next('a number of hosts'), HOSTS_MAX), ...restOfJoin(words) };
  }
  if (verb === 'churn') return churn(words);
  if (verb === 'stop') return { mode: words.isOver ? undefined : words.oneOf(STOP_MODES) };
  if (verb === 'mark' || verb === 'stats' || verb === 'help') return {};
  if (HOST_VERBS.includes(verb)) return who(words);
  throw new CommandError(`there is no command "${verb}"; help lists them`);
}

function restOfJoin(words) {
  return words.isOver ? {} : { overMs: words.after('over', parseDuration) };
}

function churn(words) {
  const amount = words.next('a number of sessions, or a rate such as 20/s');
  const isRate = amount.endsWith('/s');
  const count = wholeNumber(isRate ? amount.slice(0, -2) : amount, CHURN_MAX);
  const zone = words.isOver ? {} : { zone: words.after('zone', String) };
  return { [isRate ? 'perSecond' : 'count']: count, ...zone };
}

function who(words) {
  if (words.isNext('host')) return { who: { host: words.after('host', String) } };
  const chosen = words.isNext('zone')
    ? { all: true }
    : amount(words.next('all, a number or a share of hosts'));
  const rest = {};
  while (!words.isOver) {
    if (words.isNext('zone')) chosen.zone = words.after('zone', String);
    else if (words.isNext('over')) rest.overMs = words.after('over', parseDuration);
    else chosen.phase = words.oneOf(PHASES);
  }
  return { who: chosen, ...rest };
}

function amount(text) {
  if (text === 'all') return { all: true };
  if (!text.endsWith('%')) return { count: wholeNumber(text, HOSTS_MAX) };
  const percent = Number(text.slice(0, -1));
  if (text !== '%' && percent >= 0 && percent <= 100) return { share: percent / 100 };
  throw new CommandError(`"${text}" is no share from 0% to 100%`);
}

function wholeNumber(text, max) {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (number <= max) return number;
  throw new CommandError(`"${text}" is no whole number up to ${max}`);
}

/** The words of one command, from the first to the last. */
class Words {
  #words;

  constructor(text) {
    this.#words = text.trim().split(/\s+/).filter(Boolean);
  }

  get isOver() {
    return this.#words.length === 0;
  }

  isNext(word) {
    return this.#words[0] === word;
  }

  next(what) {
    const word = this.#words.shift();
    if (word === undefined) throw new CommandError(`${what} is missing`);
    return word;
  }

  after(name, read) {
    if (!this.isNext(name))
      throw new CommandError(`"${this.#words[0]}" stands where "${name}" may`);
    this.#words.shift();
    return read(this.next(`what follows "${name}"`));
  }

  oneOf(names) {
    const word = this.next(names.join(', '));
    if (names.includes(word)) return word;
    throw new CommandError(`"${word}" is none of ${names.join(', ')}`);
  }

  end() {
    if (!this.isOver) throw new CommandError(`"${this.#words.join(' ')}" is too much`);
  }
}
