import { afterEach, describe, expect, test } from '@jest/globals';
import {
  type CanActivate,
  Controller,
  forwardRef,
  Get,
  Injectable,
  Logger,
  Module,
  type OnModuleDestroy,
} from '@nestjs/common';
import { Ctx, KafkaContext, Payload } from '@nestjs/microservices';
import { Idempotent, IdempotencyModule } from '../idempotency/index.js';
import { connectKafka, KafkaHandler, KafkaModule, NoHandlerError } from '../transport/index.js';
import { KafkaTesting, KafkaTestingModule, KafkaTestingNotStartedError } from './index.js';

@Injectable()
class Stock implements OnModuleDestroy {
  readonly taken: string[] = [];
  isDestroyed = false;

  take(item: string): void {
    this.taken.push(item);
  }

  onModuleDestroy(): void {
    this.isDestroyed = true;
  }
}

@Controller()
class StockController {
  constructor(private readonly stock: Stock) {}

  @KafkaHandler('items')
  onItem(@Payload() item: string): void {
    this.stock.take(item);
  }

  @Idempotent({ key: { header: 'id' } })
  @KafkaHandler('payments')
  onPayment(@Payload() payment: string): void {
    this.stock.take(payment);
  }

  @KafkaHandler('positions')
  onPosition(@Payload() item: string, @Ctx() context: KafkaContext): void {
    this.stock.take(`${item} of ${context.getTopic()}`);
  }

  @Get('taken')
  taken(): string[] {
    return this.stock.taken;
  }
}

@Module({
  imports: [IdempotencyModule],
  controllers: [StockController],
  providers: [Stock],
  exports: [Stock],
})
class StockModule {}

describe('the testing module', () => {
  let close: () => Promise<unknown> = async () => undefined;

  afterEach(() => close());

  async function created(...given: Parameters<typeof KafkaTestingModule.create>): Promise<KafkaTesting> {
    const kafka = await KafkaTestingModule.create(...given);
    Logger.overrideLogger(false);
    close = () => kafka.close();
    return kafka;
  }

  test('a provider can be overridden as in other tests of Nest', async () => {
    const taken: string[] = [];
    const module = await KafkaTestingModule.createTestingModule({ imports: [StockModule] })
      .overrideProvider(Stock)
      .useValue({ take: (item: string) => taken.push(`fake ${item}`) })
      .compile();
    const kafka = await module.get(KafkaTesting).start();
    close = () => kafka.close();
    await kafka.deliver('items', { value: 'tea' });
    expect(taken).toEqual(['fake tea']);
  });

  test('an idempotent handler handles a duplicate once, with receipts in memory', async () => {
    const kafka = await created({ imports: [StockModule] });
    const record = { value: 'paid', headers: { id: 'p-1' } };
    const deliveries = await kafka.deliverBatch('payments', [record, record]);
    expect(deliveries).toMatchObject([{ status: 'handled' }, { status: 'handled', committed: 2 }]);
    expect(kafka.get(Stock).taken).toEqual(['paid']);
  });

  test('a module that imports KafkaModule keeps its options, and needs no broker', async () => {
    @Module({
      imports: [
        KafkaModule.forRoot({ brokers: ['kafka:9092'], clientId: 'shop', groupId: 'shop' }),
        forwardRef(() => StockModule),
      ],
    })
    class AppModule {}
    const kafka = await created({ imports: [forwardRef(() => AppModule)] });
    await expect(kafka.deliver('items', { value: 'tea' })).resolves.toMatchObject({
      groupId: 'shop',
      status: 'handled',
    });
  });

  test('an application with HTTP can be tested with topics in memory', async () => {
    const module = await KafkaTestingModule.createTestingModule({ imports: [StockModule] }).compile();
    const app = module.createNestApplication();
    close = () => app.close();
    const kafka = app.get(KafkaTesting);
    await expect(kafka.deliver('items', { value: 'tea' })).rejects.toThrow(KafkaTestingNotStartedError);
    connectKafka(app);
    await app.listen(0, '127.0.0.1');
    await app.startAllMicroservices();
    await kafka.deliver('positions', { value: 'tea' });
    const response = await fetch(`${await app.getUrl()}/taken`, { headers: { connection: 'close' } });
    expect(await response.json()).toEqual(['tea of positions']);
  });

  test('global enhancers of the handlers can be set at the start, as with connectKafka', async () => {
    const denies: CanActivate = { canActivate: () => false };
    const module = await KafkaTestingModule.createTestingModule({ imports: [StockModule] }).compile();
    const kafka = await module.get(KafkaTesting).start({ configure: (each) => each.useGlobalGuards(denies) });
    Logger.overrideLogger(false);
    close = () => kafka.close();
    await expect(kafka.deliver('items', { value: 'tea' })).resolves.toMatchObject({
      status: 'dead-letter',
      error: { message: 'Forbidden resource' },
    });
  });

  test('closing destroys the modules even while a handler hangs', async () => {
    @Controller()
    class Hanging {
      @KafkaHandler('hangs')
      onRecord(): Promise<void> {
        return new Promise(() => undefined);
      }
    }
    const kafka = await created({ imports: [StockModule], controllers: [Hanging] }, { hangAfterMs: 20 });
    const stock = kafka.get(Stock);
    await expect(kafka.deliver('hangs', { value: 'x' })).rejects.toThrow('Hanging.onRecord');
    await kafka.close();
    close = async () => undefined;
    expect(stock.isDestroyed).toBe(true);
  });

  test('a test without handlers fails at the start', async () => {
    await expect(KafkaTestingModule.create({ providers: [Stock] })).rejects.toThrow(NoHandlerError);
  });

  test('invalid options of the module are reported', async () => {
    await expect(KafkaTestingModule.create({ imports: [StockModule] }, { groupId: '' })).rejects.toThrow(
      'groupId',
    );
  });
});
