/** The schema of sites that are told of by others, and of where sitemon listens for that. */
import * as z from "zod";
import { DAY_MS } from "../../../runtime/time_units.ts";
import { duration } from "../duration_and_size.ts";
import { hostPort } from "../host_port.ts";
import type { Protocol } from "./protocol.ts";
import { quotable } from "../scalar.ts";

/** A job that runs once in a leap year. */
const EVERY = { minMs: 1_000, maxMs: 366 * DAY_MS };
const GRACE = { minMs: 1_000, maxMs: DAY_MS };
/** Uptime Kuma's have 10 or 32 characters, UUIDs 36; what is shorter can be guessed. */
const TOKEN = /^(?=.{10,200}$)[\w.~-]+(\/[\w.~-]+)?$/;

const pushSchema = z.strictObject({
  every: duration(EVERY).describe("Time from one ping to the next."),
  grace: duration(GRACE).describe(
    "How much later a ping may come, and how long a run may take from its start to its end.",
  ),
  token: z.string({
    error: quotable("is not 10 to 200 letters, digits, dots, hyphens, underscores and tildes"),
  }).regex(TOKEN).describe(
    "Secret part of the URL that is pinged; better `${NAME}` or `${file:PATH}`.",
  ),
});

export const PUSH_KEYS = {
  push: pushSchema.optional().describe("How often others tell of the site, in place of `url`."),
};

export const PUSH: Protocol = {
  own: [],
  shares: () => ["text", "body"],
  secretKeys: ["push.token"],
  // Of `KEY/SLUG` the key too, which other sites have as well.
  secretsOf: ({ push }) => push === undefined ? [] : [push.token, push.token.split("/")[0]!],
};

export const PUSH_SECTION = {
  push: z.strictObject({
    listen: hostPort({ portMin: 0 }).prefault("127.0.0.1:8081")
      .describe("Address that push sites are told of at; port 0 takes any free one."),
  }).prefault({}).describe("Where push sites are told of."),
};
