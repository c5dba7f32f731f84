import 'reflect-metadata';
import { runKafkaService } from 'nestjs-kafka-transport/service';

void runKafkaService(async () => (await import('./service-app.module.js')).ServiceAppModule);
