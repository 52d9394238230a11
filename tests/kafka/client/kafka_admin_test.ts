import { ok, rejects, strictEqual } from "node:assert/strict";
import { clusterIdOf } from "../../../src/kafka/client/kafka_admin.ts";
import { KafkaError } from "../../../src/kafka/kafka_error.ts";
import { systemClock as clock } from "../../../src/runtime/clock.ts";
import { serviceTest } from "../../services/with_services.ts";

const kafkaTest = serviceTest("kafka");

function asked(servers: readonly string[]): Promise<string> {
  return clusterIdOf({ connection: { servers, clientId: "test" }, clock });
}

kafkaTest("clusterIdOf() is the same whenever it is asked", async () => {
  const servers = Deno.env.get("SITEMON_TEST_KAFKA")!.split(",");
  const id = await asked(servers);
  ok(id.length > 0);
  strictEqual(await asked(["127.0.0.1:1", ...servers]), id);
});

Deno.test("clusterIdOf() says that no broker answers", async () => {
  await rejects(
    asked(["127.0.0.1:1"]),
    (error) => error instanceof KafkaError && error.failure === "unreachable",
  );
});
