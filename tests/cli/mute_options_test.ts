import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { UsageError } from "../../src/cli/exit_code.ts";
import { MUTE_MS_MAX, muteOf, type MuteOptions } from "../../src/cli/mute_options.ts";

const NOW = new Date("2026-05-01T12:00:00Z");
const WHO = { author: "ann", reason: "upgrade" };

Deno.test("muteOf() begins now, and lasts for a time or until one", () => {
  const { id, ...mute } = muteOf({ ...WHO, for: "2h" }, "silence", NOW);
  deepStrictEqual(mute, {
    kind: "silence",
    from: NOW,
    until: new Date("2026-05-01T14:00:00Z"),
    ...{ names: null, labels: null, ...WHO, is_configured: false },
  });
  strictEqual(id.length, 36);
  const past = muteOf({ ...WHO, from: "2h", until: "2026-05-01T11:00" }, "maintenance", NOW);
  deepStrictEqual([past.from, past.until], [
    ...[new Date("2026-05-01T10:00:00Z"), new Date("2026-05-01T11:00:00Z")],
  ]);
});

Deno.test("muteOf() takes a length of 31 days", () => {
  const { from, until } = muteOf({ ...WHO, for: "744h" }, "silence", NOW);
  strictEqual(until.getTime() - from.getTime(), MUTE_MS_MAX);
});

Deno.test("muteOf() takes names and labels", () => {
  const options = { ...WHO, for: "1m", site: ["shop*", "api"], label: ["team:shop:a"] };
  const { names, labels } = muteOf(options, "silence", NOW);
  deepStrictEqual({ names, labels }, { names: ["shop*", "api"], labels: { team: "shop:a" } });
});

const MISTAKES: readonly [options: MuteOptions, message: RegExp][] = [
  [WHO, /^one of --until and --for is required$/],
  [{ ...WHO, for: "1h", until: "1h" }, /^one of --until and --for is required$/],
  [{ ...WHO, for: "1x" }, /^invalid --for: "1x" is not a duration; write 30m or 2h$/],
  [{ ...WHO, for: "0s" }, /^the end must be after the beginning$/],
  [{ ...WHO, until: "2026-05-01T12:00Z" }, /^the end must be after the beginning$/],
  [{ ...WHO, for: "745h" }, /^the end must be at most 31 days after the beginning$/],
  [{ ...WHO, until: "soon" }, /^invalid --until: "soon" is not a time /],
  [{ ...WHO, author: "", for: "1h" }, /^invalid --author: not one line of 1 to 200 characters$/],
  [{ ...WHO, reason: "x".repeat(201), for: "1h" }, /^invalid --reason: not one line /],
  [{ ...WHO, reason: "a\nb", for: "1h" }, /^invalid --reason: not one line /],
  [{ ...WHO, reason: "half \ud83d", for: "1h" }, /^invalid --reason: not one line /],
  [{ ...WHO, for: "1h", site: ["shop", ""] }, /^invalid --site: not one line of 1 to 200 /],
  [{ ...WHO, for: "1h", label: ["team:a\tb"] }, /^invalid --label: not one line of 1 to 513 /],
  [
    { ...WHO, for: "1h", label: ["a:x", "b:x", "a:y"] },
    /^invalid --label: a label is given twice, /,
  ],
  [{ ...WHO, for: "1h", label: ["team"] }, /^invalid --label: "team" is not "key:value"$/],
];

for (const [options, message] of MISTAKES) {
  Deno.test(`muteOf() refuses ${JSON.stringify(options).slice(0, 80)}`, () => {
    throws(() => muteOf(options, "silence", NOW), (error: Error) => {
      return error instanceof UsageError && message.test(error.message);
    });
  });
}
