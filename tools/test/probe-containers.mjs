import { GenericContainer } from 'testcontainers';

const START_TIMEOUT_MS = 60_000;

try {
  const container = await new GenericContainer(process.argv[2])
    .withExposedPorts(6379)
    .withStartupTimeout(START_TIMEOUT_MS)
    .start();
  await container.stop();
  process.exit(0);
} catch (error) {
  console.error(error.message.trim());
  process.exit(1);
}
