import { Get } from '@nestjs/common';
import { type GroupSnapshot, KafkaRuntime, type TopicProblem } from '../../transport/index.js';
import { Answers, OpsController } from '../ops-controller.decorator.js';
import { State } from './state.schema.js';

/** Reports the state of the consumers from memory, without contacting a broker. */
@OpsController('state')
export class StateController {
  constructor(private readonly runtime: KafkaRuntime) {}

  /** Each group with its member, its partitions, and what blocks them. */
  @Get()
  @Answers('Returns the state of the consumers of this process and what blocks them', State)
  state(): { at: number; groups: GroupSnapshot[]; topicProblems: readonly TopicProblem[] } {
    return {
      at: Date.now(),
      groups: this.runtime.groups.map((group) => group.snapshot()),
      topicProblems: this.runtime.ownTopics.problems,
    };
  }
}
