import { deepStrictEqual } from "node:assert/strict";
import { topicProblems } from "../../src/kafka/topic_settings.ts";

for (
  const [what, settings, problems] of [
    ["Kafka's defaults", {}, []],
    ["what a broker leaves out", { "cleanup.policy": undefined }, []],
    ["the least that is enough", { "max.message.bytes": "131072", "retention.ms": "3600000" }, []],
    ["messages that stay forever", { "retention.ms": "-1" }, []],
    ["a topic that is compacted", { "cleanup.policy": "compact,delete" }, [
      '"cleanup.policy" is "compact,delete": of each site all reports but the newest are deleted; ' +
      'set "delete"',
    ]],
    ["a topic that is compacted alone", { "cleanup.policy": "compact", "retention.ms": "5" }, [
      '"cleanup.policy" is "compact": of each site all reports but the newest are deleted; set "delete"',
    ]],
    ["small messages and a short time", {
      "max.message.bytes": "131071",
      "retention.ms": "3599999",
    }, [
      '"max.message.bytes" is 131071: larger reports are refused and dropped; set at least 131072',
      '"retention.ms" is 3599999: what no consumer has read by then is lost; set at least 3600000',
    ]],
  ] as const
) {
  Deno.test(`topicProblems() finds ${problems.length} in ${what}`, () => {
    const defaults = {
      "cleanup.policy": "delete",
      "max.message.bytes": "1048588",
      "retention.ms": "604800000",
    };
    const all = Object.entries({ ...defaults, ...settings });
    const known = all.flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const]
    );
    deepStrictEqual(topicProblems(new Map(known)), problems);
  });
}
