import { LookupGate } from '../resolve/lookup-gate';

/** The gate of verifications: a lookup's, but apart from it, so that neither crowds the other out. */
export class VerificationGate extends LookupGate {}
