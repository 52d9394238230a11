/** What a message on Kafka is keyed by: reports of one site share a partition, and so keep their order. */
import { Buffer } from "node:buffer";
import type { SiteReport } from "./report.ts";

/** Key of a report: its site's name. */
export function siteKey(report: SiteReport): string {
  return report.site;
}

/** Key of a v1 report, as the original Python service made it: base64 of the UTF-8 of its url. */
export function v1Key(url: string): string {
  return Buffer.from(url, "utf-8").toString("base64");
}
