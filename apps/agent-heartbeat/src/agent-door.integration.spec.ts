import { describeAgentFaults } from './testing/agent-faults.suite';
import { describeAgent } from './testing/agent.suite';
import { DoorStage } from './testing/door-stage';

describeAgent('through a door', (redisUrl, timings) => new DoorStage(redisUrl, timings));
describeAgentFaults('through a door', (redisUrl, timings) => new DoorStage(redisUrl, timings));
