/** The schema of `scanner.group`: the producers that share one list of sites. */
import * as z from "zod";
import { duration } from "./duration.ts";
import { mustBe } from "./must_be.ts";
import { matching, whole, word } from "./scalar.ts";

const NAME = /^[A-Za-z0-9._-]{1,100}$/;
const NAME_TEXT = "1 to 100 letters, digits, dots, hyphens and underscores";
/** Brokers take 6 s at least unless they are told otherwise; a site that nobody checks for longer is an outage. */
const SESSION_TIMEOUT = { minMs: 6_000, maxMs: 300_000 };
/** As many producers can share, at most; each costs brokers a folder, whoever holds it. */
const PARTITIONS = { min: 1, max: 1_000 };

const mappingSchema = z.strictObject({
  name: matching(NAME, NAME_TEXT).describe(
    "Producers that have this name, `location` and `kafka.topic` in common share their sites.",
  ),
  session_timeout: duration(SESSION_TIMEOUT).prefault("15s").describe(
    "How long the others wait for one that is silent before they check its sites.",
  ),
  partitions: whole(PARTITIONS).prefault(60).describe(
    "Parts to share, of the group's topic when it is created. Each producer holds some of them.",
  ),
  when_unreachable: word(["check", "pause"]).prefault("check").describe(
    "What a producer does for longer than the session while it reaches no coordinator of the group: `check` the sites that it held last, or `pause`.",
  ),
});

const GROUP_MESSAGE = mustBe(
  `a name of ${NAME_TEXT}, or a mapping with name, session_timeout, partitions, when_unreachable`,
  "write for example checkers",
);

export const groupSchema = z.union([matching(NAME, NAME_TEXT), mappingSchema], {
  error: GROUP_MESSAGE,
});

/** The producers that share sites, and how. */
export type GroupConfig = z.output<typeof mappingSchema>;

/** The whole mapping, also where a file has the name alone. */
export function groupConfig(group: z.output<typeof groupSchema>): GroupConfig {
  return typeof group === "string" ? mappingSchema.parse({ name: group }) : group;
}

/** The topic whose partitions the producers of a pipeline share. */
export function groupTopic(kafkaTopic: string): string {
  return `${kafkaTopic}-scanners`;
}
