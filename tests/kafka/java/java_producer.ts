/** Kafka's own producer, in Java, for what sitemon's never writes. */
import { findOwnKafka } from "../../services/kafka.ts";

export type Codec = "none" | "gzip" | "snappy" | "lz4" | "zstd";

/** Writes to the first partition, in batches of up to 500 kB by codec; both in their order. */
export async function produceByJava(
  { bootstrap, topic }: { readonly bootstrap: string; readonly topic: string },
  messages: readonly { readonly codec: Codec; readonly value: Uint8Array }[],
): Promise<void> {
  const found = findOwnKafka();
  if (found.from !== "programs") throw new Error("no Kafka of this machine's own");
  const { java, jars } = found.programs;
  const source = new URL("Produce.java", import.meta.url).pathname;
  const child = new Deno.Command(java, {
    args: ["-XX:TieredStopAtLevel=1", "-cp", `${jars}/*`, source, bootstrap, topic],
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const lines = messages.map(({ codec, value }) => `${codec} ${value.toBase64()}\n`);
  const written = new Response(lines.join("")).body!.pipeTo(child.stdin);
  const { success, stderr } = await child.output();
  await written;
  if (!success) throw new Error(`java failed: ${new TextDecoder().decode(stderr)}`);
}
