/** Bytes and values that were made once and are never made again: what other versions wrote. */
import type { Gap, SiteReport } from "../../src/report/report.ts";

const FOLDER = new URL("../testdata/report/", import.meta.url);

function bytes(name: string): Uint8Array {
  return Deno.readFileSync(new URL(name, FOLDER));
}

function json(name: string): unknown {
  return JSON.parse(Deno.readTextFileSync(new URL(name, FOLDER)));
}

const report = json("report.json") as SiteReport;
const { url, response_time, response_code, pattern, pattern_match, error_text } = report;

/** Each encoding with the value that it stands for; fastavro 1.13.1 reads and writes the same. */
export const GOLDEN = {
  report,
  gap: json("gap.json") as Gap,
  reportBytes: bytes("report.avro"),
  gapBytes: bytes("gap.avro"),
  /** The six fields of v1 of the report, without a header. */
  v1: { url, response_time, response_code, pattern, pattern_match, error_text },
  v1Bytes: bytes("v1.avro"),
};
