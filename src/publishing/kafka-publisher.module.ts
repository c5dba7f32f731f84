import { Module } from '@nestjs/common';
import { Publisher } from './publisher.js';

/** Provides {@link Publisher}, for all clusters. Import it where it is injected. */
@Module({ providers: [Publisher], exports: [Publisher] })
export class KafkaPublisherModule {}
