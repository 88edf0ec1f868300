import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup/install.mjs';

/** A page of docs, with the paths and ports of a test instead of its own. */
export class ManualPage {
  #name;
  #text;

  constructor(name, replacements) {
    this.#name = name;
    this.#text = readFileSync(join(root, 'docs', name), 'utf8');
    for (const [ours, theirs] of Object.entries(replacements))
      this.#text = this.#text.replaceAll(ours, theirs);
  }

  /** The one block of a language that has a mark in it. One that is gone, or two where there was one, is an error. */
  block(language, mark) {
    const fences = this.#text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm);
    const blocks = [...fences].filter(([, its, text]) => its === language && text.includes(mark));
    if (blocks.length !== 1)
      throw new Error(`docs/${this.#name}: ${blocks.length} ${language} blocks with ${mark}`);
    return blocks[0][2];
  }
}

/** The settings of a block as `name="value"`, a line each. */
export function quotedSettings(text) {
  const settings = text.matchAll(/^([a-z-]+)\s*=\s*"([^"]*)"$/gm);
  return Object.fromEntries([...settings].map(([, name, value]) => [name, value]));
}
