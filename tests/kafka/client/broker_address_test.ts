// Goal: brokers with IPv6 addresses work as any other, in the configuration and in what they advertise.
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  brokerAddress,
  withColons,
  withoutColons,
} from "../../../src/kafka/client/broker_address.ts";
import { startKafka } from "../../services/kafka.ts";
import { serviceTest } from "../../services/with_services.ts";
import { freePort } from "../../support/free_port.ts";
import { rows, TestPublisher } from "../kafka_fixture.ts";

Deno.test("brokerAddress() puts brackets around IPv6 addresses alone", () => {
  strictEqual(brokerAddress({ host: "2001:db8::1", port: 9092 }), "[2001:db8::1]:9092");
  strictEqual(brokerAddress({ host: "k-1.example", port: 9092 }), "k-1.example:9092");
});

Deno.test("withColons() undoes withoutColons(), and leaves names as they are", () => {
  for (
    const [server, hidden] of [
      ["[2001:db8::1]:9092", "[2001_db8__1]:9092"],
      ["[::ffff:127.0.0.1]:9092", "[__ffff_127.0.0.1]:9092"],
      ["kafka_1:9092", "kafka_1:9092"],
    ] as const
  ) {
    deepStrictEqual([withoutColons(server), withColons(hidden)], [hidden, server]);
  }
});

serviceTest("own kafka")("a broker at an IPv6 address takes rows", async () => {
  const [port, internal, controller] = [freePort(), freePort(), freePort()];
  const listeners = `CLIENT://[::1]:${port},BROKER://127.0.0.1:${internal}`;
  await using _kafka = await startKafka({
    settings: {
      listeners: `${listeners},CONTROLLER://127.0.0.1:${controller}`,
      "advertised.listeners": listeners,
      "controller.quorum.voters": `1@127.0.0.1:${controller}`,
    },
  });
  const bootstrap = `[::1]:${port}`;
  await using publisher = new TestPublisher({ bootstrap });
  deepStrictEqual((await publisher.publish(rows(3))).acknowledged, [1, 2, 3]);
});
