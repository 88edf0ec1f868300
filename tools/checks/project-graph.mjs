import { createProjectGraphAsync } from '@nx/devkit';

/**
 * Writes the project graph that ESLint's boundary rule reads.
 * Without one in the cache the rule only warns and lets everything pass.
 */
export async function refreshProjectGraph() {
  process.env.NX_DAEMON = 'false';
  await createProjectGraphAsync({ exitOnError: false });
}
