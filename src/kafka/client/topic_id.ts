/**
 * The id of a topic, which one of the same name that is created again does not have. Kafkajs's own
 * requests are older than ids.
 *
 * @see https://cwiki.apache.org/confluence/display/KAFKA/KIP-516%3A+Topic+Identifiers
 * @see https://kafka.apache.org/protocol.html#The_Messages_Metadata, version 12
 */
import type { Buffer } from "node:buffer";
import type { Cluster } from "kafkajs";
import Decoder from "kafkajs/decoder";
import Encoder from "kafkajs/encoder";

const METADATA = 3;
/** Since Kafka 3.0. */
const VERSION = 12;
const UUID_BYTES = 16;

/** What kafkajs's type of a broker leaves out. */
interface Sending {
  readonly versions: Readonly<Record<number, { readonly maxVersion: number } | undefined>>;
  readonly connectionPool: { send(request: object): Promise<string | undefined> };
}

/** In hexadecimal; undefined if the topic is missing, or the broker older than ids. */
export async function topicIdOf(cluster: Cluster, topic: string): Promise<string | undefined> {
  const [nodeId] = cluster.getNodeIds();
  // Finding brokers again is left to whoever reads from them.
  if (nodeId === undefined || !cluster.isConnected()) return undefined;
  const broker = await cluster.findBroker({ nodeId: String(nodeId) }) as unknown as Sending;
  if ((broker.versions[METADATA]?.maxVersion ?? 0) < VERSION) return undefined;
  const request = {
    apiKey: METADATA,
    apiVersion: VERSION,
    apiName: "Metadata",
    encode: () => Promise.resolve(encodeRequest(topic)),
  };
  const decode = (bytes: Buffer) => Promise.resolve({ id: readTopicId(bytes) });
  const parse = ({ id }: { id: string | undefined }) => Promise.resolve(id);
  return await broker.connectionPool.send({ request, response: { decode, parse } });
}

/** Tags of the header; topics of no id, a name and no tags; two flags that are off; no tags. */
function encodeRequest(topic: string): unknown {
  return new Encoder().writeUVarInt(0).writeUVarInt(2).writeInt64("0").writeInt64("0")
    .writeUVarIntString(topic).writeUVarInt(0).writeBoolean(false).writeBoolean(false)
    .writeUVarInt(0);
}

/** The id of the first topic of the answer. */
export function readTopicId(bytes: Buffer): string | undefined {
  const reader = new Decoder(bytes);
  reader.readTaggedFields();
  reader.readInt32();
  reader.readUVarIntArray((broker: typeof reader) => {
    broker.readInt32();
    broker.readUVarIntString();
    broker.readInt32();
    broker.readUVarIntString();
    broker.readTaggedFields();
  });
  reader.readUVarIntString();
  reader.readInt32();
  const topicCount = reader.readUVarInt() - 1;
  if (topicCount < 1 || reader.readInt16() !== 0) return undefined;
  reader.readUVarIntString();
  return reader.readBytes(UUID_BYTES).toString("hex");
}
