/** Incidents as a table, the newest first: begin and end by the clock, duration and cause. */
import { clockTime, lengthText } from "../../runtime/relative_time.ts";
import type { Incident } from "../../status/queries.ts";
import { placesOf, type WholeIncident } from "../../status/whole_incidents.ts";
import { STATE_COLORS } from "./status_table.ts";
import { type Column, textTable, type TextTableOptions } from "./text_table.ts";

/** Other columns are dropped before the cause is cut to less. */
const CAUSE_WIDTH_WANTED = 32;

/** The lines of the table, each with its line break. Locations show when there are several. */
export function incidentTable(
  incidents: readonly WholeIncident[],
  options: TextTableOptions,
): string {
  const hasLocations = new Set(incidents.flatMap(placesOf)).size > 1;
  const columns: Column<WholeIncident>[] = [
    { title: "SITE", cell: ({ site }) => site },
    ...(hasLocations ? [LOCATIONS] : []),
    { title: "BEGAN (UTC)", cell: ({ began_at }) => clockTime(began_at) },
    { title: "ENDED (UTC)", cell: endText, dropOrder: 2 },
    { title: "DURATION", cell: durationText, alignsRight: true },
    {
      title: "OUTCOME",
      cell: ({ outcome }) => outcome,
      color: ({ outcome }) => STATE_COLORS[outcome],
      dropOrder: 1,
    },
    { title: "CAUSE", cell: causeText, widthWanted: CAUSE_WIDTH_WANTED },
  ];
  return textTable(columns, incidents, options);
}

/** `fra, gru`. */
const LOCATIONS: Column<WholeIncident> = {
  title: "LOCATIONS",
  cell: (incident) => placesOf(incident).join(", "),
  dropOrder: 3,
};

/** How it ended, as far as somebody watched. */
export function endText({ ended_at, unknown_since }: Incident): string {
  if (unknown_since !== null) return `unknown since ${clockTime(unknown_since)}`;
  return ended_at === null ? "ongoing" : clockTime(ended_at);
}

export function durationText({ duration_ms }: Incident): string {
  return lengthText(Math.round(duration_ms / 1_000));
}

export function causeText({ reason, error_text }: Pick<Incident, "reason" | "error_text">): string {
  return [reason, error_text].filter(Boolean).join(": ");
}
