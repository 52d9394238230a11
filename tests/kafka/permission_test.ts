import { ok, strictEqual } from "node:assert/strict";
import { brokers, type Permitted } from "../../src/config/permissions/needs.ts";
import { within } from "../support/waiting.ts";
import { startKafka } from "../services/kafka.ts";
import { serviceTest } from "../services/with_services.ts";

const kafkaTest = serviceTest("own kafka");

/** What the relay thread may read of the environment, and no more. */
const { env: ENV } = brokers({ config: { kafka: undefined }, sites: [] } as unknown as Permitted);

/** What a thread says that published to `servers` with these net permissions, and no others. */
async function publishWith(net: string[], servers: string): Promise<string> {
  const permissions = { net, env: [...ENV!] };
  const url = new URL("./publishing_worker.ts", import.meta.url).href;
  const worker = new Worker(url, { type: "module", deno: { permissions } });
  try {
    const said = Promise.withResolvers<string>();
    worker.onmessage = ({ data }) => said.resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      said.resolve(event.message);
    };
    worker.postMessage(servers);
    return await within(60_000, "publishing", said.promise);
  } finally {
    worker.terminate();
  }
}

function lacks(said: string, address: string): void {
  ok(said.startsWith("permission:"), said);
  ok(said.includes(`broker "${address}" is not in "kafka.servers"; add it`), said);
}

kafkaTest("publish() needs no more than the brokers' host:port, by name or address", async () => {
  await using kafka = await startKafka();
  const byName = kafka.bootstrap.replace("127.0.0.1", "localhost");
  strictEqual(await publishWith([kafka.bootstrap], kafka.bootstrap), "acknowledged 1");
  strictEqual(await publishWith([kafka.bootstrap, byName], byName), "acknowledged 1");
  lacks(await publishWith(["other.test:9092"], byName), byName);
  lacks(await publishWith(["other.test:9092"], kafka.bootstrap), kafka.bootstrap);
  // It reaches the one that is named, which sends it on to itself under another name.
  lacks(await publishWith([byName], byName), kafka.bootstrap);
});

kafkaTest(
  "publish() names the listener that a broker advertises and nobody permitted",
  async () => {
    await using kafka = await startKafka({ advertised: ["kafka.test:9092"] });
    lacks(await publishWith([kafka.bootstrap], kafka.bootstrap), "kafka.test:9092");
  },
);
