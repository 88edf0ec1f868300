import { describeBareIds } from './bare-ids.suite';
import { describeClaimants } from './claimants.suite';
import { describeEvictions } from './evictions.suite';
import { describeFences } from './fences.suite';
import { describeHolds } from './holds.suite';
import { describeLeases } from './leases.suite';
import { describeLimits } from './limits.suite';
import { describeProtection } from './protection.suite';
import { describeReports } from './reports.suite';
import { describeRoll } from './roll.suite';
import { describeSettling } from './settling.suite';
import { Stage } from './stage';
import type { StoreHarness, StoreHarnessFactory } from './store-harness';
import { describeSurvey } from './survey.suite';
import { describeTokenEnds } from './token-ends.suite';
import { describeTokens } from './tokens.suite';
import { describeUnknownLists } from './unknown-lists.suite';

/** The conformance suite: what every implementation of the `SessionStore` port has to do. */
export function describeSessionStore(name: string, makeHarness: StoreHarnessFactory): void {
  describe(`${name} as a session store`, () => {
    let harness: StoreHarness;
    beforeAll(async () => {
      harness = await makeHarness();
    });
    afterAll(async () => harness.stop());

    const stage = new Stage(() => harness);
    describeReports(stage);
    describeUnknownLists(stage);
    describeLimits(stage);
    describeFences(stage);
    describeBareIds(stage);
    describeLeases(stage);
    describeSettling(stage);
    describeEvictions(stage);
    describeRoll(stage);
    describeSurvey(stage);
    describeHolds(stage);
    describeProtection(stage);
    describeTokens(stage);
    describeTokenEnds(stage);
    describeClaimants(stage);
  });
}
