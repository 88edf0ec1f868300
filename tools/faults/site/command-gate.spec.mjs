import { CommandGate, lengthOfCommand } from './command-gate.mjs';

const command = (...parts) =>
  `*${parts.length}\r\n${parts.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`).join('')}`;

const passed = (gate, text) => String(gate.pass(Buffer.from(text)));

describe('a gate for commands', () => {
  const [set, get, ping] = [command('SET', 'a', '1\r\n'), command('GET', 'ä'), command('PING')];

  it('lets everything pass while nothing is to be kept back', () => {
    const gate = new CommandGate(() => false);
    expect(passed(gate, set + get + ping)).toBe(set + get + ping);
  });

  it('keeps back all that follows the chosen command, and that one', () => {
    const gate = new CommandGate((one) => one.includes('GET'));
    expect(passed(gate, set + get + ping)).toBe(set);
    expect(passed(gate, set)).toBe('');
    expect(gate.release().map(String)).toEqual([get, ping, set]);
    expect(passed(gate, set)).toBe(set);
  });

  it('knows a command by its end, wherever the text was cut', () => {
    const gate = new CommandGate((one) => one.includes('GET'));
    const said = [...(set + get)].map((character) => passed(gate, character)).join('');
    expect(said).toBe(set);
  });

  it('takes no part of a command for one', () => {
    const bytes = Buffer.from(set);
    for (let length = 0; length < bytes.length; length += 1)
      expect(lengthOfCommand(bytes.subarray(0, length))).toBe(0);
    expect(lengthOfCommand(bytes)).toBe(bytes.length);
  });
});
