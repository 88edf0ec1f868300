import { AgentStage } from './testing/agent-stage';
import { describeAgentFaults } from './testing/agent-faults.suite';

describeAgentFaults('to Redis', (redisUrl, timings) => new AgentStage(redisUrl, timings));
