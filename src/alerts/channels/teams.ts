/** Microsoft Teams, by a workflow that posts an Adaptive Card when a webhook request arrives. */
import type { HttpTarget } from "../../config/alerts.ts";
import { type ChannelFormat, jsonRequest } from "./channel_format.ts";
import { cut, jsonBytes, PLAIN, writeText } from "./markup.ts";

/** Of a whole message, 28 KB; the card around the text takes its share. */
export const TEAMS_TEXT_BYTES_MAX = 20_000;
/** A heading of more lines is no heading. */
const TITLE_LENGTH_MAX = 500;
/** What a card shows beside each other. */
const ACTIONS_MAX = 6;

/** Names of colors of Adaptive Cards. */
const COLORS: ReadonlyMap<string | null, string> = new Map([
  [null, "Good"],
  ["critical", "Attention"],
  ["warning", "Warning"],
]);

/** See https://adaptivecards.io/explorer/RichTextBlock.html: alone of all it knows no Markdown. */
export const teamsRequests: ChannelFormat<HttpTarget> = (target, _, { text }) => {
  const color = COLORS.get(text.severity) ?? "Accent";
  const lengths = { lengthMax: TEAMS_TEXT_BYTES_MAX, lengthOf: jsonBytes };
  const withoutLinks = {
    ...text,
    entries: text.entries.map((entry) => ({ ...entry, links: [] })),
  };
  const block = (run: Record<string, unknown>) => ({
    type: "RichTextBlock",
    inlines: [{ type: "TextRun", ...run }],
  });
  const links = text.entries.flatMap(({ headline, links }) =>
    links.map(({ label, url }) => ({
      type: "Action.OpenUrl",
      title: label,
      tooltip: headline,
      url,
    }))
  );
  const card = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    body: [
      block({ text: cut(text.title, TITLE_LENGTH_MAX), size: "Large", weight: "Bolder", color }),
      ...writeText(withoutLinks, PLAIN, lengths).split("\n").filter((line) => line !== "")
        .map((line) => block({ text: line })),
    ],
    actions: links.slice(0, ACTIONS_MAX),
  };
  const contentType = "application/vnd.microsoft.card.adaptive";
  const attachments = [{ contentType, contentUrl: null, content: card }];
  return [jsonRequest(target.url, { type: "message", attachments }, target)];
};
