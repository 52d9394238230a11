import { deepStrictEqual } from "node:assert/strict";
import { produceEvents } from "../../src/threads/produce_events.ts";
import { connectionTo, readTopic, sharedBootstrap } from "../kafka/kafka_fixture.ts";
import { serviceTest } from "../services/with_services.ts";
import { uniqueName } from "../support/unique_name.ts";

serviceTest("kafka")(
  "produceEvents() sends to the topic of its target, which it makes",
  async () => {
    const target = {
      ...connectionTo(sharedBootstrap()),
      topic: uniqueName("alerts"),
      createTopic: true,
    };
    const event = { key: "shop", value: "down", headers: {} };
    const { result } = await produceEvents(target, [event], new AbortController().signal);
    const read = await readTopic(sharedBootstrap(), target.topic);
    deepStrictEqual([result, ...read.map(({ key, value }) => `${key} ${value}`)], [
      ...["delivered", "shop down"],
    ]);
  },
);
