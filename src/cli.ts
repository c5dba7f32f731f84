import { runKafkaCommands } from './service/index.js';

await runKafkaCommands(async () => (await import('./app.module.js')).AppModule);
