import { expect, test } from '@jest/globals';
import { Controller, Logger } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { connectKafka, KafkaHandler, KafkaModule } from '../transport/index.js';
import { KafkaTesting, KafkaTestingModule } from './index.js';

const handled: string[] = [];

@Controller()
class Entries {
  @KafkaHandler('entries')
  onEntry(@Payload() entry: string): void {
    handled.push(`${entry} without a cluster`);
  }

  @KafkaHandler('entries', { cluster: 'audit' })
  onAudit(@Payload() entry: string): void {
    handled.push(`${entry} in audit`);
  }
}

const options = { brokers: ['kafka:9092'], clientId: 'shop', groupId: 'shop' };

test('a record of the cluster without a name is not delivered to handlers of another cluster', async () => {
  const module = await KafkaTestingModule.createTestingModule({
    imports: [KafkaModule.forRoot(options), KafkaModule.forRoot({ ...options, name: 'audit' })],
    controllers: [Entries],
  }).compile();
  const app = module.createNestApplication();
  Logger.overrideLogger(false);
  connectKafka(app);
  await app.startAllMicroservices();
  try {
    const kafka = await app.get(KafkaTesting).start();
    const delivery = await kafka.deliver('entries', { value: 'one' });
    expect(delivery).toMatchObject({ status: 'handled', attempts: 1, committed: 1 });
    expect(handled).toEqual(['one without a cluster']);
  } finally {
    await app.close();
  }
}, 20_000);
