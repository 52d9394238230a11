/**
 * The pictures of docs/: `deno task screenshots` takes them again. As a test it takes them too, and
 * holds what they show and how large they are.
 */
import { ok } from "node:assert/strict";
import type { AppOptions } from "../../src/web/app.ts";
import { browserTest, closeBrowser } from "./chromium.ts";
import { madeCompany } from "./made_company.ts";
import { servedStore } from "./served_store.ts";

const DOCS = new URL("../../docs/", import.meta.url);
const BYTES_MAX = 150_000;
const SITES = 10;

const OWN: Partial<AppOptions> = { look: { title: "Example Inc." } };
const PUBLIC: Partial<AppOptions> = {
  look: {
    ...{ title: "Example Inc. status", isPublic: true, accent: "#0a7d4f" },
    links: [{ text: "Imprint", url: "https://example.org/imprint" }],
    footer: "Example Inc., Main Street 1",
    announcements: [{ type: "outage", text: "Payments take longer than usual. We are on it." }],
  },
};

/** By file: the page, how it is served, what it shows, and where the picture ends, in pixels. */
const PICTURES = {
  "status-page.png": { path: "/", served: OWN, shows: "acknowledged by ann", height: 1_150 },
  "site-page.png": { path: "/sites/checkout", served: OWN, shows: "Last check", height: 1_100 },
  "incidents-page.png": { path: "/incidents", served: OWN, shows: "Slow response", height: 700 },
  "public-page.png": { path: "/", served: PUBLIC, shows: "Payments take", height: 900 },
} as const;

Deno.test.afterAll(closeBrowser);

browserTest("the pictures of docs/web.md show what they say, and are small", async (visit) => {
  await using made = await madeCompany(SITES);
  for (const [file, { path, served, shows, height }] of Object.entries(PICTURES)) {
    await using server = servedStore(made, visit, served);
    await visit.look(1100, height);
    await visit.open(server.address + path);
    await visit.sees("Live");
    await visit.sees(shows);
    const bytes = await visit.page.screenshot();
    ok(bytes.length < BYTES_MAX, `${file}: ${bytes.length}`);
    if (Deno.args.includes("--write")) await Deno.writeFile(new URL(file, DOCS), bytes);
  }
});
