/** The schema of `connectivity`: what tells a site that is down from a network that is. */
import * as z from "zod";
import { duration } from "./duration.ts";
import { mustBe } from "./must_be.ts";
import { isSiteUrl, URL_LENGTH_MAX, URL_MESSAGE } from "./site_schema.ts";

/** One of them has to answer; more than a few are traffic for nothing. */
const URLS_MAX = 16;
/** Checks that fail ask by themselves; what is asked in between is for operators. */
const EVERY = { minMs: 1_000, maxMs: 3_600_000 };

const urlSchema = z.string({ error: URL_MESSAGE }).max(URL_LENGTH_MAX, { error: URL_MESSAGE })
  .refine(isSiteUrl, { error: URL_MESSAGE });
const URLS_MESSAGE = mustBe(
  `a list of 1 to ${URLS_MAX} urls`,
  "write for example [https://one.example/, https://two.example/]",
);

export const connectivitySchema = z.strictObject({
  urls: z.array(urlSchema, { error: URLS_MESSAGE }).min(1, { error: URLS_MESSAGE })
    .max(URLS_MAX, { error: URLS_MESSAGE })
    .describe("While none of them answers, with any status, checks that fail are `inconclusive`."),
  interval: duration(EVERY).prefault("30s").describe("Time between two looks while checks are up."),
}, { error: mustBe("a mapping with urls and interval", "write such a mapping") });
