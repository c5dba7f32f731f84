import type { Logger } from '@nestjs/common';
import { type Membership, OWN_ASSIGNOR, type UnlikeMember } from '../../client/index.js';

/** Warns of members that probably belong to another service; again only when they change. */
export class MemberLog {
  #unlike = '';
  #assignor = OWN_ASSIGNOR;

  constructor(
    private readonly logger: Logger,
    private readonly groupId: string,
  ) {}

  joined({ unlike, assignor }: Pick<Membership, 'unlike' | 'assignor'>): void {
    const named = unlike.map(inWords).join('; ');
    if (named !== '' && named !== this.#unlike) {
      this.logger.warn(
        `group ${this.groupId} has members that read other topics: ${named}. If that is another service, give it a ` +
          'KAFKA_GROUP_ID of its own: each of its rebalances interrupts this one. During a rollout that adds or removes ' +
          'topics this is expected',
      );
    }
    if (assignor !== OWN_ASSIGNOR && assignor !== this.#assignor) {
      this.logger.warn(
        `group ${this.groupId} has members without the assignor ${OWN_ASSIGNOR}, so it uses ${assignor}, which moves ` +
          'most partitions at each rebalance. If they belong to another service, give it a KAFKA_GROUP_ID of its own. ' +
          "During a rollout from kafkajs's own assignor this is expected",
      );
    }
    this.#unlike = named;
    this.#assignor = assignor;
  }
}

function inWords({ clientId, additional, missing }: UnlikeMember): string {
  const differences = [
    ...(additional.length > 0 ? [`also reads ${additional.join(', ')}`] : []),
    ...(missing.length > 0 ? [`does not read ${missing.join(', ')}`] : []),
  ];
  return `client ${clientId} ${differences.join(' and ')}`;
}
