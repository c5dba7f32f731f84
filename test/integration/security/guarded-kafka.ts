import kafkajs from 'kafkajs-pinned';
import { kafkaClient, withAdmin } from '../../../tools/kafka/index.js';
import { OwnKafka } from '../staying-alive/own-kafka.js';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;
const user = { username: 'service', password: 'correct horse' };

/** A Kafka for one test file that grants users nothing by default. */
export class GuardedKafka extends OwnKafka {
  static override async start(): Promise<GuardedKafka> {
    const { cluster } = await OwnKafka.start({
      sasl: user,
      properties: {
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        // The user of the listener without authentication: the broker itself, and the test.
        'super.users': 'User:ANONYMOUS',
      },
    });
    return new GuardedKafka(cluster);
  }

  /** The credentials of a service. */
  get login() {
    return {
      KAFKA_BROKERS: this.cluster.secure?.bootstrap ?? '',
      KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT',
      KAFKA_SASL_MECHANISM: 'PLAIN',
      KAFKA_SASL_USERNAME: user.username,
      KAFKA_SASL_PASSWORD: user.password,
    };
  }

  /** Grants the service an operation on a topic or a group. */
  async grant(
    resourceType: 'TOPIC' | 'GROUP',
    resourceName: string,
    ...operations: readonly ('READ' | 'WRITE' | 'CREATE' | 'ALTER' | 'DESCRIBE')[]
  ): Promise<void> {
    const acl = operations.map((operation) => ({
      resourceType: AclResourceTypes[resourceType],
      resourceName,
      resourcePatternType: ResourcePatternTypes.LITERAL,
      principal: `User:${user.username}`,
      host: '*',
      operation: AclOperationTypes[operation],
      permissionType: AclPermissionTypes.ALLOW,
    }));
    await withAdmin(kafkaClient(this.bootstrap), (admin) => admin.createAcls({ acl }));
  }
}
