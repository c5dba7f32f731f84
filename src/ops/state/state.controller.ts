import { Get } from '@nestjs/common';
import { KafkaRuntime, type TopicProblem } from '../../transport/index.js';
import { Answers, OpsController } from '../ops-controller.decorator.js';
import { State } from './state.schema.js';
import { type GroupState, groupState } from './state-view.js';

/** What the consumers are at. Answered from memory: no broker needs to be there. */
@OpsController('state')
export class StateController {
  constructor(private readonly runtime: KafkaRuntime) {}

  /** Each group, its member, its partitions, and what holds them up. */
  @Get()
  @Answers('Tells what the consumers of this process are at, and what holds them up', State)
  state(): { at: number; groups: GroupState[]; topicProblems: readonly TopicProblem[] } {
    return {
      at: Date.now(),
      groups: this.runtime.groups.map(groupState),
      topicProblems: this.runtime.ownTopics.problems,
    };
  }
}
