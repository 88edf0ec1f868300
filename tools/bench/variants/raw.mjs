import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('../peers/raw/server.mjs', import.meta.url));

/** `node:http` and the product's Redis client, on the product's own value. */
export const raw = {
  name: 'raw',
  title: 'node:http + ioredis',
  onNode: true,
  programs: [],
  async launch({ node, port, site }) {
    const env = { ...site.settings, PORT: String(port), ANSWER_PREFIX: site.answerPrefix };
    return { command: [node, SERVER], env };
  },
};
