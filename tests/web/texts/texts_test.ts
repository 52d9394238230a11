// Every text of the page is in its table, in each language.
import { deepStrictEqual, match, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import { HOUR_MS } from "../../../src/runtime/time_units.ts";
import { REASONS } from "../../../src/report/outcome.ts";
import { agoWords, lengthWords, percentText, uptimeWords } from "../../../src/web/texts/figures.ts";
import { inLanguage, type Locale, TEXTS } from "../../../src/web/texts/texts.ts";
import { verdictText } from "../../../src/web/pages/overview_page.ts";
import { stateText } from "../../../src/web/pages/markup.ts";
import { aMute, anAlert, attempt, firing, idOf } from "../../contract/some_alerts.ts";
import type { Making } from "../made_reports.ts";
import { MadeStore } from "../made_store.ts";

const DOWN: Making = { outcome: "down", reason: "status", response_code: 500 };
const LOCALES = Object.keys(TEXTS) as Locale[];
/** Words that are the same in all languages, or names that the test gives. */
const SHARED =
  /^(TLS|JSON|API|p50|p95|p99|Example Inc\.|shop|blog|fra|gru|https?:.*|[\d ]*(s|ms|µs|min|h)|[^\p{L}]*)$/u;

/** What a page says: its texts, and what screen readers are told. */
function said(page: string): string[] {
  const body = page.slice(page.indexOf("<body"))
    .replaceAll(/<(script|code|time|bdi)\b[^>]*>.*?<\/\1>/gs, " ");
  const labels = [...body.matchAll(/(?:aria-label|placeholder)="([^"]*)"/g)].map(([, text]) =>
    text!
  );
  return [...labels, ...body.replaceAll(/<[^>]*>/g, "\n").split("\n")]
    .map((text) => text.trim()).filter((text) => text !== "");
}

/** All pages of a store with something of everything. */
async function pagesIn(locale: Locale, made: MadeStore): Promise<string[]> {
  const app = made.app({ look: { title: "Example Inc.", locale } });
  const get = async (path: string) => await (await app.request(path)).text();
  const list = await get("/incidents");
  const [, incident] = /href="\.(\/incidents\/[^"]+)"/.exec(list)!;
  const paths = [
    "/",
    "/?q=none&state=stale",
    "/?rows=compact",
    "/history",
    "/sites/shop",
    "/none",
    incident!,
  ];
  return [list, ...await Promise.all([...paths, "/sites/shop/figures?days=90"].map(get))];
}

Deno.test("every page is in its language, to the last word", async () => {
  await using made = await MadeStore.create();
  await made.add(
    {
      site: "shop",
      location: "fra",
      agoMs: 3 * HOUR_MS,
      next_check_ms: HOUR_MS,
      labels: { a: "b" },
    },
    { site: "shop", location: "gru", agoMs: 2 * HOUR_MS, ...DOWN },
    { site: "shop", location: "fra", agoMs: 1_000, ...DOWN, snippet: "x", final_url: "http://h/" },
    { site: "blog", agoMs: HOUR_MS, next_check_ms: 1_000 },
  );
  await made.records.putMute(aMute("1", { kind: "maintenance", names: null, reason: "shop" }));
  const [delivery] = await made.decide(firing(
    anAlert(1, {
      site: "shop",
      detail: { ...anAlert(1).detail, labels: { runbook: "https://h/" } },
    }),
    anAlert(2, { site: "shop", suppressed_by: "maintenance:shop", kind: "certificate_soon" }),
    anAlert(3, { site: null, location: "fra", kind: "location" }),
    ...Array.from({ length: 7 }, (_, index) => anAlert(index + 4, { kind: "unknown" })),
  ));
  await made.settle(attempt(delivery!, { result: "refused" }));
  await made.records.acknowledge(idOf(1), "ann", "");
  const english = new Set((await pagesIn("en", made)).flatMap(said));
  for (
    const text of ["All sites", "Response time", "Planned work", "10 open alerts", "held back by"]
  ) {
    ok([...english].some((one) => one.includes(text)), [...english].join("\n"));
  }
  for (const locale of LOCALES.filter((one) => one !== "en")) {
    const pages = await pagesIn(locale, made);
    match(pages[0]!, new RegExp(`<html lang="${locale}">`));
    const { states, reasons } = TEXTS[locale];
    const own = new Set([...Object.values(states), ...Object.values(reasons), ...alike(locale)]);
    const untranslated = pages.flatMap(said)
      .filter((text) => english.has(text) && !SHARED.test(text) && !own.has(text));
    deepStrictEqual([...new Set(untranslated)], [], locale);
  }
});

/** Texts that are the same as in English. */
function alike(locale: Locale): string[] {
  const { en } = TEXTS;
  return Object.entries(TEXTS[locale]).filter(([key, text]) => text === en[key as keyof typeof en])
    .map(([, text]) => String(text));
}

for (const locale of LOCALES) {
  Deno.test(`the texts of ${locale} have every reason, and no text is empty`, () => {
    const { reasons, states, ...others } = TEXTS[locale];
    deepStrictEqual(Object.keys(reasons).sort(), [...REASONS].sort());
    for (const text of [...Object.values(reasons), ...Object.values(states)]) ok(text.length > 1);
    for (const [key, text] of Object.entries(others)) notStrictEqual(text, "", key);
    ok(TEXTS[locale].script.silent.includes("{time}"));
    ok(TEXTS[locale].script.ago.includes("{length}"));
  });
}

Deno.test("figures are written as the language writes them", () => {
  const now = new Date("2026-05-01T12:00:00Z");
  const before = new Date("2026-04-26T12:00:00Z");
  const coverage = { upMs: 120_000, degradedMs: 0, downMs: 0, inconclusiveMs: 0, windowMs: 9e9 };
  const told = (locale: Locale) =>
    inLanguage(TEXTS[locale], () => [
      percentText(0.99987),
      agoWords(before, now),
      agoWords(now, before),
      lengthWords(2 * 86_400 + 3 * 3_600),
      uptimeWords(coverage),
    ]);
  deepStrictEqual(told("en"), [
    ...["99.98 %", "5 d ago", "in 5 d", "2 d 3 h", "100 % of the 2 min known"],
  ]);
  deepStrictEqual(told("de"), [
    ...["99,98 %", "vor 5 d", "in 5 d", "2 d 3 h", "100 % der bekannten 2 min"],
  ]);
  strictEqual(told("fr")[1], "il y a 5 j");
  strictEqual(told("es")[1], "hace 5 d");
});

/** Of one site that is down and one in part, of two in part, and of two that are degraded, of four. */
const VERDICTS: Readonly<Record<Locale, readonly string[]>> = {
  en: [
    "1 of 4 sites is down, 1 in part",
    "2 of 4 sites are down in part",
    "2 of 4 sites are degraded",
  ],
  de: [
    "1 von 4 Diensten ist ausgefallen, 1 teilweise",
    "2 von 4 Diensten sind teilweise ausgefallen",
    "2 von 4 Diensten sind beeinträchtigt",
  ],
  fr: [
    "1 site sur 4 est en panne, 1 en partie",
    "2 sites sur 4 sont en panne en partie",
    "2 sites sur 4 sont dégradés",
  ],
  es: [
    "1 de 4 sitios está caído, 1 en parte",
    "2 de 4 sitios están caídos en parte",
    "2 de 4 sitios están degradados",
  ],
};

for (const [locale, sentences] of Object.entries(VERDICTS)) {
  Deno.test(`a verdict is a sentence of ${locale}`, () => {
    const [whole, part] = [{ isPartial: false, total: 4 }, { isPartial: true, total: 4 }];
    const verdicts = [
      { worst: "down", count: 1, othersInPart: 1, ...whole },
      { worst: "down", count: 2, othersInPart: 0, ...part },
      { worst: "degraded", count: 2, othersInPart: 0, ...whole },
    ] as const;
    deepStrictEqual(
      inLanguage(TEXTS[locale as Locale], () => verdicts.map(verdictText)),
      sentences,
    );
  });
}

Deno.test("states, their counts and colons are those of the language", () => {
  const told = (locale: Locale) =>
    inLanguage(TEXTS[locale], () => [
      stateText({ state: "down", isPartial: true }),
      TEXTS[locale].counted(1, "disponible"),
      TEXTS[locale].counted(2, "disponible"),
      TEXTS[locale].colon,
    ]);
  deepStrictEqual(told("en")[0], "Down in part");
  deepStrictEqual(told("de")[0], "Teilweise ausgefallen");
  deepStrictEqual(told("fr"), ["En panne en partie", "1 disponible", "2 disponibles", "\u00a0: "]);
  deepStrictEqual(told("es"), ["Caído en parte", "1 disponible", "2 disponibles", ": "]);
  strictEqual(TEXTS.fr.counted(2, "en panne"), "2 en panne");
});
