import { Body, Post } from '@nestjs/common';
import { z } from 'zod';
import { AuditService } from '../audit/audit.service.js';
import { type Caller, FromCaller } from '../caller.decorator.js';
import { Answers, OpsController } from '../ops-controller.decorator.js';
import { partitionNumber, topicName } from '../schemas.js';
import { ConsumingService, type PausedGroup } from './consuming.service.js';

const Target = z.strictObject({
  topic: topicName,
  partition: partitionNumber.optional().describe('Default: all partitions'),
  group: z.string().max(255).optional().describe('Default: all groups that consume the topic'),
});

const at = z.object({ topic: z.string(), partition: z.int() });
const Paused = z.object({
  groups: z.array(
    z.object({
      group: z.string(),
      pausedByOperator: z
        .array(at.partial({ partition: true }))
        .describe('Topics and partitions of the group that are paused'),
      assigned: z.array(at).describe('Paused partitions that are assigned to this member'),
    }),
  ),
});

/** Pauses and resumes topics or partitions. */
@OpsController('')
export class ConsumingController {
  constructor(
    private readonly consuming: ConsumingService,
    private readonly audit: AuditService,
  ) {}

  /** Stops fetching and starting handlers; running handlers finish, and settled offsets are committed. */
  @Post('pause')
  @Answers(
    'Pauses a topic or one partition of it in this process, until it is resumed or the process ends',
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

  /** Ends a pause. */
  @Post('resume')
  @Answers('Resumes a topic with all of its partitions, or one partition', Paused)
  resume(
    @Body({ schema: Target }) target: z.infer<typeof Target>,
    @FromCaller() caller: Caller,
  ): Promise<{ groups: PausedGroup[] }> {
    return this.audit.change({ what: 'resume', parameters: target, caller }, () =>
      this.consuming.resume(target),
    );
  }
}
