import { AgentStage } from './testing/agent-stage';
import { describeAgent } from './testing/agent.suite';

describeAgent('to Redis', (redisUrl, timings) => new AgentStage(redisUrl, timings));
