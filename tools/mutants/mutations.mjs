import { AGENT_MUTANTS } from './agent-mutations.mjs';
import { BELIEF_MUTANTS } from './belief-mutations.mjs';
import { SERVICE_MUTANTS } from './service-mutations.mjs';
import { STORE_MUTANTS } from './store-mutations.mjs';

/** Every mechanism of the lease protocol: how to take it out, and the tests that must notice. */
export const MUTANTS = [...STORE_MUTANTS, ...BELIEF_MUTANTS, ...SERVICE_MUTANTS, ...AGENT_MUTANTS];
