import { Body, Get, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { AuditService, fingerprint } from '../audit/audit.service.js';
import { type Caller, FromCaller } from '../caller.decorator.js';
import { Answers, OpsController } from '../ops-controller.decorator.js';
import {
  DeadLetterAnswer,
  DeadLetterPosition,
  DeadLetterQuery,
  DeadLetters,
  ReplayAnswer,
  ReplayRequest,
} from './dead-letters.schemas.js';
import { DeadLettersService, type DeadLettersView, type ShownDeadLetter } from './dead-letters.service.js';
import { type ReplayOutcome, ReplayService } from './replay.service.js';

/** Lists and replays dead letters. */
@OpsController('dead-letters')
export class DeadLettersController {
  constructor(
    private readonly deadLetters: DeadLettersService,
    private readonly replays: ReplayService,
    private readonly audit: AuditService,
  ) {}

  @Get()
  @Answers('Counts dead letters by topic, reason and hour, and lists them', DeadLetters)
  list(
    @Query({ schema: DeadLetterQuery }) query: z.infer<typeof DeadLetterQuery>,
    @FromCaller() { gone }: Caller,
  ): Promise<DeadLettersView> {
    return this.deadLetters.list(query, gone);
  }

  /** The error of one dead letter, with its stack. */
  @Get('record')
  @Answers('Shows why a record is a dead letter, with the stack of the error', DeadLetterAnswer)
  show(
    @Query({ schema: DeadLetterPosition }) position: z.infer<typeof DeadLetterPosition>,
  ): Promise<ShownDeadLetter> {
    return this.deadLetters.show(position);
  }

  /** Sends dead letters back to their original topics, or only checks them against the handlers. */
  @Post('replay')
  @Answers(
    'Sends dead letters back to their topics; without dryRun: false it only reports what it would do',
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
    // If the process is killed during the replay, this line is the only evidence of it.
    this.audit.note(change, 'begun');
    return this.audit.change(change, run);
  }
}
