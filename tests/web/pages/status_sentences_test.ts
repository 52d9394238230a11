import { strictEqual } from "node:assert/strict";
import type { Reason } from "../../../src/report/outcome.ts";
import { whySentence } from "../../../src/web/pages/status_sentences.ts";
import { inLanguage, TEXTS } from "../../../src/web/texts/texts.ts";
import { aSiteStatus } from "../site_status.ts";

const SENTENCES: readonly (readonly [
  reason: Reason | null,
  error: string | null,
  sentence: string,
  locale?: keyof typeof TEXTS,
])[] = [
  [null, null, ""],
  ["timeout", null, "Response timed out"],
  ["slow", "3,204 ms", "Slow response: 3,204 ms"],
  ["status", "unexpected status 502, expected 200", "Unexpected status 502, expected 200"],
  ["status", "unexpected status 502", "Unerwarteter Status: unexpected status 502", "de"],
  ["status", "Unexpected status", "Unexpected status"],
  ["status", "unexpected statuses", "Unexpected status: unexpected statuses"],
];

for (const [reason, error_text, sentence, locale = "en"] of SENTENCES) {
  Deno.test(`whySentence() says ${sentence || "nothing"}`, () => {
    const words = inLanguage(
      TEXTS[locale],
      () => `${whySentence(aSiteStatus({ reason, error_text }))}`,
    );
    strictEqual(words.replaceAll(/<[^>]*>/g, ""), sentence);
  });
}
