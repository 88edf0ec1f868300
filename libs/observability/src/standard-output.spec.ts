import { EventEmitter } from 'node:events';
import { standardOutput } from './standard-output';

class FakeOutput extends EventEmitter {
  writableLength = 0;
  readonly written: string[] = [];

  write(text: string): void {
    this.written.push(text);
  }
}

describe('standardOutput', () => {
  it('passes lines on as they come', () => {
    const output = new FakeOutput();

    standardOutput(output).write('one\n');
    standardOutput(output).write('two\n');

    expect(output.written).toEqual(['one\n', 'two\n']);
  });

  it('drops lines while nobody reads, and goes on when somebody does', () => {
    const output = new FakeOutput();
    const lines = standardOutput(output);

    output.writableLength = 4 * 1024 * 1024;
    lines.write('lost\n');
    output.writableLength = 0;
    lines.write('read\n');

    expect(output.written).toEqual(['read\n']);
  });

  it('survives that its reader has gone', () => {
    const output = new FakeOutput();
    standardOutput(output);

    expect(() => output.emit('error', new Error('write EPIPE'))).not.toThrow();
  });
});
