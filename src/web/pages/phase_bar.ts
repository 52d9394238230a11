/** The duration of each phase of a check as a bar. */
import { html } from "hono/html";
import type { Timings } from "../../report/hop.ts";
import { duration, type Html } from "./markup.ts";

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
  const phases = PHASES.map(([phase, name]) => ({ phase, name, micros: timings[phase] }))
    .filter((part): part is typeof part & { micros: number } => part.micros !== null);
  const total = phases.reduce((sum, { micros }) => sum + micros, 0);
  const starts = phases.map((_, index) =>
    phases.slice(0, index).reduce((sum, { micros }) => sum + micros, 0)
  );
  const part = (micros: number) => (micros / Math.max(1, total) * 100).toFixed(3);
  return html`
    <svg class="phases" viewBox="0 0 100 4" preserveAspectRatio="none"
      aria-hidden="true">${phases.map(({ phase, micros }, index) =>
        html`
          <rect class="phase ${phase}" x="${part(starts[index]!)}" width="${part(
            micros,
          )}" height="4" />
        `
      )}</svg>
    <dl class="phasekey">${phases.map(({ phase, name, micros }) =>
      html`
        <div>
          <dt><span class="swatch ${phase}" aria-hidden="true"></span>${name}</dt>
          <dd>${duration(micros)}</dd>
        </div>
      `
    )}</dl>
  `;
}
