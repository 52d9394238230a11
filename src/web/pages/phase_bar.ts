/** The duration of each phase of a check as a bar. */
import { html } from "hono/html";
import type { Timings } from "../../report/hop.ts";
import { definition, duration, type Html } from "./markup.ts";

/** In order. */
const PHASES = [
  ["dns", "Name lookup"],
  ["connect", "Connect"],
  ["tls", "TLS"],
  ["first_byte", "First byte"],
  ["transfer", "Transfer"],
] as const;

/** A bar with a part for each phase, and the durations as text. */
export function phaseBar(timings: Timings): Html {
  let total = 0;
  const phases = PHASES.flatMap(([phase, name]) => {
    const micros = timings[phase];
    if (micros === null) return [];
    total += micros;
    return { phase, name, micros, start: total - micros };
  });
  const part = (micros: number) => (micros / Math.max(1, total) * 100).toFixed(3);
  const bars = phases.map(({ phase, micros, start }) =>
    html`
      <rect class="phase ${phase}" x="${part(start)}" width="${part(micros)}" height="4" />
    `
  );
  const key = phases.map(({ phase, name, micros }) => {
    const swatch = html`<span class="swatch ${phase}" aria-hidden="true"></span>`;
    return definition(html`${swatch}${name}`, duration(micros));
  });
  return html`
    <svg class="phases" viewBox="0 0 100 4" preserveAspectRatio="none"
      aria-hidden="true">${bars}</svg>
    <dl class="phasekey">${key}</dl>
  `;
}
