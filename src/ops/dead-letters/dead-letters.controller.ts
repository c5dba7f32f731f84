import { Body, Get, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { AuditService, fingerprint } from '../audit/audit.service.js';
import { type Caller, FromCaller } from '../caller.decorator.js';
import { Answers, OpsController } from '../ops-controller.decorator.js';
import { DeadLetterQuery, DeadLetters, ReplayAnswer, ReplayRequest } from './dead-letters.schemas.js';
import { DeadLettersService, type DeadLettersView } from './dead-letters.service.js';
import { type ReplayOutcome, ReplayService } from './replay.service.js';

/** Looks at dead letters, and sends them back. */
@OpsController('dead-letters')
export class DeadLettersController {
  constructor(
    private readonly deadLetters: DeadLettersService,
    private readonly replays: ReplayService,
    private readonly audit: AuditService,
  ) {}

  /** How many there are, and which. */
  @Get()
  @Answers('Counts dead letters by topic, reason and hour, and lists them', DeadLetters)
  list(
    @Query({ schema: DeadLetterQuery }) query: z.infer<typeof DeadLetterQuery>,
    @FromCaller() { gone }: Caller,
  ): Promise<DeadLettersView> {
    return this.deadLetters.list(query, gone);
  }

  /** Back to where they came from, or only whether they would pass. */
  @Post('replay')
  @Answers(
    'Sends dead letters back to their topics; without dryRun: false it only says what that would do',
    ReplayAnswer,
  )
  async replay(
    @Body({ schema: ReplayRequest }) request: z.infer<typeof ReplayRequest>,
    @FromCaller() caller: Caller,
  ): Promise<ReplayOutcome> {
    const run = (): Promise<ReplayOutcome> => this.replays.run(request, caller.gone);
    if (request.dryRun) return run();
    const { key, ...others } = request;
    const parameters = key === undefined ? others : { ...others, key: fingerprint(key) };
    const change = { what: 'replay', parameters, caller } as const;
    // What a process that is killed in between has sent, nobody else would tell.
    this.audit.note(change, 'begun');
    return this.audit.change(change, run);
  }
}
