/** Reads a topic by its registry with Avro's own implementation, in Java. */
import { findOwnApicurio } from "../../services/apicurio.ts";
import { findOwnKafka } from "../../services/kafka.ts";

/** A message as it was decoded. */
export interface DecodedByJava {
  readonly key: string;
  /** The name of its record. */
  readonly record: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** The first `count` messages of a topic, once there are as many. */
export async function readByJava(
  { bootstrap, topic, registry, count }: {
    readonly bootstrap: string;
    readonly topic: string;
    readonly registry: string;
    readonly count: number;
  },
): Promise<DecodedByJava[]> {
  const [kafka, apicurio] = [findOwnKafka(), findOwnApicurio()];
  if (kafka.from !== "programs" || apicurio.from !== "programs") throw new Error("no Java");
  const { java, folder } = apicurio.programs;
  const jars = `${kafka.programs.jars}/*:${folder}/lib/org.apache.avro.avro-1.12.0.jar`;
  const source = new URL("ReadAvro.java", import.meta.url).pathname;
  const { success, stdout, stderr } = await new Deno.Command(java, {
    args: ["-XX:TieredStopAtLevel=1", "-cp", jars, source, bootstrap, topic, registry, `${count}`],
  }).output();
  if (!success) throw new Error(`java failed: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout).trim().split("\n").map((line) => JSON.parse(line));
}
