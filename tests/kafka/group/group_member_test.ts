// Goal: members of a group hold every partition once, whoever comes, goes or cannot be reached.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { eventually } from "../../support/waiting.ts";
import { freePort } from "../../support/free_port.ts";
import { serviceTest } from "../../services/with_services.ts";
import { aGroup, DEADLINE_MS, TestMember } from "./test_member.ts";

const sharedTest = serviceTest("kafka");

const ALL = Array.from({ length: 12 }, (_, partition) => partition);

sharedTest(
  "members hold each partition once, and what one leaves is the others' at once",
  async () => {
    const group = aGroup();
    await using a = new TestMember(group);
    deepStrictEqual(await a.holds(12), ALL);
    await using b = new TestMember(group);
    await using c = new TestMember(group);
    const shares = await Promise.all([a.holds(4), b.holds(4), c.holds(4)]);
    deepStrictEqual(shares.flat().sort((x, y) => x - y), ALL);
    strictEqual(a.of, 12);
    await c.leave();
    deepStrictEqual(c.held, []);
    const [ofA, ofB] = await Promise.all([a.holds(6), b.holds(6)]);
    deepStrictEqual([...ofA, ...ofB].sort((x, y) => x - y), ALL);
    ok(shares[0].every((partition) => ofA.includes(partition)), "what a member holds it keeps");
    deepStrictEqual(a.telemetry.dependencies.at(-1), { ok: true });
  },
);

sharedTest("groups do not disturb each other on one topic", async () => {
  const { topic } = aGroup();
  await using east = new TestMember({ topic, group: `${topic}/checkers@east` });
  await using west = new TestMember({ topic, group: `${topic}/checkers@west` });
  deepStrictEqual(await east.holds(12), ALL);
  deepStrictEqual(await west.holds(12), ALL);
});

sharedTest("members beyond the number of partitions hold none, and are ready", async () => {
  const group = { ...aGroup(), partitions: 1 };
  await using a = new TestMember(group);
  await using b = new TestMember(group);
  await eventually(DEADLINE_MS, "one holder", () => {
    const areTold = a.of === 1 && b.of === 1;
    return areTold && a.held.length + b.held.length === 1 || undefined;
  });
  for (const { telemetry } of [a, b]) deepStrictEqual(telemetry.dependencies.at(-1), { ok: true });
});

Deno.test("a member that reaches no broker holds nothing, and says why", async () => {
  await using member = new TestMember({ ...aGroup(), bootstrap: `127.0.0.1:${freePort()}` });
  const [first] = member.telemetry.dependencies;
  strictEqual(first!.reason, "joining");
  await member.telemetry.reports("unreachable");
  deepStrictEqual(member.held, []);
});

sharedTest("a member says that the topic is missing, when it may not make it", async () => {
  await using member = new TestMember({ ...aGroup(), createTopic: false });
  await member.telemetry.reports("topic_missing");
  deepStrictEqual(member.held, []);
});
