import { deepStrictEqual } from "node:assert/strict";
import { storedMessages } from "../../../src/kafka/client/stored_messages.ts";

Deno.test("storedMessages() leaves out messages whose partition did not say that it stored them", () => {
  const [a, b, c, d] = ["a", "b", "c", "d"].map((value) => ({ value }));
  const partitions = new Map([[a!, 0], [b!, 1], [c!, 2], [d!, 0]]);
  const answers = [{ partition: 0, errorCode: 0 }, { partition: 1, errorCode: 6 }];
  deepStrictEqual([...storedMessages(answers, partitions)], [a, d]);
  deepStrictEqual([...storedMessages([], partitions)], []);
});
