/** What all locations together say of a site: a trouble begins, ends, or stays as it was. */
import type { AlertRule } from "../../config/alerts.ts";
import type { SiteStatus } from "../../status/queries.ts";
import { HOLD_MAX_MS, type Silence } from "./silent_locations.ts";
import { type CheckedKind, type CheckedPlace, staleAt, type Vote, voteOf } from "./votes.ts";

/** `undefined` keeps the last verdict, whatever it was. */
export type Verdict = {
  readonly is: boolean;
  /** When it began, or ended. */
  readonly at: Date;
  /** True when it ended only because the silence of a location is told in its place. */
  readonly isOfLocation?: boolean;
} | undefined;

export interface VerdictOptions {
  readonly rule: AlertRule;
  readonly now: Date;
  /** Of a stale place. */
  readonly silenceOf: (status: SiteStatus) => Silence;
  /** When the rule began to look. */
  readonly started: Date;
}

type Kind = CheckedKind | "stale" | "unknown";

/** What a rule looks for at a site. With a quorum, too few locations are `unknown` in place of `stale`. */
export function kindsOf({ when, locations }: AlertRule): readonly Kind[] {
  const kinds = when.filter((one) => one !== "location");
  if (locations === undefined) return kinds;
  return [...kinds.filter((one) => one !== "stale"), "unknown"];
}

export function verdictOf(
  kind: Kind,
  places: readonly CheckedPlace[],
  options: VerdictOptions,
): Verdict {
  if (kind === "stale") return staleVerdict(places, options);
  if (kind === "unknown") return unknownVerdict(places, options);
  const fresh = places.filter(({ status }) => !status.stale);
  const { count, of } = options.rule.locations ?? { count: 1, of: 1 };
  if (fresh.length < of) return undefined;
  const votes = fresh.map((place) => voteOf(kind, place, options));
  const [yes, no] = [timesOf(votes, "yes"), timesOf(votes, "no")];
  // The one that made them enough.
  if (yes.length >= count) return { is: true, at: yes[count - 1]! };
  // Whoever is undecided could not make them enough.
  const spare = fresh.length - count;
  return no.length > spare ? { is: false, at: no[spare]! } : undefined;
}

/** In the order of time. */
function timesOf(votes: readonly Vote[], says: "yes" | "no"): Date[] {
  return votes.flatMap((vote) => vote.says === says ? [vote.since] : [])
    .sort((a, b) => a.getTime() - b.getTime());
}

function staleVerdict(
  places: readonly CheckedPlace[],
  { rule: { after }, now, silenceOf }: VerdictOptions,
): Verdict {
  const stale = places.filter(({ status }) => status.stale);
  if (stale.length === 0) return { is: false, at: newestOf(places) };
  const silences = stale.map(({ status }) => silenceOf(status));
  if (silences.every((one) => one === "location")) {
    return { is: false, at: now, isOfLocation: true };
  }
  const holdMs = "forMs" in after ? after.forMs : 0;
  const since = stale.filter((_, index) => silences[index] === "own")
    .map(({ status }) => staleAt(status) ?? now)
    .filter((at) => now.getTime() - at.getTime() >= holdMs);
  return since.length === 0 ? undefined : { is: true, at: earliest(since) };
}

/** The quorum was lost when the last place that made it turned stale. */
function unknownVerdict(
  places: readonly CheckedPlace[],
  { rule, now, silenceOf, started }: VerdictOptions,
): Verdict {
  const { of } = rule.locations!;
  const fresh = places.filter(({ status }) => !status.stale);
  if (fresh.length >= of) return { is: false, at: newestOf(fresh) };
  const silences = places.flatMap(({ status }) => status.stale ? [silenceOf(status)] : []);
  const ofLocation = silences.filter((one) => one === "location").length;
  if (fresh.length + ofLocation >= of) return { is: false, at: now, isOfLocation: true };
  const held = silences.filter((one) => one === "held").length;
  if (fresh.length + ofLocation + held >= of) return undefined;
  const ends = places.map(({ status }) => staleAt(status) ?? now)
    .sort((a, b) => b.getTime() - a.getTime());
  const lost = ends[of - 1];
  if (lost !== undefined) return { is: true, at: lost };
  // Fewer locations than the rule wants were ever heard of: others may be about to start.
  const first = earliest(places.map(({ status }) => status.since ?? status.checked_at));
  const at = first < started ? started : first;
  return now.getTime() - at.getTime() >= HOLD_MAX_MS ? { is: true, at } : undefined;
}

function newestOf(places: readonly CheckedPlace[]): Date {
  return new Date(Math.max(...places.map(({ status }) => status.checked_at.getTime())));
}

function earliest(times: readonly Date[]): Date {
  return new Date(Math.min(...times.map((time) => time.getTime())));
}
