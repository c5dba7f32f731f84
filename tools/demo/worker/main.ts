import { runKafkaService } from '../../../src/service/index.js';

await runKafkaService(async () => (await import('./demo.module.js')).DemoModule);
