/** The duration of each phase of a check as a bar. */
import { html } from "hono/html";
import type { Timings } from "../../report/hop.ts";
import { texts } from "../texts/texts.ts";
import { definition, duration, type Html } from "./markup.ts";

/** In order. */
const PHASES = ["dns", "connect", "tls", "first_byte", "transfer"] as const;

/** A bar with a part for each phase, and the durations as text. */
export function phaseBar(timings: Timings): Html {
  let total = 0;
  const phases = PHASES.flatMap((phase) => {
    const micros = timings[phase];
    if (micros === null) return [];
    total += micros;
    return { phase, micros, start: total - micros };
  });
  const part = (micros: number) => (micros / Math.max(1, total) * 100).toFixed(3);
  const bars = phases.map(({ phase, micros, start }) =>
    html`
      <rect class="phase ${phase}" x="${part(start)}" width="${part(micros)}" height="4" />
    `
  );
  const key = phases.map(({ phase, micros }) => {
    const swatch = html`<span class="swatch ${phase}" aria-hidden="true"></span>`;
    return definition(html`${swatch}${texts().phases[phase]}`, duration(micros));
  });
  return html`
    <svg class="phases" viewBox="0 0 100 4" preserveAspectRatio="none"
      aria-hidden="true">${bars}</svg>
    <dl class="phasekey">${key}</dl>
  `;
}
