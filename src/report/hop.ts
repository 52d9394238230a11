/** What a report says of a single visit: the time of its phases and, where it was redirected, a hop. */
import { URL_LENGTH_MAX, WORD_LENGTH_MAX } from "./bounds.ts";
import { int, nullable, record, text, type Value } from "./values.ts";

/** The phases of a visit, in their order. */
export const PHASES = ["dns", "connect", "tls", "first_byte", "transfer"] as const;
export type Phase = (typeof PHASES)[number];

/** Time spent in each phase of a visit, in whole microseconds; `null` for a phase not reached. */
export type Timings = Readonly<Record<Phase, number | null>>;

/** A visit that was answered with a redirect. */
export interface Hop {
  readonly url: string;
  readonly status: number | null;
  readonly remote_address: string | null;
  readonly timings: Timings;
}

const MICROS = nullable(int(0, Infinity));
const NO_TIMINGS = Object.fromEntries(PHASES.map((phase) => [phase, null])) as Timings;

export const TIMINGS: Value<Timings> = {
  ...record<Timings>("sitemon.Timings", {
    dns: MICROS,
    connect: MICROS,
    tls: MICROS,
    first_byte: MICROS,
    transfer: MICROS,
  }),
  blank: NO_TIMINGS,
};

/** In a schema it stands after the one of {@linkcode Timings}, which it names. */
export const HOP: Value<Hop> = {
  ...record<Hop>("sitemon.Hop", {
    url: text(1, URL_LENGTH_MAX),
    status: nullable(int(100, 999)),
    remote_address: nullable(text(1, WORD_LENGTH_MAX)),
    timings: { ...TIMINGS, type: "sitemon.Timings" },
  }),
  blank: { url: "", status: null, remote_address: null, timings: NO_TIMINGS },
};
