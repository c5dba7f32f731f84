import kafkajs, { type ICustomPartitioner } from 'kafkajs';

const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;

/**
 * Kafka's own way to choose a partition, as its Java client has it. kafkajs gives the same answers, but hashes with
 * a number that grows with the key: one of 1 MB keeps the process busy for minutes.
 */
export const partitioner: ICustomPartitioner = () => {
  const otherwise = kafkajs.Partitioners.DefaultPartitioner();
  return (args) => {
    const { key, partition } = args.message;
    if (partition != null || key == null) return otherwise(args);
    return keyPartition(Buffer.from(key), args.partitionMetadata.length);
  };
};

/** The partition, of so many, to which a key belongs. */
export function keyPartition(key: Buffer, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}

/** The 32-bit hash of Kafka's `Utils.murmur2`. */
export function murmur2(data: Buffer): number {
  const whole = data.length & ~3;
  let hash = SEED ^ data.length;
  for (let at = 0; at < whole; at += 4) {
    let part = Math.imul(data.readInt32LE(at), MULTIPLIER);
    part = Math.imul(part ^ (part >>> 24), MULTIPLIER);
    hash = Math.imul(hash, MULTIPLIER) ^ part;
  }
  const rest = data.length - whole;
  if (rest > 0) hash = Math.imul(hash ^ data.readUIntLE(whole, rest), MULTIPLIER);
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return hash ^ (hash >>> 15);
}
