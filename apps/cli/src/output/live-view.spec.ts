import { StoreUnavailableError } from '@rollcall/domain';
import { RecordingTerminal } from '../testing/recording-terminal';
import { follow, type LiveView } from './live-view';

interface Reading {
  readonly name: string;
  readonly ageMs: number;
}

type Scene = readonly (Reading | Error)[];

/** Shows one reading after the other, and presses Ctrl-C after the last. */
async function followed(
  scene: Scene,
  { json = false, terminal = new RecordingTerminal() } = {},
): Promise<RecordingTerminal> {
  const readings = [...scene];
  const view: LiveView<Reading> = {
    read: async () => {
      const reading = readings.shift()!;
      if (reading instanceof Error) throw reading;
      return reading;
    },
    text: ({ name, ageMs }) => `NAME\n${name} ${ageMs}`,
    json: (reading) => reading,
    essence: ({ name }) => name,
    outage: (error) => (error instanceof StoreUnavailableError ? error.message : undefined),
  };
  const pause = async () => {
    if (readings.length === 0) terminal.pressCtrlC();
  };
  await follow({ terminal, pause }, view, { json });
  return terminal;
}

function tty(traits: { columns?: number; rows?: number } = {}): RecordingTerminal {
  return Object.assign(new RecordingTerminal(), { isTty: true, ...traits });
}

const away = new StoreUnavailableError('unreachable');

describe('follow without a terminal', () => {
  it('prints a fresh table when something other than an age has changed', async () => {
    const { outText } = await followed([
      { name: 'gpu-1', ageMs: 1 },
      { name: 'gpu-1', ageMs: 2 },
      { name: 'gpu-2', ageMs: 3 },
    ]);

    expect(outText).toBe('NAME\ngpu-1 1\n\nNAME\ngpu-2 3\n');
  });

  it('prints one JSON object per line, and no line without a change', async () => {
    const scene = [
      { name: 'gpu-1', ageMs: 1 },
      { name: 'gpu-1', ageMs: 2 },
      { name: 'gpu-2', ageMs: 3 },
    ];
    const { outText } = await followed(scene, { json: true, terminal: tty() });

    expect(outText).toBe('{"name":"gpu-1","ageMs":1}\n{"name":"gpu-2","ageMs":3}\n');
  });

  it('says once that the store is away, and shows everything again when it is back', async () => {
    const { outText, errText } = await followed([
      { name: 'gpu-1', ageMs: 1 },
      away,
      away,
      { name: 'gpu-1', ageMs: 4 },
    ]);

    expect(errText).toBe('rollcall: the session store does not answer; trying again\n');
    expect(outText).toBe('NAME\ngpu-1 1\n\nNAME\ngpu-1 4\n');
  });
});

describe('follow on a terminal', () => {
  it('draws over what it drew before, also when nothing but an age has changed', async () => {
    const scene = [
      { name: 'gpu-1', ageMs: 1 },
      { name: 'gpu-1', ageMs: 2 },
    ];
    const { outText } = await followed(scene, { terminal: tty() });

    expect(outText).toBe(
      'NAME\u001b[K\ngpu-1 1\u001b[K\n\u001b[J' +
        '\u001b[2A\rNAME\u001b[K\ngpu-1 2\u001b[K\n\u001b[J',
    );
  });

  it('draws the outage in place of the table, and the table again when it is over', async () => {
    const scene = [{ name: 'gpu-1', ageMs: 1 }, away, { name: 'gpu-1', ageMs: 3 }];
    const { outText } = await followed(scene, { terminal: tty() });

    expect(outText).toBe(
      'NAME\u001b[K\ngpu-1 1\u001b[K\n\u001b[J' +
        '\u001b[2A\rthe session store does not answer; trying again\u001b[K\n\u001b[J' +
        '\u001b[1A\rNAME\u001b[K\ngpu-1 3\u001b[K\n\u001b[J',
    );
  });

  it('cuts what would wrap', async () => {
    const scene = [{ name: 'a-long-name', ageMs: 1 }];
    const { outText } = await followed(scene, { terminal: tty({ columns: 6 }) });

    expect(outText).toBe('NAME\u001b[K\na-lon…\u001b[K\n\u001b[J');
  });

  it('says how much does not fit the screen', async () => {
    const scene = [{ name: 'gpu-1\ngpu-2\ngpu-3', ageMs: 1 }];
    const { outText } = await followed(scene, { terminal: tty({ rows: 4 }) });

    expect(outText).toBe('NAME\u001b[K\ngpu-1\u001b[K\n… 2 more lines\u001b[K\n\u001b[J');
  });
});

describe('follow', () => {
  it('ends with what is not an outage', async () => {
    await expect(followed([new Error('a bug')])).rejects.toThrow('a bug');
  });
});
