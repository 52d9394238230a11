import { deepStrictEqual } from "node:assert/strict";
import type { Announcement } from "../../src/runtime/public_page.ts";
import { currentAnnouncements } from "../../src/web/look.ts";

const NOW = new Date("2026-05-01T12:00:00Z");
const at = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000);

const ANNOUNCEMENTS: readonly Announcement[] = [
  { type: "info", text: "later", from: at(90) },
  { type: "info", text: "over", from: at(-90), until: at(0) },
  { type: "info", text: "soon", from: at(30), until: at(60) },
  { type: "info", text: "lasts", from: at(-30), until: at(1) },
  { type: "info", text: "of shop", sites: ["shop", "blog"] },
];

Deno.test("currentAnnouncements() has what is not over, and what lasts first", () => {
  const texts = (site?: string) =>
    currentAnnouncements({ announcements: ANNOUNCEMENTS }, { now: NOW, ...(site && { site }) })
      .map(({ text }) => text);
  deepStrictEqual(texts(), ["lasts", "of shop", "soon", "later"]);
  deepStrictEqual(texts("shop"), texts());
  deepStrictEqual(texts("mail"), ["lasts", "soon", "later"]);
  deepStrictEqual(currentAnnouncements({}, { now: NOW }), []);
});
