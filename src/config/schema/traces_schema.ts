/** The schema of `traces`: where OpenTelemetry's exporter sends spans, and of how many checks. */
import * as z from "zod";
import { mustBe } from "./must_be.ts";

const ENDPOINT_LENGTH_MAX = 2_048;
const ENDPOINT_MESSAGE = mustBe(
  "the url of a collector, http or https, without credentials and query",
  "write for example http://127.0.0.1:4318",
);
const RATIO_MESSAGE = mustBe("a number above 0 and up to 1", "write for example 0.1");

export const tracesSchema = z.strictObject({
  endpoint: z.string({ error: ENDPOINT_MESSAGE })
    .max(ENDPOINT_LENGTH_MAX, { error: ENDPOINT_MESSAGE })
    .refine(isEndpoint, { error: ENDPOINT_MESSAGE }).describe(
      "Collector that spans go to, by OTLP. The process must be started with it in its environment: see [operations.md](operations.md#traces).",
    ),
  ratio: z.number({ error: RATIO_MESSAGE }).gt(0, { error: RATIO_MESSAGE })
    .max(1, { error: RATIO_MESSAGE }).prefault(1).describe("Share of the checks that is traced."),
}, { error: mustBe("a mapping with endpoint, ratio", "write such a mapping") });

/** Where spans go. */
export type TracesConfig = z.output<typeof tracesSchema>;

/** What a secret could stand in is refused: an exporter's credentials belong into its headers. */
function isEndpoint(text: string): boolean {
  if (!/^https?:\/\/[^\s\p{Cc}]+$/iu.test(text) || !URL.canParse(text)) return false;
  const { username, password, search, hash } = new URL(text);
  return [username, password, search, hash].every((part) => part === "");
}
