import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { loadText } from "../load_text.ts";

const SITES = `
sites:
  - {name: shop, url: http://a/, public: {name: Shop, group: Sales, order: 1}}
  - {name: admin, url: http://b/, public: {hidden: true}}
  - {name: blog, url: http://c/}
`;

Deno.test("resolvePage() lists the sites of a public page, and of no other", () => {
  const { page } = loadText(`${SITES}web: {public: true}`);
  deepStrictEqual([...page.listed!], [
    ["shop", { name: "Shop", group: "Sales", order: 1, hidden: false }],
    ["admin", { hidden: true }],
    ["blog", {}],
  ]);
  strictEqual(loadText(SITES).page.listed, undefined);
  strictEqual(loadText("web: {public: true}").page.listed, undefined);
});

Deno.test("resolvePage() names sites in announcements as readers know them", () => {
  const announcements = (web: string) =>
    loadText(`${SITES}web:
  ${web}
  announcements:
    - {text: We move, type: maintenance, from: 2026-12-01T22:00, until: "2026-12-02T01:00+01:00"}
    - {text: Both, sites: [shop, admin]}
    - {text: Hidden, sites: [admin]}
`).page.announcements;
  const moving = {
    type: "maintenance",
    text: "We move",
    from: new Date("2026-12-01T22:00:00Z"),
    until: new Date("2026-12-02T00:00:00Z"),
  };
  deepStrictEqual(announcements("public: true"), [
    moving,
    { type: "info", text: "Both", sites: ["Shop"] },
  ]);
  const [{ from, until }] = announcements("time_zone: Europe/Berlin") as [typeof moving];
  deepStrictEqual([from, until], [new Date("2026-12-01T21:00:00Z"), moving.until]);
  deepStrictEqual(announcements("title: Ours"), [
    moving,
    { type: "info", text: "Both", sites: ["shop", "admin"] },
    { type: "info", text: "Hidden", sites: ["admin"] },
  ]);
});
