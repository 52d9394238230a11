import { deepStrictEqual } from "node:assert/strict";
import { storedPartitions } from "../../../src/kafka/client/producer_session.ts";

Deno.test("storedPartitions() leaves out partitions that did not say that they stored something", () => {
  const answers = [{ partition: 0, errorCode: 0 }, { partition: 1, errorCode: 6 }];
  deepStrictEqual([...storedPartitions(answers)], [0]);
  deepStrictEqual([...storedPartitions([])], []);
});
