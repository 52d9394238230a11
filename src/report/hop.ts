/** What a report says of a single visit: the time of its phases and, where it was redirected, a hop. */
import { URL_LENGTH_MAX, WORD_LENGTH_MAX } from "./bounds.ts";
import { int, nullable, record, text, type Value, type Valued } from "./values.ts";

/** The phases of a visit, in their order. */
export const PHASES = ["dns", "connect", "tls", "first_byte", "transfer"] as const;
export type Phase = (typeof PHASES)[number];

/** Time spent in each phase of a visit, in whole microseconds; `null` for a phase not reached. */
export type Timings = Readonly<Record<Phase, number | null>>;

const MICROS = nullable(int(0, Infinity));

export const TIMINGS: Value<Timings> = record("sitemon.Timings", {
  dns: MICROS,
  connect: MICROS,
  tls: MICROS,
  first_byte: MICROS,
  transfer: MICROS,
});

const HOP_FIELDS = {
  url: text(1, URL_LENGTH_MAX),
  status: nullable(int(100, 999)),
  remote_address: nullable(text(1, WORD_LENGTH_MAX)),
  timings: { ...TIMINGS, type: "sitemon.Timings" } as const,
};

/** A visit that was answered with a redirect. */
export type Hop = Valued<typeof HOP_FIELDS>;

/** In a schema it stands after the one of {@linkcode Timings}, which it names. */
export const HOP = record<Hop>("sitemon.Hop", HOP_FIELDS);
