import { runKafkaService } from './service/index.js';

await runKafkaService(async () => (await import('./app.module.js')).AppModule);
