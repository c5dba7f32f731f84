import { Body, Post } from '@nestjs/common';
import { z } from 'zod';
import { AuditService } from '../audit/audit.service.js';
import { type Caller, FromCaller } from '../caller.decorator.js';
import { Answers, OpsController } from '../ops-controller.decorator.js';
import { partitionNumber, topicName } from '../schemas.js';
import { ConsumingService, type PausedGroup } from './consuming.service.js';

const Target = z.strictObject({
  topic: topicName,
  partition: partitionNumber.optional().describe('All of them by default'),
  group: z.string().max(255).optional().describe('All groups that read the topic by default'),
});

const at = z.object({ topic: z.string(), partition: z.int() });
const Paused = z.object({
  groups: z.array(
    z.object({
      group: z.string(),
      pausedByOperator: z
        .array(at.partial({ partition: true }))
        .describe('All that is paused in the group: topics, and partitions'),
      assigned: z.array(at).describe('The partitions among them that this member has now'),
    }),
  ),
});

/** Stops topics or partitions, and lets them go on. */
@OpsController('')
export class ConsumingController {
  constructor(
    private readonly consuming: ConsumingService,
    private readonly audit: AuditService,
  ) {}

  /** Fetches and starts nothing more; handlers at work finish, and what they settle is committed. */
  @Post('pause')
  @Answers(
    'Stops a topic, or one partition of it, in this process until it is resumed or the process ends',
    Paused,
  )
  pause(
    @Body({ schema: Target }) target: z.infer<typeof Target>,
    @FromCaller() caller: Caller,
  ): Promise<{ groups: PausedGroup[] }> {
    return this.audit.change({ what: 'pause', parameters: target, caller }, () =>
      this.consuming.pause(target),
    );
  }

  /** Goes on. */
  @Post('resume')
  @Answers('Lets a topic, with all of its partitions, or one partition go on', Paused)
  resume(
    @Body({ schema: Target }) target: z.infer<typeof Target>,
    @FromCaller() caller: Caller,
  ): Promise<{ groups: PausedGroup[] }> {
    return this.audit.change({ what: 'resume', parameters: target, caller }, () =>
      this.consuming.resume(target),
    );
  }
}
